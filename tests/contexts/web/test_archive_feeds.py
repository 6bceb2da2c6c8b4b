"""The archive as feeds, read back by other programs and by our own reader."""

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime

import feedparser
import pytest

from newsletter.feeds.deciding import OwnWords, overwrite
from newsletter.feeds.parsing.feed import parse
from tests.archived import article_named, sent, with_picture
from tests.conftest import StandingClock
from tests.data import a_reader
from tests.reader_site import SLUG, ReaderSite

ARCHIVE = f"/n/{SLUG}/archive"


@pytest.fixture(autouse=True)
def readers(site: ReaderSite) -> None:
    """Somebody to send to."""
    with site.database.write() as session:
        a_reader(session, site.newsletter())


def send(site: ReaderSite, clock: StandingClock, *titles: str) -> int:
    """An edition with these articles, a week after the last; its number."""
    return sent(site.database, clock, titles, after=timedelta(days=7))


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_feed_knows_since_when_it_is_as_it_is(site: ReaderSite, clock: StandingClock, form: str) -> None:
    send(site, clock, "Ice")
    path = f"/n/{SLUG}/feed.{form}"
    since = site.get(path).headers["Last-Modified"]
    assert parsedate_to_datetime(since) == clock.now().replace(microsecond=0)
    assert site.client.get(path, headers={"If-Modified-Since": since}).status_code == 304
    clock.pass_by(timedelta(minutes=1))
    with site.database.write() as session:
        overwrite(session, article_named(session, "Ice"), OwnWords(title="Snow"), editor_id=None, now=clock.now())
    assert site.client.get(path, headers={"If-Modified-Since": since}).status_code == 200


def test_programs_read_the_rss_feed(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice", "Yeast & <bread> \x0b]]>")
    send(site, clock, "Ferry")
    answer = site.get(f"/n/{SLUG}/feed.xml")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    read = feedparser.parse(answer.data)
    assert read.bozo == 0
    assert (read.version, read.feed.title, read.feed.language) == ("rss20", "The Proof", "en")
    assert read.feed.link == f"http://localhost{ARCHIVE}"
    [own] = [each for each in read.feed.links if each.rel == "self"]
    assert (own.href, own.type) == (f"http://localhost/n/{SLUG}/feed.xml", "application/rss+xml")
    assert [(each.title, each.link, each.id) for each in read.entries] == [
        (title, f"http://localhost{ARCHIVE}/{number}", f"http://localhost{ARCHIVE}/{number}")
        for title, number in (("Ferry", 2), ("Ice", 1))
    ]
    assert "https://proof.example/ice" in read.entries[1].summary
    assert "Yeast &amp; &lt;bread&gt;" in read.entries[1].summary
    assert read.entries[0].published_parsed[:5] == clock.now().timetuple()[:5]


def test_programs_read_the_json_feed(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice")
    with site.database.write() as session:
        picture = with_picture(session, article_named(session, "Ice"))
    answer = site.get(f"/n/{SLUG}/feed.json")
    assert answer.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    read = json.loads(answer.text)
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert read["feed_url"] == f"http://localhost/n/{SLUG}/feed.json"
    assert read["home_page_url"] == f"http://localhost{ARCHIVE}"
    [item] = read["items"]
    assert (item["id"], item["url"]) == (f"http://localhost{ARCHIVE}/1",) * 2
    assert (item["title"], item["image"]) == ("Ice", f"http://localhost{picture}")
    assert item["date_published"] == "2026-12-01T09:00:00+00:00"
    assert "https://proof.example/ice" in item["content_html"]


@pytest.mark.parametrize("form", ["xml", "json"])
def test_our_own_reader_of_feeds_reads_both(site: ReaderSite, clock: StandingClock, form: str) -> None:
    send(site, clock, "Ice", "Yeast")
    answer = site.get(f"/n/{SLUG}/feed.{form}")
    parsed = parse(answer.data, answer.headers["Content-Type"], f"http://localhost/n/{SLUG}/feed.{form}")
    [item] = parsed.items
    assert (item.title, item.url, item.guid) == ("Ice", f"http://localhost{ARCHIVE}/1", f"http://localhost{ARCHIVE}/1")
    assert item.published_at == clock.now()
    assert parsed.title == "The Proof"


@pytest.mark.parametrize("form", ["xml", "json"])
def test_an_empty_feed_is_a_feed(site: ReaderSite, form: str) -> None:
    answer = site.get(f"/n/{SLUG}/feed.{form}")
    assert parse(answer.data, answer.headers["Content-Type"], "http://localhost/").items == ()
