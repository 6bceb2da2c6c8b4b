"""The command line."""

from pathlib import Path

import pytest

from newsletter.database import Database
from tests.command_line import CommandLine


@pytest.fixture
def line(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line of an installation with one newsletter, on SQLite and PostgreSQL in turn."""
    for name, value in {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": "http://localhost",
        "FETCH_ALLOW": "127.0.0.0/8",
    }.items():
        monkeypatch.setenv(f"GAZETTE_{name}", value)
    return CommandLine(database)
