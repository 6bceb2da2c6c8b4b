"""`gazette feed …`: connecting what is at an address, listing, and reading now."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from newsletter.feeds.articles import Feed, FeedKind
from tests.command_line import CommandLine
from tests.data import NOW
from tests.fake_feeds import item, rss
from tests.feed_rows import a_feed
from tests.loopback_site import Site, page, status

RAIN = item("Raindrops", guid="rain", link="https://proof.example/rain")
HEADLINES = (
    "ice-shelf-melts-uphill",
    "ferry-on-the-tide",
    "bees-agree-faster",
    "lifts-are-slower",
    "exam-marks-itself",
)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with one feed, and one more that its home page does not name."""
    with Site() as site:
        site.pages["/news.xml"] = page(rss(item()).encode(), ETag='"1"')
        yield site


def a_home_page(*feeds: str) -> bytes:
    """A page that names these feeds and links to articles."""
    named = "".join(f'<link rel="alternate" type="application/rss+xml" title="{feed}" href="{feed}">' for feed in feeds)
    teasers = "".join(
        f'<article><h2><a href="/2026/11/{each}">The story of how {each.replace("-", " ")}</a></h2></article>'
        for each in HEADLINES
    )
    head = f'<meta property="og:site_name" content="The Proof Online">{named}'
    return f'<!doctype html><html lang="de"><head>{head}</head><body><main>{teasers}</main></body></html>'.encode()


def feeds(line: CommandLine) -> list[Feed]:
    with line.database.read() as session:
        return list(session.scalars(select(Feed).order_by(Feed.id)))


def test_a_feed_is_connected_by_its_own_address_with_its_topic_and_full_text(line: CommandLine, site: Site) -> None:
    ended = line.run("feed", "add", site.url("/news.xml"), "--topic", "science", "--full-text")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("Connected to The Proof: The Proof, 1 article. None of these will be mailed;")
    [feed] = feeds(line)
    assert (feed.url, feed.kind, feed.wants_full_text) == (site.url("/news.xml"), FeedKind.FEED, True)
    assert feed.default_topic_id is not None


def test_a_home_page_leads_to_its_feed_and_says_what_else_there_is(line: CommandLine, site: Site) -> None:
    site.pages["/"] = page(a_home_page("/news.xml", "/rain.xml"), Content_Type="text/html")
    site.pages["/rain.xml"] = page(rss(RAIN, title="Rain").encode())
    ended = line.run("feed", "add", site.url("/"))
    assert ended.code == 0, ended.err
    assert [feed.url for feed in feeds(line)] == [site.url("/news.xml")]
    lines = ended.out.splitlines()
    assert f"Its address is {site.url('/news.xml')}." in lines
    assert f"  {site.url('/rain.xml')}  Rain" in lines
    assert f"  {site.url('/')} --page" in ended.out
    assert "  name: The Proof Online (here: The Proof)" in lines
    assert "  language: de (here: en)" in lines


def test_a_page_without_a_feed_is_read_itself_only_when_that_is_wanted(line: CommandLine, site: Site) -> None:
    site.pages["/"] = page(a_home_page(), Content_Type="text/html")
    refused = line.run("feed", "add", site.url("/"))
    assert refused.code == 1
    assert "Nothing was connected yet; add --page to do so." in refused.err
    assert feeds(line) == []
    ended = line.run("feed", "add", site.url("/"), "--page")
    assert ended.code == 0, ended.err
    [feed] = feeds(line)
    assert (feed.kind, feed.items_seen) == (FeedKind.PAGE, len(HEADLINES))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("/nothing",), "Nothing was connected."),
        (("/nothing", "--page"), "Nothing was connected."),
        (("/news.xml", "--topic", "sport"), "The Proof has no topic sport; there are: science, technology."),
        (("/news.xml", "--newsletter", "other"), "There is no newsletter other."),
    ],
)
def test_what_cannot_be_connected_is_refused_in_a_sentence(
    line: CommandLine, site: Site, options: tuple[str, ...], words: str
) -> None:
    path, *others = options
    ended = line.run("feed", "add", site.url(path), *others)
    assert ended.code == 1
    assert words in ended.err
    assert feeds(line) == []


def test_the_list_says_how_each_feed_is_doing(line: CommandLine) -> None:
    with line.database.write() as session:
        a_feed(session, line.newsletter_id, "https://proof.example/1", remark="3 older articles were left out.")
        trouble = {"failures": 2, "trouble": "It is broken. Mend it.", "failing_since_at": NOW}
        a_feed(session, line.newsletter_id, "https://proof.example/2", **trouble)
        a_feed(session, line.newsletter_id, "https://proof.example/3", ended_at=NOW, trouble="It has ended.")
    ended = line.run("feed", "list")
    assert ended.code == 0
    for words in ("   1  fine    The Proof", "3 older articles were left out.", "   2  trouble The Proof"):
        assert words in ended.out
    for words in ("It is broken. Mend it.", "It has ended.", "next look: never; 1 article in it, for The Proof"):
        assert words in ended.out
    data = json.loads(line.run("feed", "list", "--json").out)
    assert [(each["state"], each["failures"], each["trouble"]) for each in data] == [
        ("fine", 0, None),
        ("trouble", 2, "It is broken. Mend it."),
        ("ended", 0, "It has ended."),
    ]
    assert data[0]["last_success_at"] == "2026-11-24T09:00:00Z"
    assert data[2]["next_poll_at"] is None


def test_without_feeds_the_list_says_how_to_connect_one(line: CommandLine) -> None:
    assert line.run("feed", "list").out == "No feed is connected yet. Connect one with `gazette feed add URL`.\n"
    assert line.run("feed", "list", "--json").out == "[]\n"


def test_reading_now_says_what_came_and_fails_where_a_feed_does(line: CommandLine, site: Site) -> None:
    line.run("feed", "add", site.url("/news.xml"))
    assert line.run("feed", "poll").out == "The Proof: 0 new, 0 changed\n"
    site.pages["/news.xml"] = page(rss(RAIN, item()).encode(), ETag='"1"')  # its mark is wrong
    assert line.run("feed", "poll", "1").out == "The Proof: 0 new, 0 changed\n"
    assert line.run("feed", "poll", "1", "--fresh").out == "The Proof: 1 new, 0 changed\n"
    site.pages["/news.xml"] = status(500)
    failed = line.run("feed", "poll")
    assert failed.code == 1
    assert "has trouble of its own (500)" in failed.out


def test_a_feed_that_has_ended_is_read_only_when_it_is_named(line: CommandLine, site: Site) -> None:
    line.run("feed", "add", site.url("/news.xml"))
    site.pages["/news.xml"] = status(410)
    assert line.run("feed", "poll").code == 1
    assert "There is no feed to read." in line.run("feed", "poll").err
    site.pages["/news.xml"] = page(rss(item()).encode())
    assert line.run("feed", "poll", "1").out == "The Proof: 0 new, 0 changed\n"
    assert [feed.ended_at for feed in feeds(line)] == [None]
