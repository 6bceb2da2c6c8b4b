"""Who gets an edition and what is in it for each."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions import fanout, schedule, writing
from newsletter.editions.building import frame_of
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.editions.planning import Oracle
from newsletter.subscriptions.choices import choose_topics
from newsletter.subscriptions.subscribers import Cadence, SubscriptionState
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor, topic_ids
from tests.edition_runs import FRIDAY, digests, go_out, send_now, settle_all, tick


def test_each_reader_gets_the_topics_chosen_and_readers_of_the_same_share_a_variant(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, "a@example.org", topics=("science",))
        a_reader(session, newsletter, "b@example.org", topics=("technology",))
        a_reader(session, newsletter, "c@example.org")
        a_reader(session, newsletter, "d@example.org", topics=("science",))
        an_article(session, newsletter, "Ice", topics=("science",), released_at=NOW - timedelta(hours=3))
        an_article(session, newsletter, "Ferry", topics=("technology",))
        an_article(session, newsletter, "To all", topics=(), released_at=NOW - timedelta(hours=4))
    send_now(database, clock)
    found = {reader: set(lists[0]) for reader, lists in digests(database).items()}
    assert found == {1: {1, 3}, 2: {2, 3}, 3: {1, 2, 3}, 4: {1, 3}}
    with database.read() as session:
        assert len(session.scalars(select(Variant)).all()) == 3


def test_only_active_readers_of_the_cadence_get_a_scheduled_edition(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, "weekly@example.org")
        a_reader(session, newsletter, "daily@example.org", cadence=Cadence.DAILY)
        a_reader(session, newsletter, "pending@example.org", state=SubscriptionState.PENDING)
        a_reader(session, newsletter, "left@example.org", state=SubscriptionState.UNSUBSCRIBED)
        an_article(session, newsletter)
    tick(database, clock)
    clock.at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    tick(database, clock)
    for edition_id in (1, 2):
        fanout.fan_out(database, clock, edition_id)
    assert list(digests(database)) == [2], "Wednesday is the daily reader's day only"


def test_connecting_a_feed_mails_nothing_old(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter, "Old", released_at=None)
    edition_id = send_now(database, clock)
    assert digests(database) == {}
    with database.read() as session:
        assert session.get_one(Edition, edition_id).state == EditionState.SKIPPED


def test_in_rehearsal_only_editors_get_mail_and_nothing_counts(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session, is_live=False)
        a_reader(session, newsletter)
        an_article(session, newsletter)
        editor = an_editor(session)
    send_now(database, clock)
    with database.read() as session:
        proofs = session.scalars(select(Delivery)).all()
        assert [(row.kind, row.editor_id, row.subscriber_id) for row in proofs] == [("proof", editor.id, None)]
        assert all(row.edition_id is None for row in proofs)


def test_a_new_reader_gets_what_everybody_gets_and_nothing_older(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, "old@example.org")
        an_article(session, newsletter, "Before", released_at=NOW - timedelta(hours=2))
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        an_article(session, newsletter, "Between", released_at=FRIDAY + timedelta(days=1))
        a_reader(session, newsletter, "new@example.org", joined_at=FRIDAY + timedelta(days=2))
    go_out(database, clock, FRIDAY + timedelta(days=7))
    assert digests(database) == {1: [[1], [2]], 2: [[2]]}


@pytest.mark.parametrize("many", [0, 5], ids=["by groups", "through all subscriptions"])
def test_a_fan_out_that_was_interrupted_goes_on_where_it_stood(
    database: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(8):
            a_reader(session, newsletter, f"r{number}@example.org", topics=("science",) if number % 2 else ())
        an_article(session, newsletter)
        edition_id = schedule.request_special(session, newsletter, requested_by=None, now=clock.now()).id
    monkeypatch.setattr(writing, "PAGE", 3)
    monkeypatch.setattr(writing, "_MANY", many)
    while len(digests(database)) < 3:
        with database.write() as session:
            edition = session.get_one(Edition, edition_id)
            assert fanout.step(session, edition_id, Oracle(frame_of(session, edition)), now=clock.now())
    assert 3 <= len(digests(database)) < 8, "a group is larger than a page"
    fanout.fan_out(database, clock, edition_id)
    fanout.fan_out(database, clock, edition_id)
    found = digests(database)
    assert len(found) == 8
    assert all(lists == [[1]] for lists in found.values())


def test_a_topic_chosen_later_brings_nothing_older_than_the_last_edition(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, topics=("science",))
        an_article(session, newsletter, "Ferry", topics=("technology",))
        an_article(session, newsletter, "Ice", topics=("science",))
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        choose_topics(session, 1, topic_ids(session, newsletter).values(), now=FRIDAY + timedelta(days=1))
        an_article(session, newsletter, "Lift", topics=("technology",), released_at=FRIDAY + timedelta(days=2))
    go_out(database, clock, FRIDAY + timedelta(days=7))
    assert digests(database) == {1: [[2], [3]]}
