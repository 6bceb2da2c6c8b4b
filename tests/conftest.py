"""Fixtures that every test may ask for: real databases, a clock that stands still, services."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from newsletter.database import Database
from newsletter.jobs import Job
from newsletter.migrations import migrate
from newsletter.migrations.tables import METADATA
from tests.servers import MissingPartError, PostgresServer, RedisServer

pytest_plugins = ["tests.app_fixtures"]

IN_CI = os.environ.get("CI") == "true"


def missing(reason: str) -> None:
    """A real part is not there: a failure in CI, elsewhere a skip that says why."""
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


class StandingClock:
    """A clock that tests set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@pytest.fixture
def clock() -> StandingClock:
    """Tuesday, 24 November 2026, nine in the morning (UTC)."""
    return StandingClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated PostgreSQL database of this test process."""
    given = os.environ.get("TEST_POSTGRES_URL")
    try:
        server = PostgresServer(tmp_path_factory.mktemp("postgres"), given)
    except MissingPartError as error:
        missing(str(error))
        return
    with server as url:
        database = Database(url, announce=lambda _job: None)
        migrate(database.engine)
        database.close()
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis server of this test process."""
    try:
        server = RedisServer(tmp_path_factory.mktemp("redis"))
    except MissingPartError as error:
        missing(str(error))
        return
    with server as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for every test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = Database(f"sqlite:///{path}", announce=lambda _job: None)
    migrate(database.engine)
    database.close()  # the last connection to close writes the log back into the file
    return path


@pytest.fixture
def announced() -> list[Job]:
    """The jobs announced by the `database` of this test."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty, migrated database; every test that asks runs on both kinds."""
    if request.param == "sqlite":
        return fresh_sqlite(request.getfixturevalue("sqlite_template"), "gazette")
    url: str = request.getfixturevalue("postgres_url")
    _empty(url)
    return url


@pytest.fixture
def database(database_url: str, announced: list[Job]) -> Iterator[Database]:
    """An empty, migrated database, SQLite and PostgreSQL in turn."""
    database = Database(database_url, announce=announced.append)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_database(request: pytest.FixtureRequest) -> Callable[[], Database]:
    """Gives an empty, migrated database each time it is called; the one before is empty then."""

    def made() -> Database:
        if request.param == "sqlite":
            url = fresh_sqlite(request.getfixturevalue("sqlite_template"), "gazette")
        else:
            url = request.getfixturevalue("postgres_url")
            _empty(url)
        return Database(url, announce=lambda _job: None)

    return made


def fresh_sqlite(template: Path, name: str) -> str:
    """The URL of an empty, migrated SQLite database, the same for every test of this process.

    So its engine is the same too, and does not compile each statement again for each test.
    """
    path = template.with_name(f"{name}.sqlite3")
    for left in template.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(template, path)
    return f"sqlite:///{path}"


def _empty(url: str) -> None:
    """Empty the tables that are not empty: to empty all of them takes longer than most tests."""
    tables = [f'"{table}"' for table in METADATA.tables]
    used = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables]  # noqa: S608 - our own names
    counted = "SELECT '\"' || split_part(sequencename, '_id_seq', 1) || '\"' FROM pg_sequences WHERE last_value > 0"
    with psycopg.connect(url, autocommit=True) as connection:
        found = [name for (name,) in connection.execute(" UNION ".join([*used, counted]).encode())]
        if found:
            connection.execute(f"TRUNCATE {', '.join(found)} RESTART IDENTITY CASCADE".encode())
