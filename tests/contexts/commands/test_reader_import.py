"""`gazette reader import`, `ask` and `export`."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.commands.output import services
from newsletter.delivery.deliveries import Delivery
from newsletter.subscriptions.importing.records import ImportRow, ImportRun
from newsletter.subscriptions.subscribers import Consent, Subscriber, Subscription
from tests.command_line import CommandLine
from tests.data import an_editor
from tests.import_files import a_wix_file
from tests.sampling import sampled_on

ROOT = Path(__file__).parent.parent.parent.parent
DECLARED = ("--declare", "maren@proof.example", "--reason", "They ticked the box of our old form.")
MIXED = a_wix_file(
    ("anna@example.org", "Subscribed", "Subscribe form"),
    ("ben@example.org", "Unsubscribed", "Subscribe form"),
    ("cem@example.org", "Never subscribed", "Checkout"),
    ("no address", "Subscribed", "Subscribe form"),
)


@pytest.fixture
def file(tmp_path: Path, line: CommandLine) -> str:
    """A file from Wix, beside an installation with an editor."""
    with line.database.write() as session:
        an_editor(session)
    path = tmp_path / "contacts.csv"
    path.write_text(MIXED, newline="")
    return str(path)


def count(line: CommandLine, column: object) -> int:
    with line.database.read() as session:
        return session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]  # a column of any table


def leftovers() -> list[Path]:
    """The files that imports have left."""
    with services() as parts:
        folder = parts.imports.folder
        return list(folder.iterdir()) if folder.exists() else []


def test_without_a_choice_it_only_shows_what_would_be(line: CommandLine, file: str) -> None:
    ended = line.run("reader", "import", file, "--from", "wix")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "4 rows in contacts.csv, from Wix:"
    assert [line.split() for line in lines[1:4]] == [
        ["subscribed", "Subscribe", "form", "1", "ask"],
        ["never", "Checkout", "1", "leave"],
        ["unsubscribed", "-", "1", "suppress"],
    ]
    assert "line 5: A mail address has an @ in it" in ended.out
    assert "Nobody was taken in, and nobody is mailed." in lines[-1]
    assert count(line, Subscriber.id) == count(line, ImportRun.id) == 0
    assert leftovers() == []


def test_a_dry_run_stays_one_whatever_else_is_said(line: CommandLine, file: str) -> None:
    data = json.loads(
        line.run("reader", "import", file, "--dry-run", "--json", "--group", "never=active", *DECLARED).out
    )
    assert (data["from"], data["rows"], data["unreadable"], data["taken"]) == ("wix", 4, 1, {})
    assert data["groups"][0] == {
        "status": "subscribed",
        "proof": False,
        "source": "Subscribe form",
        "rows": 1,
        "choice": "ask",
    }
    assert count(line, Subscriber.id) == 0


def test_what_is_declared_is_taken_in(line: CommandLine, file: str) -> None:
    ended = line.run("reader", "import", file, "--group", "subscribed=active", *DECLARED)
    assert ended.code == 0, ended.err
    assert "1 read from now on" in ended.out
    assert "1 left or bounced there, and are never written to" in ended.out
    assert ended.out.splitlines()[-1] == "Nobody was mailed."
    shown = json.loads(line.run("reader", "show", "anna@example.org", "--json").out)
    assert shown["subscriptions"][0]["state"] == "active"
    assert "Nobody may write to it: imported." in line.run("reader", "show", "ben@example.org").err
    assert count(line, Delivery.id) == 0
    assert leftovers() == []


def test_rows_to_mend_are_written_with_line_and_reason(line: CommandLine, file: str, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    assert "1 row to mend" in line.run("reader", "import", file, "--errors", str(errors)).out
    head, row = csv.reader(errors.read_text("utf-8-sig").splitlines())
    assert head[:2] == ["Line", "What is wrong"]
    assert row[:2] == ["5", "A mail address has an @ in it, like anna@example.org; please check it."]
    assert "no address" in row
    line.run("reader", "import", file, "--group", "subscribed=ask", "--errors", str(errors))
    assert list(csv.reader(errors.read_text("utf-8-sig").splitlines())) == [head, row]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--group", "subscribed=active"), "Some readers are to get mail without being asked again."),
        (("--group", "unsubscribed=active", *DECLARED), "Rows that are unsubscribed can be one of: suppress."),
        (("--group", "happy=ask"), "“happy” is no status of readers."),
        (("--group", "subscribed=perhaps"), "Rows that are subscribed can be one of: active, ask, leave."),
        (("--map", "Shoe size=status"), "The file has no column “Shoe size”."),
        (("--map", "Source=shoe size"), "“shoe size” is nothing that a column can hold."),
        (("--map", "Email 1=nothing"), "Say which one does with --map COLUMN=address."),
        (("--declare", "nobody@example.org", "--reason", "x"), "There is no editor with the address"),
        (("--newsletter", "other"), "other"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_nothing_is_left(
    line: CommandLine, file: str, options: tuple[str, ...], sentence: str
) -> None:
    ended = line.run("reader", "import", file, *options)
    assert ended.code == 1
    assert sentence in ended.err
    assert len(ended.err.splitlines()) == 1
    assert count(line, ImportRun.id) == count(line, ImportRow.line) == count(line, Subscriber.id) == 0
    assert leftovers() == []


def test_called_wrongly_it_says_how(line: CommandLine, file: str, tmp_path: Path) -> None:
    assert line.run("reader", "import", str(tmp_path / "none.csv")).code == 2
    assert line.run("reader", "import", file, "--from", "pigeon").code == 2
    assert line.run("reader", "import", file, "--group", "subscribed").code == 2


def test_columns_can_be_named(line: CommandLine, tmp_path: Path, file: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Wer;Darf\nanna@example.org;ja\nben@example.org;unsubscribed\n")
    data = json.loads(line.run("reader", "import", str(path), "--from", "csv", "--map", "Darf=status", "--json").out)
    assert data["columns"] == {"Wer": "address", "Darf": "status"}
    assert {group["status"]: group["rows"] for group in data["groups"]} == {"unclear": 1, "unsubscribed": 1}


def test_staged_readers_are_asked_when_an_editor_starts_it(line: CommandLine, file: str) -> None:
    ended = line.run("reader", "import", file, "--group", "subscribed=ask")
    assert "`gazette reader ask 1 --by EDITOR`" in ended.out
    assert line.run("reader", "ask", "1", "--by", "nobody@example.org").code == 1
    assert line.run("reader", "ask", "7", "--by", "maren@proof.example").code == 1
    ended = line.run("reader", "ask", "1", "--by", "maren@proof.example")
    assert (ended.code, ended.out) == (0, "1 reader will be asked to confirm: one mail each, some each minute.\n")
    assert line.run("reader", "ask", "1", "--by", "maren@proof.example", "--stop").code == 0
    with line.database.read() as session:
        assert session.scalars(select(ImportRun.ask_at)).one() is None


def test_readers_are_exported_and_the_importer_takes_them(line: CommandLine, file: str, tmp_path: Path) -> None:
    line.run("reader", "import", file, "--group", "subscribed=active", *DECLARED)
    out = tmp_path / "out.csv"
    assert line.run("reader", "export", "--out", str(out)).code == 0
    assert out.read_bytes().decode() == line.run("reader", "export").out.replace("\r\n", "\n").replace("\n", "\r\n")
    assert (out.stat().st_mode & 0o777, [*tmp_path.glob(".out*")]) == (0o600, [])
    data = json.loads(line.run("reader", "import", str(out), "--json").out)
    assert (data["from"], data["rows"], data["known"]) == ("gazette", 1, 1)
    (reader,) = line.run("reader", "export", "--format", "json").out.splitlines()
    assert json.loads(reader)["address"] == "anna@example.org"
    ended = line.run("reader", "export", "--out", str(tmp_path / "none" / "out.csv"))
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)


@sampled_on("postgresql")
def test_killed_in_the_middle_and_started_again_everybody_is_there_once(
    line: CommandLine, file: str, tmp_path: Path
) -> None:
    rows, path = 100_000, tmp_path / "many.csv"
    path.write_text("Email,Status\n" + "".join(f"reader{n}@example.org,subscribed\n" for n in range(rows)))
    command = ("reader", "import", str(path), "--group", "subscribed=active", *DECLARED)
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter.commands", *command], cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL
    )
    try:
        until_some_are_taken_in(line, process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    before = count(line, Subscription.id)
    assert 0 < before < rows
    ended = line.run(*command)
    assert ended.code == 0, ended.err
    assert "100,000 read from now on" in ended.out
    assert count(line, Subscriber.id) == count(line, Subscription.id) == count(line, Consent.id) == rows
    assert count(line, ImportRow.line) == rows
    assert leftovers() == []


def until_some_are_taken_in(line: CommandLine, process: "subprocess.Popen[bytes]") -> None:
    ends_at = time.monotonic() + 120
    while time.monotonic() < ends_at:
        assert process.poll() is None, "the import ended before it could be killed"
        if count(line, Subscription.id):
            return
    raise AssertionError("nobody was taken in")
