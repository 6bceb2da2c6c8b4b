"""From due to delivered: the tick, the fan-out and the ledger, on real databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery import outbox
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.kinds import Lane
from newsletter.editions import building, fanout, ledger, schedule
from newsletter.editions.editions import Edition, EditionState, LedgerEntry, Variant
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.choices import choose_topics
from newsletter.subscriptions.subscribers import Cadence, SubscriptionState
from newsletter.wiring import settle_ledger
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor, topic_ids

FRIDAY = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)  # seven in Berlin


def tick(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        schedule.tick(session, now=clock.now())


def send_now(database: Database, clock: StandingClock) -> int:
    with database.write() as session:
        edition = schedule.request_special(session, the_newsletter(session, None), requested_by=None, now=clock.now())
        edition_id = edition.id
    fanout.fan_out(database, clock, edition_id)
    return edition_id


def settle_all(database: Database, state: DeliveryState) -> None:
    """As if every waiting mail had got this outcome."""
    with database.write() as session:
        waiting = session.scalars(select(Delivery).where(Delivery.state == "queued")).all()
        for row in waiting:
            assert outbox.mark_sending(session, _claimed(session, row), "test", fingerprint="f", now=NOW)
            session.refresh(row)
            assert outbox.settle(session, row.id, row.attempts, state)
            settle_ledger(session, row.id, state)


def _claimed(session: Session, row: Delivery) -> Delivery:
    later = NOW + timedelta(days=99)
    outbox.claim(session, Lane(row.lane), lease_id="test", lease=timedelta(seconds=30), limit=1000, now=later)
    session.refresh(row)
    return row


def digests(database: Database) -> dict[int, list[list[int]]]:
    """Subscriber → the article lists of their digests, in order."""
    with database.read() as session:
        query = (
            select(Delivery.subscriber_id, Variant.article_ids)
            .join(Variant, Variant.id == Delivery.variant_id)
            .where(Delivery.subscriber_id.is_not(None))
            .order_by(Delivery.id)
        )
        found: dict[int, list[list[int]]] = {}
        for subscriber_id, article_ids in session.execute(query):
            assert subscriber_id is not None
            found.setdefault(subscriber_id, []).append(article_ids)
        return found


def edition_states(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(e.cadence, e.state) for e in session.scalars(select(Edition).order_by(Edition.id))]


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
    clock.at = FRIDAY
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    settle_all(database, DeliveryState.SENT)
    assert digests(database) == {1: [[1]]}
    clock.at = FRIDAY + timedelta(days=7)
    tick(database, clock)
    tick(database, clock)
    fanout.fan_out(database, clock, 2)
    assert digests(database) == {1: [[1], [2]]}


def test_a_run_that_is_more_than_a_day_late_is_skipped_with_the_reason(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    tick(database, clock)
    clock.at = FRIDAY + timedelta(hours=25)
    tick(database, clock)
    with database.read() as session:
        first = session.get_one(Edition, 1)
        assert first.state == EditionState.SKIPPED
        assert first.reason is not None
        assert "late" in first.reason
    assert digests(database) == {}


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


def test_sending_now_twice_gives_nobody_anything_twice(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    first = send_now(database, clock)
    second = send_now(database, clock)
    assert first != second
    assert digests(database) == {1: [[1]]}
    with database.read() as session:
        skipped = session.get_one(Edition, second)
        assert skipped.state == EditionState.SKIPPED
        assert skipped.reason == "Every reader already has everything that is new."


def test_the_scheduled_run_after_a_special_edition_brings_only_what_is_new(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    tick(database, clock)
    send_now(database, clock)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        an_article(session, the_newsletter(session, None), "Later", released_at=NOW + timedelta(hours=5))
    clock.at = FRIDAY
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    assert digests(database) == {1: [[1], [2]]}


def test_what_failed_is_due_again_and_what_is_unknown_stays_reserved(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    send_now(database, clock)
    settle_all(database, DeliveryState.FAILED)
    send_now(database, clock)
    assert digests(database) == {1: [[1], [1]]}
    with database.write() as session:
        row = session.get_one(Delivery, 2)
        outbox.mark_sending(session, _claimed(session, row), "test", fingerprint="f", now=NOW)
        session.refresh(row)
        assert outbox.settle(session, row.id, row.attempts, DeliveryState.UNKNOWN)
    send_now(database, clock)
    assert digests(database) == {1: [[1], [1]]}


def test_what_was_given_stays_given_for_ever(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    edition_id = send_now(database, clock)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        ledger.give_back(session, edition_id, 1)
        assert [entry.state for entry in session.scalars(select(LedgerEntry))] == ["given"]


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
        assert session.scalars(select(LedgerEntry)).all() == []


def test_a_new_reader_gets_what_everybody_gets_and_nothing_older(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, "old@example.org")
        an_article(session, newsletter, "Before", released_at=NOW - timedelta(hours=2))
    tick(database, clock)
    clock.at = FRIDAY
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        an_article(session, newsletter, "Between", released_at=FRIDAY + timedelta(days=1))
        a_reader(session, newsletter, "new@example.org", joined_at=FRIDAY + timedelta(days=2))
    clock.at = FRIDAY + timedelta(days=7)
    tick(database, clock)
    tick(database, clock)
    fanout.fan_out(database, clock, 2)
    assert digests(database) == {1: [[1], [2]], 2: [[2]]}


def test_a_fan_out_that_was_interrupted_goes_on_where_it_stood(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(building.PAGE + 3):
            a_reader(session, newsletter, f"r{number}@example.org")
        an_article(session, newsletter)
        edition_id = schedule.request_special(session, newsletter, requested_by=None, now=clock.now()).id
    with database.write() as session:
        assert fanout._write_page(session, edition_id, now=clock.now())
    assert len(digests(database)) == building.PAGE
    fanout.fan_out(database, clock, edition_id)
    fanout.fan_out(database, clock, edition_id)
    found = digests(database)
    assert len(found) == building.PAGE + 3
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
    clock.at = FRIDAY
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        choose_topics(session, 1, topic_ids(session, newsletter).values(), now=FRIDAY + timedelta(days=1))
        an_article(session, newsletter, "Lift", topics=("technology",), released_at=FRIDAY + timedelta(days=2))
    clock.at = FRIDAY + timedelta(days=7)
    tick(database, clock)
    tick(database, clock)
    fanout.fan_out(database, clock, 2)
    assert digests(database) == {1: [[2], [3]]}
