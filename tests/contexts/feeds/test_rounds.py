"""Rounds: all feeds that are due at once, each on its own."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Unchanged, Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.feeds.rounds import MOST_AT_ONCE, MOST_OF_ONE_HOST, poll_due
from tests.conftest import StandingClock
from tests.fake_feeds import FakeFetcher, item, rss
from tests.feed_rows import a_feed
from tests.statements import heard, writing

PATIENCE = 20.0


def feeds_of_hosts(database: Database, newsletter_id: int, *, hosts: int, of_each: int = 1) -> list[str]:
    """So many feeds that are due; their addresses."""
    urls = [f"https://h{host}.example/{number}" for host in range(hosts) for number in range(of_each)]
    with database.write() as session:
        for url in urls:
            a_feed(session, newsletter_id, url)
    return urls


def by_url(database: Database) -> dict[str, Feed]:
    with database.read() as session:
        return {feed.url: feed for feed in session.scalars(select(Feed).order_by(Feed.id))}


def feed_of(url: str) -> Fetched:
    """A feed with one article of its own."""
    return Fetched(rss(item(url, guid=url, link=f"{url}/article")).encode(), None, url)


class Crowd(FakeFetcher):
    """Counts how many ask at the same time, in all and of each host."""

    def __init__(self, urls: list[str], *, meet: int) -> None:
        super().__init__({url: [feed_of(url)] for url in urls})
        self.lock = threading.Lock()
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        # The first so many wait for each other: they get on only if all of them are let in together.
        self.gate = threading.Barrier(meet)
        self.waiting = meet

    def fetch(self, url: str, **options: Any) -> FetchOutcome:
        with self.counted("all"), self.counted(urlsplit(url).hostname or ""):
            with self.lock:
                self.waiting -= 1
                waits = self.waiting >= 0
            if waits:
                self.gate.wait(PATIENCE)
            return super().fetch(url, **options)

    @contextmanager
    def counted(self, name: str) -> Iterator[None]:
        with self.lock:
            self.now[name] += 1
            self.most[name] = max(self.most[name], self.now[name])
        try:
            yield
        finally:
            with self.lock:
                self.now[name] -= 1


def test_many_feeds_are_asked_at_the_same_time_and_all_are_stored(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=80)
    site = Crowd(urls, meet=MOST_AT_ONCE)
    assert not poll_due(database, Intake(site), clock)
    assert site.most["all"] == MOST_AT_ONCE
    assert sorted(url for url, *_marks in site.asked) == sorted(urls)
    with database.read() as session:
        assert session.scalar(select(func.count(Article.id))) == 80
    assert {feed.next_poll_at for feed in by_url(database).values()} == {clock.now() + timedelta(minutes=5)}


def test_a_site_with_many_feeds_is_asked_for_a_few_at_a_time(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=2, of_each=10)
    site = Crowd(urls, meet=2 * MOST_OF_ONE_HOST)
    assert not poll_due(database, Intake(site), clock)
    assert len(site.asked) == 20
    assert (site.most["h0.example"], site.most["h1.example"]) == (MOST_OF_ONE_HOST, MOST_OF_ONE_HOST)


def test_answers_that_arrive_together_do_not_end_the_round(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=1, of_each=4 * MOST_OF_ONE_HOST)
    site = FakeFetcher({url: [feed_of(url)] for url in urls})

    def asked_after_every_answer() -> bool:
        time.sleep(0.02)  # so all that were asked have answered when the round looks
        return False

    assert not poll_due(database, Intake(site), clock, is_stopping=asked_after_every_answer)
    assert sorted(url for url, *_marks in site.asked) == sorted(urls)


def test_nothing_due_asks_nobody(database: Database, clock: StandingClock, newsletter_id: int) -> None:
    feeds_of_hosts(database, newsletter_id, hosts=1)
    clock.pass_by(-timedelta(minutes=1))
    site = FakeFetcher()
    assert not poll_due(database, Intake(site), clock)
    assert site.asked == []


class Temperamental(FakeFetcher):
    """A fetcher with a bug that shows at one address."""

    def fetch(self, url: str, **options: Any) -> FetchOutcome:
        if url == "https://h1.example/0":
            raise ZeroDivisionError
        return super().fetch(url, **options)


def bad_at_h2(content: bytes, content_type: str | None, url: str) -> ParsedFeed:
    """A parser with a bug that shows at one address."""
    if url == "https://h2.example/0":
        raise RecursionError
    return parse(content, content_type, url)


def test_a_feed_that_fails_or_brings_a_bug_to_light_costs_the_others_nothing(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=6)
    site = Temperamental({url: [feed_of(url)] for url in urls})
    site.publish(urls[0], Unreachable("h0.example cannot be reached."))
    assert not poll_due(database, Intake(site, parse=bad_at_h2), clock)
    troubles = [feed.trouble for feed in by_url(database).values()]
    ours = "Gazette itself failed at what this feed holds; ask your operator to look into the log."
    assert troubles == [
        "h0.example cannot be reached. We try again by ourselves.",
        *[f"{ours} We try again by ourselves."] * 2,
        *[None] * 3,
    ]
    with database.read() as session:
        assert session.scalar(select(func.count(Article.id))) == 3


def test_a_bug_in_storing_one_feed_does_not_lose_the_rest(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=3)
    with database.write() as session:
        # A feed whose newsletter is gone cannot be stored.
        orphan = session.scalars(select(Feed).where(Feed.url == urls[1])).one()
        orphan.newsletter_id = 404
        assert session.get(Newsletter, 404) is None
    assert not poll_due(database, Intake(FakeFetcher({url: [feed_of(url)] for url in urls})), clock)
    assert [feed.failures for feed in by_url(database).values()] == [0, 1, 0]


def test_a_feed_that_hangs_has_failed_when_the_round_ends_and_the_others_are_stored(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=3)
    released = threading.Event()

    class Hanging(FakeFetcher):
        def fetch(self, url: str, **options: Any) -> FetchOutcome:
            if url == urls[0]:
                released.wait(PATIENCE)
            return super().fetch(url, **options)

    try:
        assert not poll_due(database, Intake(Hanging({url: [feed_of(url)] for url in urls})), clock, seconds=1.0)
    finally:
        released.set()
    feeds = by_url(database)
    assert feeds[urls[0]].trouble == "h0.example did not answer in time. We try again by ourselves."
    assert [feeds[url].last_change_at for url in urls[1:]] == [clock.now()] * 2


def test_what_there_is_no_time_for_is_due_for_the_successor(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    feeds_of_hosts(database, newsletter_id, hosts=3)
    site = FakeFetcher()
    assert poll_due(database, Intake(site), clock, seconds=0.0)
    assert site.asked == []
    assert {feed.next_poll_at for feed in by_url(database).values()} == {clock.now()}


def test_a_worker_that_is_to_stop_ends_what_it_began_and_gives_back_the_rest(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=1, of_each=MOST_OF_ONE_HOST + 3)
    stopping = threading.Event()

    class LastOne(FakeFetcher):
        def fetch(self, url: str, **options: Any) -> FetchOutcome:
            stopping.set()
            return super().fetch(url, **options)

    site = LastOne({url: [feed_of(url)] for url in urls})
    assert poll_due(database, Intake(site), clock, is_stopping=stopping.is_set)
    stored = [url for url, feed in by_url(database).items() if feed.next_poll_at > clock.now()]
    assert sorted(url for url, *_marks in site.asked) == sorted(stored)
    assert 1 <= len(stored) <= MOST_OF_ONE_HOST


def test_a_round_of_unchanged_feeds_writes_once(database: Database, clock: StandingClock, newsletter_id: int) -> None:
    urls = feeds_of_hosts(database, newsletter_id, hosts=40)
    with heard(database) as statements:
        assert not poll_due(database, Intake(FakeFetcher({url: [Unchanged()] for url in urls})), clock)
    written = writing(statements)
    assert len(written) == 1
    assert written[0].startswith("UPDATE feeds SET next_poll_at=")
    assert "," not in written[0]
