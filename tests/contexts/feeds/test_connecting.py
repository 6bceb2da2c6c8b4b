"""Connecting feeds: what is stored, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, ArticleTopic, Feed
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import Connected, connect
from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Gone, Unchanged, Unreachable
from newsletter.feeds.intake import Intake
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
