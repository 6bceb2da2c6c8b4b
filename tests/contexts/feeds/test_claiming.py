"""Claiming feeds: who asks which, and when they are due."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.feeds.articles import Feed
from newsletter.feeds.claiming import claim_due, claim_one, give_back, is_any_due, wake
from tests.conftest import StandingClock
from tests.data import a_newsletter
from tests.feed_rows import a_feed
from tests.statements import heard, writing

MINUTE = timedelta(minutes=1)


@pytest.fixture
def feed_ids(database: Database, newsletter_id: int, clock: StandingClock) -> list[int]:
    """Three feeds of one newsletter, due now, in two minutes and in four."""
    with database.write() as session:
        return [
            a_feed(
                session, newsletter_id, f"https://proof.example/{number}", next_poll_at=clock.now() + number * MINUTE
            )
            for number in (0, 2, 4)
        ]


def due_at(database: Database, feed_ids: Sequence[int]) -> list[object]:
    with database.read() as session:
        return [session.get_one(Feed, feed_id).next_poll_at for feed_id in feed_ids]


def test_what_is_due_is_claimed_in_order_and_only_once(
    database: Database, clock: StandingClock, feed_ids: list[int]
) -> None:
    clock.pass_by(3 * MINUTE)
    with database.write() as session:
        assert is_any_due(session, now=clock.now())
        assert [look.feed_id for look in claim_due(session, now=clock.now(), most=9)] == feed_ids[:2]
    with database.write() as session:
        assert not is_any_due(session, now=clock.now())
        assert claim_due(session, now=clock.now(), most=9) == []
        assert claim_one(session, feed_ids[0], now=clock.now(), only_due=True) is None
        assert claim_one(session, feed_ids[0], now=clock.now()) is not None


def test_no_more_are_claimed_than_wanted(database: Database, clock: StandingClock, feed_ids: list[int]) -> None:
    clock.pass_by(5 * MINUTE)
    with database.write() as session:
        assert [look.feed_id for look in claim_due(session, now=clock.now(), most=2)] == feed_ids[:2]


def test_what_another_worker_is_claiming_is_passed_over(
    database: Database, clock: StandingClock, feed_ids: list[int]
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lets one write at a time: the second worker waits")
    with database.write() as first, database.write() as second:
        assert len(claim_due(first, now=clock.now(), most=9)) == 1
        assert claim_due(second, now=clock.now(), most=9) == []


def test_what_is_given_back_is_due_as_before(database: Database, clock: StandingClock, feed_ids: list[int]) -> None:
    before = due_at(database, feed_ids)
    clock.pass_by(5 * MINUTE)
    with database.write() as session:
        looks = claim_due(session, now=clock.now(), most=9)
    assert due_at(database, feed_ids) == [clock.now() + 5 * MINUTE] * 3
    with database.write() as session:
        give_back(session, looks)
    assert due_at(database, feed_ids) == before


def test_a_feed_that_was_removed_meanwhile_is_not_given_back(
    database: Database, clock: StandingClock, feed_ids: list[int]
) -> None:
    before = due_at(database, feed_ids)
    clock.pass_by(5 * MINUTE)
    with database.write() as session:
        looks = claim_due(session, now=clock.now(), most=9)
    with database.write() as session:
        session.delete(session.get_one(Feed, feed_ids[0]))
    with database.write() as session:
        give_back(session, looks)
    assert due_at(database, feed_ids[1:]) == before[1:]


def test_a_thousand_feeds_are_claimed_with_a_handful_of_statements(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    with database.write() as session:
        for number in range(1_000):
            a_feed(session, newsletter_id, f"https://proof.example/{number}", next_poll_at=clock.now())
    with heard(database) as statements, database.write() as session:
        assert len(claim_due(session, now=clock.now(), most=1_000)) == 1_000
    assert len(writing(statements)) == 1


# Before a cutoff.


def test_an_edition_about_to_close_wakes_the_feeds_of_its_newsletter(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    now = clock.now()
    asked_long_ago = {"asked_every": 3_600, "next_poll_at": now + 10 * MINUTE}
    with database.write() as session:
        other = a_newsletter(session, "The Other")
        woken = a_feed(session, newsletter_id, "https://proof.example/1", **asked_long_ago)
        failing = a_feed(
            session,
            newsletter_id,
            "https://proof.example/2",
            failures=3,
            asked_every=20 * 60,
            next_poll_at=now + 10 * MINUTE,
        )
        ended = a_feed(session, newsletter_id, "https://proof.example/3", ended_at=now, **asked_long_ago)
        told_to_wait = a_feed(session, newsletter_id, "https://proof.example/4", failures=1, **asked_long_ago)
        just_asked = a_feed(session, newsletter_id, "https://proof.example/5", next_poll_at=now + 3 * MINUTE)
        others = a_feed(session, other.id, "https://proof.example/6", **asked_long_ago)
        feed_ids = [woken, failing, ended, told_to_wait, just_asked, others]
    before = due_at(database, feed_ids)
    with database.write() as session:
        wake(session, newsletter_id, now=now)
    assert due_at(database, feed_ids) == [now, now, *before[2:]]


def test_a_feed_that_is_just_being_stored_is_not_waited_for(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lets one write at a time: nobody can be waited for")
    with database.write() as session:
        later = {"asked_every": 3_600, "next_poll_at": clock.now() + 10 * MINUTE}
        feed_ids = [a_feed(session, newsletter_id, f"https://proof.example/{n}", **later) for n in range(2)]
    with database.write() as storing, database.write() as session:
        storing.get_one(Feed, feed_ids[0], with_for_update=True)
        wake(session, newsletter_id, now=clock.now())
    assert due_at(database, feed_ids) == [later["next_poll_at"], clock.now()]


def test_waking_at_every_tick_asks_each_feed_once_in_three_minutes(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    with database.write() as session:
        a_feed(session, newsletter_id, "https://proof.example/1", next_poll_at=clock.now() + MINUTE)
    asked = 0
    for _tick in range(18):  # three minutes
        with database.write() as session:
            wake(session, newsletter_id, now=clock.now())
            asked += len(claim_due(session, now=clock.now(), most=9))
        clock.pass_by(timedelta(seconds=10))
    assert asked == 1
