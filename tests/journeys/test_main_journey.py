"""From sign-up to digest over HTTP, on a real broker, real processes, real SMTP and both databases."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import redis
from sqlalchemy import update

from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions.editions import Edition
from newsletter.editions.groups import EditionRhythm
from newsletter.jobs import announce_nothing
from tests.feed_site import FeedSite
from tests.newsroom import Newsroom, newsroom, wait_until
from tests.sampling import sampled_on

ANNA, BEN = "anna@example.org", "ben@example.org"


@pytest.fixture
def room(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom on an empty database and an empty broker."""
    redis.Redis.from_url(redis_url).flushall()
    with newsroom(tmp_path, database_url, redis_url) as made:
        yield made


@pytest.fixture
def site() -> Iterator[FeedSite]:
    """A news site with a feed, on loopback."""
    with FeedSite() as made:
        yield made


def start_all(room: Newsroom) -> None:
    for name in ("web", "worker", "scheduler"):
        room.start(name)


def connect_feed(room: Newsroom, site: FeedSite) -> None:
    """Connect the feed, and publish an article afterwards."""
    site.publish("Old news", "science")
    room.gazette("feed", "add", site.url)
    site.publish("Under the ice shelf", "science")
    room.gazette("feed", "poll")
    room.release_all()


def readers(room: Newsroom, *addresses: str) -> None:
    for address in addresses:
        room.subscribe(address)
    for address in addresses:
        room.confirm(address)
        room.relay.wait_for(address, "elcome")


def nothing_more_comes() -> None:
    """Let three sweeps pass. That no second mail comes cannot be waited for, only given the time to."""
    time.sleep(3)


def digests(room: Newsroom, address: str) -> list[EmailMessage]:
    return room.relay.mails_to(address, "Under the ice shelf")


def test_a_reader_subscribes_confirms_gets_one_digest_and_leaves(room: Newsroom, site: FeedSite) -> None:
    start_all(room)
    connect_feed(room, site)
    readers(room, ANNA)
    room.gazette("edition", "send", "the-proof")
    [mail] = room.relay.wait_for(ANNA, "Under the ice shelf")
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Old news" not in text
    assert "Bleisatzgasse 7" in text
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "nothing was sent" in room.gazette("edition", "send", "the-proof")
    one_click = str(mail["List-Unsubscribe"]).split(">")[0].strip("<")
    answer = httpx.post(one_click, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    site.publish("Under the ice shelf, again", "science")
    room.gazette("feed", "poll")
    room.release_all()
    assert "nothing was sent" in room.gazette("edition", "send", "the-proof")
    assert len(digests(room, ANNA)) == 1


@sampled_on("postgresql")
def test_the_weekly_digest_goes_out_by_itself_when_it_falls_due(
    room: Newsroom, site: FeedSite, database_url: str
) -> None:
    start_all(room)
    connect_feed(room, site)
    readers(room, ANNA)
    assert digests(room, ANNA) == []
    _let_friday_come(database_url)
    room.relay.wait_for(ANNA, "Under the ice shelf")
    wait_until(lambda: '"sent"' in room.gazette("edition", "status", "1", "--json"), "the edition is over")
    assert len(digests(room, ANNA)) == 1


@sampled_on("sqlite")
def test_the_broker_is_flushed_again_and_again_and_every_mail_still_comes_once(
    room: Newsroom, site: FeedSite, redis_url: str
) -> None:
    broker = redis.Redis.from_url(redis_url)
    start_all(room)
    connect_feed(room, site)
    for address in (ANNA, BEN):
        room.subscribe(address)
        broker.flushall()
    for address in (ANNA, BEN):
        room.confirm(address)
        broker.flushall()
    room.gazette("edition", "send", "the-proof", "--no-wait")
    ends_at = time.monotonic() + 3
    while time.monotonic() < ends_at:
        broker.flushall()
        time.sleep(0.1)
    for address in (ANNA, BEN):
        room.relay.wait_for(address, "Under the ice shelf")
    nothing_more_comes()
    assert [len(digests(room, address)) for address in (ANNA, BEN)] == [1, 1]


def test_a_worker_killed_between_send_and_settle_repeats_at_most_that_mail_under_its_message_id(
    room: Newsroom, site: FeedSite, database_url: str
) -> None:
    start_all(room)
    connect_feed(room, site)
    everybody = [f"reader{number}@example.org" for number in range(6)]
    readers(room, *everybody)
    room.relay.hold_answers.set()
    room.relay.arrived.clear()
    room.gazette("edition", "send", "the-proof", "--no-wait")
    assert room.relay.arrived.wait(20)
    room.kill("worker")
    room.relay.hold_answers.clear()
    room.start("worker")
    _let_half_a_minute_pass(database_url)
    for address in everybody:
        room.relay.wait_for(address, "Under the ice shelf")
    wait_until(lambda: '"sent"' in room.gazette("status", "--json"), "all is settled")
    nothing_more_comes()
    counts = sorted(len(digests(room, address)) for address in everybody)
    assert counts in ([1] * 6, [1] * 5 + [2])
    for address in everybody:
        assert len({str(mail["Message-ID"]) for mail in digests(room, address)}) == 1
        assert len({mail.as_bytes() for mail in digests(room, address)}) == 1, "a repeat is the same to the byte"


@sampled_on("postgresql")
def test_two_schedulers_and_two_workers_send_nothing_twice(room: Newsroom, site: FeedSite) -> None:
    start_all(room)
    room.start("worker-2")
    room.start("scheduler-2")
    connect_feed(room, site)
    everybody = [f"reader{number}@example.org" for number in range(6)]
    readers(room, *everybody)
    room.gazette("edition", "send", "the-proof", "--no-wait")
    room.gazette("edition", "send", "the-proof", "--no-wait")
    for address in everybody:
        room.relay.wait_for(address, "Under the ice shelf")
    nothing_more_comes()
    assert [len(digests(room, address)) for address in everybody] == [1] * 6


@sampled_on("postgresql")
def test_the_relay_is_away_for_a_while_and_nobody_is_lost(room: Newsroom, site: FeedSite) -> None:
    start_all(room)
    connect_feed(room, site)
    readers(room, ANNA, BEN)
    room.relay.stop()
    room.gazette("edition", "send", "the-proof", "--no-wait")
    wait_until(lambda: "connection refused" in room.gazette("status"), "the trouble is told")
    room.relay.start()
    for address in (ANNA, BEN):
        room.relay.wait_for(address, "Under the ice shelf")
    assert [len(digests(room, address)) for address in (ANNA, BEN)] == [1, 1]


@sampled_on("sqlite")
def test_a_worker_that_is_asked_to_end_ends_in_order_and_its_successor_goes_on(room: Newsroom, site: FeedSite) -> None:
    start_all(room)
    connect_feed(room, site)
    readers(room, ANNA, BEN)
    room.gazette("edition", "send", "the-proof", "--no-wait")
    began = time.monotonic()
    assert room.stop("worker") == 0
    assert time.monotonic() - began < 10
    room.start("worker")
    for address in (ANNA, BEN):
        room.relay.wait_for(address, "Under the ice shelf")
    nothing_more_comes()
    assert [len(digests(room, address)) for address in (ANNA, BEN)] == [1, 1]


def _let_friday_come(database_url: str) -> None:
    """Make the cutoff and the hour of the planned edition now, as nobody can wait for Friday."""
    database = Database(database_url, announce_nothing)

    def is_planned() -> bool:
        with database.write() as session:
            now = datetime.now(UTC)
            due = update(Edition).where(Edition.cadence == "weekly").values(cutoff_at=now, send_at=now)
            session.execute(update(EditionRhythm).values(at=now))
            return session.connection().execute(due).rowcount == 1

    try:
        wait_until(is_planned, "the scheduler has planned the weekly edition")
    finally:
        database.close()


def _let_half_a_minute_pass(database_url: str) -> None:
    """Wait for the sweep to find the mail whose worker ended, and make its pause pass."""
    database = Database(database_url, announce_nothing)

    def is_found() -> bool:
        with database.write() as session:
            unknown = update(Delivery).where(Delivery.state == DeliveryState.UNKNOWN)
            moved = session.connection().execute(unknown.values(next_attempt_at=Delivery.created_at))
            return moved.rowcount > 0

    try:
        wait_until(is_found, "the ended lease is found")
    finally:
        database.close()
