"""`gazette article extract`: a line of JSON for each page, a plain line for each that cannot be read."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.commands import gazette
from tests.sample_pages import page

SAMPLES = Path(__file__).parents[2] / "samples" / "pages"


def extract(*arguments: str | Path) -> Result:
    return CliRunner().invoke(gazette, ["article", "extract", *map(str, arguments)])


def test_each_file_is_answered_by_a_line_with_the_fields_of_the_contract() -> None:
    ended = extract(SAMPLES / "tidewatch.html", SAMPLES / "stall.html")
    assert (ended.exit_code, ended.stderr) == (0, "")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [list(line) for line in lines] == [
        ["file", "url", "title", "author", "published_at", "image", "text", "html", "language"]
    ] * 2
    assert lines[0]["file"] == str(SAMPLES / "tidewatch.html")
    assert lines[0]["published_at"] == "2026-11-20T05:30:00Z"
    assert lines[1]["title"] == "A stall that sells only left gloves"


def test_what_cannot_be_read_is_told_in_one_line_each_and_the_others_are_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_bytes(b"\x00\x01\x02" * 1_000)
    os.mkfifo(tmp_path / "pipe")  # nobody writes into it, so that reading it would never end
    named = [str(broken), str(tmp_path / "missing.html"), str(tmp_path), str(tmp_path / "pipe"), "ftp://proof.example/"]
    ended = extract(*named, "a\udcff", SAMPLES / "stall.html")
    assert ended.exit_code == 1
    assert len(ended.stdout.splitlines()) == 1
    errors = ended.stderr.splitlines()
    assert [line.partition(": ")[0] for line in errors] == [*named, "a\ufffd"]
    assert all(line.endswith(".") for line in errors)
    assert "Traceback" not in ended.output


def test_the_address_of_a_file_may_be_given(tmp_path: Path) -> None:
    file = tmp_path / "bell.html"
    file.write_bytes(page())
    ended = extract("--url", "https://harbour.example/bell", file)
    assert json.loads(ended.stdout)["url"] == "https://harbour.example/bell"


def test_an_address_that_must_not_be_asked_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GAZETTE_DATA_DIR", str(tmp_path))
    ended = extract("http://127.0.0.1:9/article")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("http://127.0.0.1:9/article: ")
    assert list(tmp_path.iterdir()) == []  # nothing is made, no database, no key


def test_without_a_page_it_was_called_wrongly() -> None:
    assert extract().exit_code == 2
