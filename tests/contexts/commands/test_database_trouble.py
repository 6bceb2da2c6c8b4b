"""A command on a database that is away, or has not been brought to today's form."""

from pathlib import Path

import pytest

from tests.command_line import CommandLine


def test_a_database_that_was_never_migrated_is_told_with_what_to_do(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAZETTE_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    ended = line.run("newsletter", "list")

    assert ended.code == 1
    assert ended.err == "The database has not the form that this version needs. Run `gazette migrate`.\n"


@pytest.mark.parametrize("command", ["status", "migrate"])
def test_a_database_that_does_not_answer_is_told_without_its_password(
    line: CommandLine, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAZETTE_DATABASE_URL", "postgresql://gazette:a-secret@127.0.0.1:1/gazette")

    ended = line.run(command)

    assert ended.code == 1
    assert ended.err.startswith("The database (GAZETTE_DATABASE_URL) cannot be used: ")
    assert "a-secret" not in ended.err


def test_a_file_that_is_no_database_is_told(line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"this is a shopping list, and no database" * 100)
    monkeypatch.setenv("GAZETTE_DATABASE_URL", f"sqlite:///{broken}")

    ended = line.run("status")

    assert ended.code == 1
    assert ended.err == (
        "The database (GAZETTE_DATABASE_URL) cannot be used: file is not a database. Mend that, then try again.\n"
    )
