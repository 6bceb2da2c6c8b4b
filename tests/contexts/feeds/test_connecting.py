"""Connecting feeds: what is stored, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, ArticleTopic, Feed, FeedKind
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import Connected, connect
from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Gone, Unchanged, Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import PollReport, poll
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, topic_ids
from tests.fake_feeds import PROOF_FEED as URL
from tests.fake_feeds import FakeFetcher, item, rss

MINUTE = timedelta(minutes=1)


def the_feed(database: Database, feed_id: int) -> Feed:
    with database.read() as session:
        return session.get_one(Feed, feed_id)


def feeds(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(Feed.id))) or 0


def test_a_feed_is_connected_and_its_articles_are_never_mailed(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(URL))
    assert made == Connected(made.feed_id, "The Proof", 1)
    feed = the_feed(database, made.feed_id)
    assert (feed.url, feed.title, feed.etag, feed.trouble, feed.failures) == (URL, "The Proof", '"1"', None, 0)
    assert feed.connected_at == feed.last_success_at == NOW
    assert feed.next_poll_at == NOW + 5 * MINUTE
    with database.read() as session:
        assert session.scalars(select(Article.released_at)).all() == [None]


def test_a_feed_has_a_topic_for_articles_that_name_none(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    site.publish_feed(URL, rss(item(category="")))
    with database.write() as session:
        topic_id = topic_ids(session, session.get_one(Newsletter, newsletter_id))["technology"]
    connect(database, Intake(site), clock, newsletter_id, NewFeed(URL, topic_id))
    with database.read() as session:
        assert session.scalars(select(ArticleTopic.topic_id)).all() == [topic_id]


@pytest.mark.parametrize(
    "entered", [URL, f" {URL}\n", "proof.example/feed.xml", "feed:https://proof.example/feed.xml", f"{URL}#top"]
)
def test_an_address_is_completed(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, entered: str
) -> None:
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(entered))
    assert the_feed(database, made.feed_id).url == URL


UNREADABLE: list[tuple[FetchOutcome, str]] = [
    (Unreachable("proof.example cannot be reached. Check the address."), "cannot be reached"),
    (Gone("proof.example says that this feed has ended (410)."), "has ended"),
    (Unchanged(), "nothing is new"),
    (Fetched(b"<!doctype html><html></html>", "text/html", URL), "This is a web page, not a feed"),
    (Fetched(b"", None, URL), "the answer is empty"),
]


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case[1])
def test_what_cannot_be_read_is_not_connected(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, case: tuple[FetchOutcome, str]
) -> None:
    outcome, words = case
    site.publish(URL, outcome)
    with pytest.raises(RefusedError, match=words):
        connect(database, Intake(site), clock, newsletter_id, NewFeed(URL))
    assert feeds(database) == 0


@pytest.mark.parametrize(
    "entered", ["", "ftp://proof.example/feed", "https://me:secret@proof.example/feed", "https://"]
)
def test_what_is_no_address_is_refused_before_anybody_is_asked(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, entered: str
) -> None:
    with pytest.raises(RefusedError):
        connect(database, Intake(site), clock, newsletter_id, NewFeed(entered))
    assert site.asked == []


def test_a_feed_is_connected_once(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, feed_id: int
) -> None:
    with pytest.raises(RefusedError, match=r"^This feed is connected already: The Proof \(feed 1\)\.$"):
        connect(database, Intake(site), clock, newsletter_id, NewFeed(URL))
    assert feeds(database) == 1


def test_a_feed_that_leads_to_a_connected_one_is_refused(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, feed_id: int
) -> None:
    old = "https://proof.example/old.xml"
    site.publish(old, Fetched(rss(item()).encode(), None, URL, moved_to=URL))
    with pytest.raises(RefusedError, match="connected already"):
        connect(database, Intake(site), clock, newsletter_id, NewFeed(old))


def test_another_newsletter_may_have_the_same_feed(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    with database.write() as session:
        other_id = a_newsletter(session, "The Other").id
    assert connect(database, Intake(site), clock, other_id, NewFeed(URL)).articles == 1


# Pages and sitemaps.

PAGE = "https://proof.example/science/"
TEASER = '<article><h2><a href="/science/{0}">{1}</a></h2></article>'
LINKS = (
    ("ice-shelf-melts-uphill", "Under the ice shelf, a river"),
    ("ferry-on-the-tide", "The ferry that charges itself"),
)


def a_page(*links: tuple[str, str]) -> Fetched:
    body = "".join(TEASER.format(*link) for link in links)
    page = f"<!doctype html><html><head><title>Science</title></head><body><main>{body}</main></body></html>"
    return Fetched(page.encode(), "text/html", PAGE)


def test_of_a_page_the_links_are_the_articles_whose_text_is_taken_from_their_pages(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    site.publish(PAGE, a_page(*LINKS))
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(PAGE, is_page=True))
    assert made == Connected(made.feed_id, "proof.example/science", 2)
    feed = the_feed(database, made.feed_id)
    assert (feed.kind, feed.wants_full_text, feed.items_seen) == (FeedKind.PAGE, True, 2)
    clock.pass_by(5 * MINUTE)
    site.publish(PAGE, a_page(("bees-agree-faster", "Bees agree faster when a few are wrong"), *LINKS))
    assert poll(database, Intake(site), clock, made.feed_id) == PollReport(1, 0, None)
    with database.read() as session:
        found = select(Article.title, Article.url).order_by(Article.id.desc()).limit(1)
        assert session.execute(found).one() == (
            "Bees agree faster when a few are wrong",
            "https://proof.example/science/bees-agree-faster",
        )


def test_a_page_is_a_feed_only_when_that_is_wanted(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    site.publish(PAGE, a_page(*LINKS))
    with pytest.raises(RefusedError, match="This is a web page, not a feed"):
        connect(database, Intake(site), clock, newsletter_id, NewFeed(PAGE))
    assert feeds(database) == 0


def test_a_page_without_articles_is_not_connected(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    site.publish(PAGE, a_page())
    with pytest.raises(RefusedError, match=r"no link to an article on this page.* Nothing was connected\.$"):
        connect(database, Intake(site), clock, newsletter_id, NewFeed(PAGE, is_page=True))


SITEMAP = (
    '<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://proof.example/ice</loc><news:news>'
    "<news:publication><news:name>The Proof</news:name><news:language>en</news:language></news:publication>"
    "<news:publication_date>2026-11-23T10:00:00Z</news:publication_date><news:title>Under the ice shelf</news:title>"
    "</news:news></url></urlset>"
)


def test_a_news_sitemap_is_a_feed_whose_texts_are_taken_from_the_pages(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int
) -> None:
    site.publish_feed(URL, SITEMAP)
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(URL))
    feed = the_feed(database, made.feed_id)
    assert (feed.kind, feed.wants_full_text, made.articles) == (FeedKind.SITEMAP, True, 1)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_feed_with_teasers_may_have_its_texts_taken_from_the_pages(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, *, wanted: bool
) -> None:
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(URL, wants_full_text=wanted))
    assert the_feed(database, made.feed_id).wants_full_text is wanted
