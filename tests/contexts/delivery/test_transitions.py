"""Which state may follow which, in the database: late and repeated events change nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from newsletter.database import Database, database_now
from newsletter.delivery import outbox, relays
from newsletter.delivery.deliveries import ALLOWED_FROM, CLAIMABLE, FINAL, Delivery, DeliveryState
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.delivery.outbox import Recipient
from newsletter.delivery.retry import relay_pause
from tests.data import NOW

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def queue(database: Database, count: int = 1, kind: MailKind = MailKind.DIGEST) -> None:
    with database.write() as session:
        outbox.queue_mails(session, kind, [Recipient(subscriber_id=n) for n in range(1, count + 1)], now=NOW)


def put_into(database: Database, state: DeliveryState) -> None:
    with database.write() as session:
        session.execute(update(Delivery).values(state=state))


def state_of(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(Delivery.state)).one()


def claimed(database: Database, lane: Lane = Lane.DIGESTS, **more: object) -> list[int]:
    arguments = {"lease_id": "mine", "lease": LEASE, "limit": 10, "now": NOW, **more}
    with database.write() as session:
        return [row.id for row in outbox.claim(session, lane, **arguments)]  # type: ignore[arg-type]


@pytest.mark.parametrize("before", list(DeliveryState))
@pytest.mark.parametrize("after", [state for state in DeliveryState if state is not DeliveryState.SENDING])
def test_a_delivery_moves_only_along_the_table(database: Database, before: DeliveryState, after: DeliveryState) -> None:
    queue(database)
    put_into(database, before)
    with database.write() as session:
        has_moved = outbox.settle(session.connection(), 1, 0, after)
    assert has_moved == (before in ALLOWED_FROM[after])
    assert state_of(database) == (after if has_moved else before)


def test_every_state_is_in_the_table_and_no_final_one_is_ever_left() -> None:
    assert set(ALLOWED_FROM) == set(DeliveryState)
    for sources in ALLOWED_FROM.values():
        assert not sources & FINAL
    assert not FINAL & CLAIMABLE
    reachable = {state for state, sources in ALLOWED_FROM.items() if sources}
    assert reachable == set(DeliveryState), "every state can be reached"


def test_an_answer_to_another_attempt_settles_nothing(database: Database) -> None:
    queue(database)
    put_into(database, DeliveryState.SENDING)
    with database.write() as session:
        assert not outbox.settle(session.connection(), 1, 1, DeliveryState.SENT)
        assert not outbox.settle(session.connection(), 2, 0, DeliveryState.SENT), "there is no such delivery"
        assert outbox.settle(session.connection(), 1, 0, DeliveryState.SENT)
        assert not outbox.settle(session.connection(), 1, 0, DeliveryState.SENT), "told twice, it counts once"


def test_mail_that_has_waited_longest_goes_first(database: Database) -> None:
    queue(database, 3)
    with database.write() as session:
        session.execute(update(Delivery).where(Delivery.id == 3).values(next_attempt_at=NOW - SECOND))
    assert claimed(database, limit=2) == [3, 1]


def test_only_what_is_due_is_claimed(database: Database) -> None:
    queue(database, 4)
    with database.write() as session:
        session.execute(update(Delivery).where(Delivery.id == 1).values(next_attempt_at=NOW + SECOND))
        session.execute(update(Delivery).where(Delivery.id == 2).values(next_attempt_at=None))
        session.execute(update(Delivery).where(Delivery.id == 3).values(state=DeliveryState.CANCELLED))
    assert claimed(database) == [4]
    assert claimed(database, Lane.URGENT) == []


def test_a_lease_that_has_ended_frees_what_was_not_tried(database: Database) -> None:
    queue(database, 2)
    assert claimed(database, lease_id="dead") == [1, 2]
    assert claimed(database) == []
    with database.write() as session:
        session.execute(update(Delivery).values(lease_until=database_now(-1)))
    assert claimed(database) == [1, 2]


def test_only_the_holder_can_give_back_and_only_what_was_not_tried(database: Database) -> None:
    queue(database, 2)
    claimed(database)
    with database.write() as session:
        first = session.get_one(Delivery, 1)
        assert outbox.mark_sending(session.connection(), first, "mine", fingerprint="f", now=NOW)
        outbox.release(session, [1, 2], "another")
        assert session.scalar(select(func.count()).where(Delivery.lease_id == "mine")) == 2
        outbox.release(session, [1, 2], "mine")
    with database.read() as session:
        assert list(session.scalars(select(Delivery.id).where(Delivery.lease_id == "mine"))) == [1]


def test_only_the_holder_can_begin_and_the_first_attempt_dates_the_mail(database: Database) -> None:
    queue(database)
    claimed(database)
    later = NOW + timedelta(hours=1)
    with database.write() as session:
        row = session.get_one(Delivery, 1)
        assert not outbox.mark_sending(session.connection(), row, "another", fingerprint="f", now=NOW)
        assert outbox.mark_sending(session.connection(), row, "mine", fingerprint="f", now=NOW)
    with database.write() as session:
        outbox.settle(session.connection(), 1, 1, DeliveryState.DEFERRED, next_attempt_at=NOW)
    claimed(database)
    with database.write() as session:
        assert outbox.mark_sending(
            session.connection(), session.get_one(Delivery, 1), "mine", fingerprint="f", now=later
        )
    with database.read() as session:
        row = session.get_one(Delivery, 1)
        assert (row.attempts, row.composed_at) == (2, NOW), "a repeat has the date of the first attempt"


def test_a_lease_is_renewed_while_it_lives_and_holds_something(database: Database) -> None:
    queue(database)
    claimed(database)
    with database.write() as session:
        assert outbox.renew(session, "mine", LEASE)
        assert not outbox.renew(session, "another", LEASE)
        session.execute(update(Delivery).values(lease_until=database_now(-1)))
        assert not outbox.renew(session, "mine", LEASE)


def test_lanes_with_mail_that_waits_are_found(database: Database) -> None:
    with database.read() as session:
        assert outbox.due_lanes(session, now=NOW) == []
    queue(database)
    with database.write() as session:
        outbox.queue_mail(session, MailKind.CONFIRMATION, Recipient(subscriber_id=9), now=NOW + SECOND)
    with database.read() as session:
        assert outbox.due_lanes(session, now=NOW) == [Lane.DIGESTS]
        assert outbox.due_lanes(session, now=NOW + SECOND) == [Lane.URGENT, Lane.DIGESTS]
    claimed(database)
    with database.read() as session:
        assert outbox.due_lanes(session, now=NOW) == [], "somebody is at it"


def test_nothing_to_queue_rings_no_bell(database: Database, announced: list[object]) -> None:
    with database.write() as session:
        outbox.queue_mails(session, MailKind.DIGEST, [], now=NOW)
    assert announced == []


def test_the_breaker_opens_longer_with_every_failure_and_closes_at_once(database: Database) -> None:
    with database.write() as session:
        assert relays.breaker(session) is None
        for failures in (1, 2, 3):
            assert relays.trip(session, f"trouble {failures}", now=NOW) == NOW + relay_pause(failures)
    with database.read() as session:
        trouble = relays.breaker(session)
        assert trouble is not None
        assert (trouble.failures, trouble.trouble) == (3, "trouble 3")
    with database.write() as session:
        relays.close_breaker(session)
        relays.close_breaker(session)
    with database.write() as session:
        assert relays.breaker(session) is None
        assert relays.trip(session, "again", now=NOW) == NOW + relay_pause(1), "it starts from the beginning"
