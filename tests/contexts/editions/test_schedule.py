"""The tick: editions are planned, closed, sent and finished in time, each once."""

from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.editions import fanout
from newsletter.feeds.articles import Feed
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader, an_article
from tests.edition_runs import FRIDAY, digests, edition_states, go_out, settle_all, tick
from tests.feed_stock import a_feed


def test_the_weekly_edition_is_planned_closed_sent_and_finished(
    database: Database, clock: StandingClock, announced: list[Job]
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    tick(database, clock)
    assert edition_states(database) == [("weekly", "collecting")]
    clock.at = FRIDAY - timedelta(minutes=61)
    tick(database, clock)
    assert edition_states(database) == [("weekly", "collecting")]
    clock.at = FRIDAY - timedelta(minutes=60)
    tick(database, clock)
    assert edition_states(database)[0] == ("weekly", "closed")
    clock.at = FRIDAY
    announced.clear()
    tick(database, clock)
    assert Job(JobKind.FAN_OUT, 1) in announced
    fanout.fan_out(database, clock, 1)
    assert digests(database) == {1: [[1]]}
    settle_all(database, DeliveryState.SENT)
    tick(database, clock)
    assert edition_states(database) == [("weekly", "sent"), ("weekly", "collecting")]


def test_two_schedulers_plan_and_start_an_edition_once(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    for _ in range(3):
        tick(database, clock)
    assert len(edition_states(database)) == 1
    clock.at = FRIDAY
    for _ in range(3):
        tick(database, clock)
        fanout.fan_out(database, clock, 1)
    assert digests(database) == {1: [[1]]}


def test_an_article_after_the_cutoff_waits_for_the_next_edition(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter, "In time", released_at=FRIDAY - timedelta(minutes=61))
        an_article(session, newsletter, "Too late", released_at=FRIDAY - timedelta(minutes=59))
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    settle_all(database, DeliveryState.SENT)
    assert digests(database) == {1: [[1]]}
    go_out(database, clock, FRIDAY + timedelta(days=7))
    assert digests(database) == {1: [[1], [2]]}


def test_a_run_that_is_hours_late_goes_out_once(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    tick(database, clock)
    clock.at = FRIDAY + timedelta(hours=5)
    tick(database, clock)
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    assert digests(database) == {1: [[1]]}


@pytest.mark.parametrize(("minutes", "is_woken"), [(2, True), (10, False), (17, True), (30, False)])
def test_feeds_are_read_just_before_a_cutoff_and_a_grace_time_earlier(
    database: Database, clock: StandingClock, minutes: int, *, is_woken: bool
) -> None:
    feed_id = a_feed(database)
    tick(database, clock)
    clock.at = FRIDAY - timedelta(minutes=60 + minutes)
    with database.write() as session:
        feed = session.get_one(Feed, feed_id)
        feed.next_poll_at, feed.asked_every = clock.at + timedelta(minutes=20), 1800
    tick(database, clock)
    with database.read() as session:
        assert (session.get_one(Feed, feed_id).next_poll_at == clock.at) is is_woken
