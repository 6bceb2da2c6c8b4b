"""Fixtures of whole installations: services, and the Flask application.

What they need is imported when it is asked for: tests of pure functions start without it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from config.settings import Settings
from newsletter.jobs import Job, announce_nothing
from tests.conftest import StandingClock, fresh_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from newsletter.wiring import Services


@dataclass(frozen=True, slots=True)
class _Made:
    """An application, and how it was when it was new."""

    app: "Flask"
    settings: Settings
    config: dict[str, Any]
    extensions: dict[str, Any]


_made: list[_Made] = []


def flask_app(services: "Services") -> "Flask":
    """The Flask application on these services.

    One that was made before goes on with them where the settings differ in places alone, since to put together
    routes and templates takes longer than most tests. Who adds routes makes an application of their own.
    """
    from newsletter.web.application import create_app  # noqa: PLC0415 - see above
    from newsletter.web.doors import EXTENSION  # noqa: PLC0415 - see above

    settings = services.settings.model_copy(update={"data_dir": Path(), "database_url": SecretStr("")})
    for made in _made:
        if made.settings == settings:
            made.app.config.clear()
            made.app.config.update(made.config)
            made.app.extensions.clear()
            made.app.extensions.update(made.extensions | {EXTENSION: services})
            return made.app
    app = create_app(services)
    _made.append(_Made(app, settings, dict(app.config), dict(app.extensions)))
    return app


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation on loopback whose mail stays in the local inbox."""
    return Settings.model_validate(
        {
            "data_dir": tmp_path,
            "public_url": "http://localhost",
            "secret_key": "a-secret-for-tests-that-is-long-enough-0123456789",
            "inbox_port": 2525,
            "fetch_allow": ("127.0.0.0/8",),
        }
    )


@pytest.fixture
def parts(settings: Settings, database_url: str, clock: StandingClock, announced: list[Job]) -> "Iterator[Services]":
    """The services of an installation, SQLite and PostgreSQL in turn."""
    from newsletter.wiring import build_services  # noqa: PLC0415 - see above

    with_database = settings.model_copy(update={"database_url": SecretStr(database_url)})
    made = build_services(with_database, announced.append, clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(settings: Settings, sqlite_template: Path, clock: StandingClock) -> "Iterator[Flask]":
    """The Flask application on an empty SQLite database."""
    from newsletter.wiring import build_services  # noqa: PLC0415 - see above

    url = fresh_sqlite(sqlite_template, "app")
    with_database = settings.model_copy(update={"database_url": SecretStr(url)})
    made = build_services(with_database, announce_nothing, clock=clock)
    yield flask_app(made)
    made.close()
