"""*Fetch again now*: past the pace of a feed, all caches, and its end."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.claiming import claim_due, is_any_due
from newsletter.feeds.fetching.fetcher import FetchOutcome, Gone
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import fetch_again, poll, poll_if_due
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.fake_feeds import PROOF_FEED as URL
from tests.fake_feeds import FakeFetcher, item, rss

RAIN = item("Raindrops", guid="rain", link="https://proof.example/rain")


def the_feed(database: Database, feed_id: int) -> Feed:
    with database.read() as session:
        return session.get_one(Feed, feed_id)


def article_titles(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Article.title).order_by(Article.id)))


class Attentive(FakeFetcher):
    """A fetcher that remembers whether caches were to be passed."""

    def __init__(self) -> None:
        super().__init__()
        self.past_caches: list[bool] = []

    def fetch(self, url: str, **options: Any) -> FetchOutcome:
        self.past_caches.append(options["past_caches"])
        return super().fetch(url, **options)


def test_fetching_again_asks_past_all_caches_and_marks_once(
    database: Database, clock: StandingClock, feed_id: int
) -> None:
    site = Attentive()
    site.publish_feed(URL, rss(RAIN, item()), etag='"1"')
    poll(database, Intake(site), clock, feed_id)
    assert article_titles(database) == ["Under the ice shelf"]  # the site thinks that we have read it
    with database.write() as session:
        fetch_again(session, session.get_one(Feed, feed_id), now=clock.now())
    poll_if_due(database, Intake(site), clock, feed_id)
    assert article_titles(database) == ["Under the ice shelf", "Raindrops"]
    poll_if_due(database, Intake(site), clock, feed_id)  # not due any more
    poll(database, Intake(site), clock, feed_id)
    assert site.past_caches == [False, True, False]
    assert [marks for _url, *marks in site.asked] == [['"1"', None], [None, None], ['"1"', None]]


def test_a_wish_that_comes_while_the_feed_is_being_asked_is_not_forgotten(
    database: Database, clock: StandingClock, feed_id: int
) -> None:
    class Interrupted(FakeFetcher):
        def fetch(self, url: str, **options: Any) -> FetchOutcome:
            with database.write() as session:
                fetch_again(session, session.get_one(Feed, feed_id), now=clock.now())
            return super().fetch(url, **options)

    site = Interrupted()
    site.publish_feed(URL, rss(item()))
    poll(database, Intake(site), clock, feed_id)
    feed = the_feed(database, feed_id)
    assert (feed.wants_fresh, feed.next_poll_at) == (True, clock.now())


def test_a_feed_that_has_ended_is_not_asked_any_more_unless_an_editor_wants_it(
    database: Database, site: FakeFetcher, clock: StandingClock, announced: list[Job], feed_id: int
) -> None:
    site.publish(URL, Gone("proof.example says that this feed has ended (410)."))
    assert "has ended" in str(poll(database, Intake(site), clock, feed_id).trouble)
    ended_at = clock.now()
    clock.pass_by(timedelta(days=400))
    with database.write() as session:
        assert not is_any_due(session, now=clock.now())
        assert claim_due(session, now=clock.now(), most=9) == []
        fetch_again(session, session.get_one(Feed, feed_id), now=clock.now())
        assert is_any_due(session, now=clock.now())
    assert announced == [Job(JobKind.POLL_FEED, feed_id)]
    poll_if_due(database, Intake(site), clock, feed_id)
    feed = the_feed(database, feed_id)
    assert (feed.ended_at, feed.wants_fresh) == (ended_at, False)
    with database.read() as session:
        assert not is_any_due(session, now=clock.now() + timedelta(days=400))


def test_a_feed_that_answers_again_after_its_end_lives_on(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish(URL, Gone("proof.example says that this feed has ended (410)."))
    poll(database, Intake(site), clock, feed_id)
    site.publish_feed(URL, rss(RAIN, item()))
    with database.write() as session:
        fetch_again(session, session.get_one(Feed, feed_id), now=clock.now())
    poll_if_due(database, Intake(site), clock, feed_id)
    feed = the_feed(database, feed_id)
    assert (feed.ended_at, feed.trouble, feed.failures, feed.last_change_at) == (None, None, 0, clock.now())
