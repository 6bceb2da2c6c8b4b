"""Pauses end by themselves, at the instant that was promised."""

from datetime import timedelta

from newsletter.database import Database
from newsletter.subscriptions import pausing
from newsletter.subscriptions.subscribers import Subscription
from tests.data import NOW, a_newsletter, a_reader

WEEK = timedelta(days=7)


def test_a_pause_ends_when_its_time_is_over_and_not_before(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        readers = [a_reader(session, newsletter, f"{name}@example.org") for name in ("anna", "ben", "cleo", "dora")]
        pausing.pause(session, readers[0], NOW + WEEK, now=NOW)
        pausing.pause(session, readers[1], NOW + 2 * WEEK, now=NOW)
        pausing.pause(session, readers[2], None, now=NOW)
        ids = [each.id for each in readers]
    with database.write() as session:
        assert pausing.resume_all_due(session, now=NOW + WEEK - timedelta(seconds=1)) == 0
        assert pausing.resume_all_due(session, now=NOW + WEEK + timedelta(hours=3)) == 1
        assert pausing.resume_all_due(session, now=NOW + WEEK + timedelta(hours=3)) == 0
    with database.read() as session:
        found = [session.get_one(Subscription, each) for each in ids]
        assert [each.state for each in found] == ["active", "paused", "paused", "active"]
        # The window opens when the pause ended, whenever the sweep came by.
        assert found[0].joined_at == NOW + WEEK
        assert (found[0].paused_at, found[0].paused_until) == (None, None)
        assert found[3].joined_at == NOW - timedelta(days=30)


def test_who_has_left_in_a_pause_stays_away(database: Database) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        pausing.pause(session, reader, NOW + WEEK, now=NOW)
        reader.state = "unsubscribed"
    with database.write() as session:
        assert pausing.resume_all_due(session, now=NOW + 2 * WEEK) == 0
