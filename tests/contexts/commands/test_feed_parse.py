"""`gazette feed parse`: for many files at once, with nothing set up, and never a traceback."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from newsletter.commands.feed_parsing import parse_feeds
from tests.fake_feeds import item, rss
from tests.feed_site import FeedSite

KEYS = [
    *("file", "guid", "url", "title", "summary", "html", "author", "image", "topics", "published_at", "updated_at"),
    "language",
]


@pytest.fixture(autouse=True)
def _fresh_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with nothing in it, and no settings."""
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith("GAZETTE_")]:
        monkeypatch.delenv(name)


def run(*places: str) -> Result:
    return CliRunner().invoke(parse_feeds, places)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_article_of_every_file_is_a_line(tmp_path: Path) -> None:
    Path("one.xml").write_text(rss(item("Ice"), item("Snow", guid="2")))
    Path("two.xml").write_text(rss(item("Größe", published="")))
    result = run("one.xml", "two.xml")
    assert (result.exit_code, result.stderr) == (0, "")
    found = lines(result)
    assert [(each["file"], each["title"]) for each in found] == [
        ("one.xml", "Ice"),
        ("one.xml", "Snow"),
        ("two.xml", "Größe"),
    ]
    assert all(list(each) == KEYS for each in found)
    assert (found[0]["published_at"], found[2]["published_at"]) == ("2026-11-23T10:00:00Z", None)
    assert (found[0]["topics"], found[0]["guid"], found[0]["image"]) == (["Science"], "ice", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.xml", "two.xml"]


def test_entries_without_a_link_are_shown_in_their_place() -> None:
    Path("feed.xml").write_text(rss(item("Ice", link=""), item("Snow", guid="2"), "<item><title>Hail</title></item>"))
    result = run("feed.xml")
    assert [(each["title"], each["url"]) for each in lines(result)] == [
        ("Ice", ""),
        ("Snow", "https://proof.example/ice"),
        ("Hail", ""),
    ]
    assert result.stderr == (
        "feed.xml: 2 entries have no link to a page and cannot be mailed. The site can add links to its feed.\n"
    )


def test_an_author_of_whom_only_the_address_is_known_is_shown() -> None:
    Path("feed.xml").write_text(rss("<item><title>Ice</title><author>ada@proof.example</author></item>"))
    assert [each["author"] for each in lines(run("feed.xml"))] == ["ada@proof.example"]


def test_links_in_a_file_begin_where_the_feed_says_that_it_was_found() -> None:
    Path("feed.xml").write_text(rss("<item><title>Ice</title><link>/ice</link></item>"))
    Path("feed.json").write_text(json.dumps({"home_page_url": "https://a.example/", "items": [{"url": "/snow"}]}))
    assert [each["url"] for each in lines(run("feed.xml", "feed.json"))] == [
        "https://proof.example/ice",
        "https://a.example/snow",
    ]


def test_what_cannot_be_read_is_a_plain_line_each_and_the_others_are_printed() -> None:
    Path("empty.xml").write_bytes(b"")
    Path("binary.xml").write_bytes(bytes(range(256)) * 20)
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("page.xml").write_text("<html><body>News</body></html>")
    Path("good.xml").write_text(rss(item("Ice")))
    places = [
        "missing.xml",
        "empty.xml",
        "binary.xml",
        "folder",
        "pipe",
        "page.xml",
        "",
        "a\0b",
        "/dev/null",
        "a\udcff",
    ]
    result = run(*places, "good.xml")
    assert result.exit_code == 1
    assert [each["title"] for each in lines(result)] == ["Ice"]
    said = result.stderr.splitlines()
    assert len(said) == len(places)
    assert all(line.endswith(".") for line in said)
    assert "Traceback" not in result.output


def test_addresses_that_are_not_fetched_from_are_a_plain_line() -> None:
    result = run("http://127.0.0.1:9/feed.xml", "https://user:secret@news.example/", "https://[")
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 3)


def test_a_feed_on_the_web_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    with FeedSite() as site:
        site.publish("Ice", "Science")
        monkeypatch.setenv("GAZETTE_FETCH_ALLOW", "127.0.0.1/32")
        result = run(site.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [(each["file"], each["title"]) for each in lines(result)] == [(site.url, "Ice")]


def test_without_a_file_it_is_called_wrongly() -> None:
    assert run().exit_code == 2
