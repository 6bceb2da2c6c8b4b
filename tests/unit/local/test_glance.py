"""Whether the quick look at the database says what Alembic says."""

import shutil
import sqlite3
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from newsletter.database import Database
from newsletter.jobs import announce_nothing
from newsletter.local.glance import heads, is_surely_current
from newsletter.migrations import is_current


def opened(folder: Path, template: Path, *, public_url: str = "http://localhost:8000") -> None:
    """The database of an installation that was opened under this address."""
    shutil.copy(template, folder / "gazette.sqlite3")
    with sqlite3.connect(folder / "gazette.sqlite3") as connection:
        connection.execute("INSERT INTO installation VALUES (1, ?, '2026-11-24 09:00:00.000000')", (public_url,))
    connection.close()


def test_a_migrated_database_is_current_by_both_looks(tmp_path: Path, sqlite_template: Path) -> None:
    opened(tmp_path, sqlite_template)
    database = Database(f"sqlite:///{tmp_path / 'gazette.sqlite3'}", announce_nothing)
    assert is_current(database.engine)
    database.close()
    assert is_surely_current(Settings(data_dir=tmp_path))


def test_an_older_form_is_not_current(tmp_path: Path, sqlite_template: Path) -> None:
    opened(tmp_path, sqlite_template)
    with sqlite3.connect(tmp_path / "gazette.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    assert not is_surely_current(Settings(data_dir=tmp_path))


def test_a_database_of_another_address_is_looked_at_more_closely(tmp_path: Path, sqlite_template: Path) -> None:
    opened(tmp_path, sqlite_template, public_url="https://news.example.org")
    assert not is_surely_current(Settings(data_dir=tmp_path))


def test_no_file_and_a_file_that_is_no_database_are_not_current(tmp_path: Path) -> None:
    assert not is_surely_current(Settings(data_dir=tmp_path))
    (tmp_path / "gazette.sqlite3").write_text("not a database, however one looks at it " * 10)
    assert not is_surely_current(Settings(data_dir=tmp_path))


def test_of_another_database_nothing_is_known(tmp_path: Path, sqlite_template: Path) -> None:
    opened(tmp_path, sqlite_template)
    settings = Settings(data_dir=tmp_path, database_url=SecretStr("postgresql://localhost/gazette"))
    assert not is_surely_current(settings)


def test_the_head_is_the_migration_that_no_other_builds_upon(tmp_path: Path) -> None:
    (tmp_path / "0001_a.py").write_text('revision = "0001"\ndown_revision = None\n')
    (tmp_path / "0002_b.py").write_text('revision: str = "0002"\ndown_revision: str | None = "0001"\n')
    assert heads(tmp_path) == {"0002"}
