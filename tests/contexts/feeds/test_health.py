"""How feeds are doing, in words, and the one notice about a feed that is broken."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.feeds.articles import Feed
from newsletter.feeds.fetching.fetcher import Gone, Unreachable
from newsletter.feeds.health import FeedHealth, FeedState, health_of, last_success, tell_editors
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import poll
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.data import NOW, an_editor
from tests.fake_feeds import PROOF_FEED, FakeFetcher, item, rss
from tests.feed_rows import a_feed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def health_at(database: Database, feed_id: int, *, after: timedelta = timedelta(0)) -> FeedHealth:
    with database.read() as session:
        return health_of(session.get_one(Feed, feed_id), now=NOW + after)


WORDS: list[tuple[dict[str, Any], FeedState, str]] = [
    ({}, FeedState.FINE, "It works."),
    ({"last_change_at": NOW - 40 * DAY}, FeedState.FINE, "nothing in it has changed for 40 days. Look whether"),
    ({"items_seen": 0}, FeedState.FINE, "It answers, but holds no article. Look at its address"),
    ({"last_change_at": None}, FeedState.NEW, "Nothing new has come since it was connected."),
    ({"last_change_at": None, "items_seen": 0}, FeedState.NEW, "holds no article"),
    ({"failures": 1, "trouble": "It is broken. Mend it."}, FeedState.TROUBLE, "It is broken. Mend it."),
    ({"failures": 1, "ended_at": NOW, "trouble": "It has ended."}, FeedState.ENDED, "It has ended."),
]


@pytest.mark.parametrize("case", WORDS, ids=lambda case: case[2])
def test_a_feed_says_how_it_is_doing(
    database: Database, newsletter_id: int, case: tuple[dict[str, Any], FeedState, str]
) -> None:
    values, state, words = case
    with database.write() as session:
        feed_id = a_feed(session, newsletter_id, PROOF_FEED, **values)
    health = health_at(database, feed_id)
    assert health.state is state
    assert words in health.sentence


def test_a_feed_that_has_ended_is_not_looked_at_by_itself(database: Database, newsletter_id: int) -> None:
    with database.write() as session:
        ended = a_feed(session, newsletter_id, PROOF_FEED, failures=1, ended_at=NOW)
        overdue = a_feed(session, newsletter_id, f"{PROOF_FEED}?2", next_poll_at=NOW - HOUR)
    assert health_at(database, ended).next_look_at is None
    assert health_at(database, overdue).next_look_at == NOW


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"next_poll_at": NOW + 20 * MINUTE}, NOW + 15 * MINUTE),  # asked since, and nothing was new
        ({"next_poll_at": NOW + 5 * MINUTE}, NOW),
        ({"next_poll_at": NOW}, NOW),  # woken: what was known stays known
        ({"next_poll_at": NOW + 20 * MINUTE, "asked_every": 600}, NOW + 10 * MINUTE),
        ({"next_poll_at": NOW + 20 * MINUTE, "failures": 1}, NOW),
        ({"next_poll_at": NOW + 20 * MINUTE, "ended_at": NOW}, NOW),
        ({"next_poll_at": NOW + 5 * HOUR}, NOW + HOUR),  # never later than now
        ({"last_success_at": None}, None),
    ],
)
def test_the_last_success_is_known_without_having_been_written(
    database: Database, newsletter_id: int, values: dict[str, Any], expected: object
) -> None:
    with database.write() as session:
        feed_id = a_feed(session, newsletter_id, PROOF_FEED, **values)
        assert last_success(session.get_one(Feed, feed_id), now=NOW + HOUR) == expected


# The notice.


def tell(database: Database, clock: StandingClock) -> list[tuple[str, int | None, int | None]]:
    """Run what the sweep runs; all notices that there are then: kind, editor, feed."""
    with database.write() as session:
        tell_editors(session, now=clock.now())
    with database.read() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id))
        return [(row.kind, row.editor_id, row.feed_id) for row in rows]


def test_editors_are_told_once_of_a_feed_that_is_broken_for_a_day_and_again_only_after_it_worked(
    database: Database, site: FakeFetcher, clock: StandingClock, announced: list[Job], feed_id: int
) -> None:
    with database.write() as session:
        editors = [an_editor(session, f"{name}@proof.example").id for name in ("maren", "teo")]
    notice = [(MailKind.FEED_TROUBLE, editor_id, feed_id) for editor_id in editors]

    def fail_for(span: timedelta) -> None:
        site.publish(PROOF_FEED, Unreachable("proof.example cannot be reached."))
        ends_at = clock.now() + span
        while clock.now() < ends_at:
            poll(database, Intake(site), clock, feed_id)
            clock.pass_by(HOUR)

    fail_for(DAY - HOUR)
    assert tell(database, clock) == []
    fail_for(HOUR)
    assert tell(database, clock) == notice
    assert announced == [Job(JobKind.SEND_URGENT)]
    fail_for(3 * DAY)
    assert tell(database, clock) == notice
    site.publish_feed(PROOF_FEED, rss(item()))
    poll(database, Intake(site), clock, feed_id)
    fail_for(DAY - HOUR)
    assert tell(database, clock) == notice
    fail_for(HOUR)
    assert tell(database, clock) == notice * 2


def test_editors_are_told_at_once_of_a_feed_that_has_ended(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    with database.write() as session:
        editor_id = an_editor(session).id
    site.publish(PROOF_FEED, Gone("proof.example says that this feed has ended (410)."))
    poll(database, Intake(site), clock, feed_id)
    assert tell(database, clock) == [(MailKind.FEED_TROUBLE, editor_id, feed_id)]
    assert tell(database, clock) == [(MailKind.FEED_TROUBLE, editor_id, feed_id)]


def test_whoever_becomes_an_editor_later_still_hears_of_it(
    database: Database, clock: StandingClock, newsletter_id: int
) -> None:
    with database.write() as session:
        feed_id = a_feed(session, newsletter_id, PROOF_FEED, failures=9, failing_since_at=NOW - 2 * DAY)
    assert tell(database, clock) == []
    with database.write() as session:
        editor_id = an_editor(session).id
    assert tell(database, clock) == [(MailKind.FEED_TROUBLE, editor_id, feed_id)]
