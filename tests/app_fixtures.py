"""Fixtures of whole installations: services, and the Flask application.

What they need is imported when it is asked for: tests of pure functions start without it.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from config.settings import Settings
from newsletter.jobs import Job, announce_nothing
from tests.conftest import StandingClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from newsletter.wiring import Services


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
def app(settings: Settings, sqlite_template: Path, tmp_path: Path, clock: StandingClock) -> "Iterator[Flask]":
    """The Flask application on an empty SQLite database."""
    from newsletter.web.application import create_app  # noqa: PLC0415 - see above
    from newsletter.wiring import build_services  # noqa: PLC0415 - see above

    path = tmp_path / "app.sqlite3"
    shutil.copy(sqlite_template, path)
    with_database = settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{path}")})
    made = build_services(with_database, announce_nothing, clock=clock)
    yield create_app(made)
    made.close()
