"""The path to the wire, on real databases, with the transport faked at its seam."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from newsletter.database import Database, database_now
from newsletter.delivery import outbox, relays
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.handed_down import Composer, Sending, Withhold
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.delivery.mail import MailError, OutgoingMail
from newsletter.delivery.outbox import Recipient
from newsletter.delivery.outcomes import Deferred, Outcome, Refused, Scope, Unknown
from newsletter.delivery.sending import send_due
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.data import NOW
from tests.fakes import FakeTransport


def plain_mail(session: Session, row: Delivery, now: datetime) -> OutgoingMail | Withhold:
    return OutgoingMail(row.id, row.attempts + 1, "post@proof.example", f"r{row.subscriber_id}@example.org", b"x\r\n")


class Settled:
    def __init__(self) -> None:
        self.states: list[tuple[int, DeliveryState]] = []

    def __call__(self, session: Session, row: Delivery, state: DeliveryState) -> None:
        self.states.append((row.id, state))


def a_sending(
    database: Database,
    clock: StandingClock,
    transport: FakeTransport,
    compose: Composer = plain_mail,
    settled: Settled | None = None,
) -> Sending:
    return Sending(database, transport, compose, settled or Settled(), clock, timedelta(seconds=30))


def queue(database: Database, count: int = 1, kind: MailKind = MailKind.DIGEST) -> None:
    with database.write() as session:
        recipients = [Recipient(subscriber_id=number, edition_id=1) for number in range(1, count + 1)]
        outbox.queue_mails(session, kind, recipients, now=NOW)


def rows(database: Database) -> list[Delivery]:
    with database.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def run(sending: Sending, lane: Lane = Lane.DIGESTS) -> int:
    return send_due(sending, lane, seconds=5, is_stopping=lambda: False)


def test_every_queued_mail_is_sent_once_and_settled(database: Database, clock: StandingClock) -> None:
    transport = FakeTransport()
    queue(database, 45)
    settled = Settled()
    sending = a_sending(database, clock, transport, settled=settled)
    assert run(sending) == 45
    assert run(sending) == 0
    assert len({mail.delivery_id for mail in transport.handed_over}) == len(transport.handed_over) == 45
    assert {row.state for row in rows(database)} == {"sent"}
    assert len(settled.states) == 45


def test_the_bell_is_rung_after_the_commit_and_only_once(database: Database, announced: list[Job]) -> None:
    queue(database, 3)
    assert announced == [Job(JobKind.SEND_DIGESTS)]


def test_a_failed_transaction_rings_no_bell(database: Database, announced: list[Job]) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        _fail_after_queueing(database)
    assert announced == []
    assert rows(database) == []


def test_two_workers_never_claim_the_same_mail(database: Database) -> None:
    queue(database, 10)
    lease = timedelta(seconds=30)
    with database.write() as session:
        first = outbox.claim(session, Lane.DIGESTS, lease_id="a", lease=lease, limit=6, now=NOW)
    with database.write() as session:
        second = outbox.claim(session, Lane.DIGESTS, lease_id="b", lease=lease, limit=6, now=NOW)
    assert [row.id for row in first] == [1, 2, 3, 4, 5, 6]
    assert [row.id for row in second] == [7, 8, 9, 10]


def test_a_deferred_mail_waits_and_is_tried_again(database: Database, clock: StandingClock) -> None:
    transport = FakeTransport([Deferred("451 later")])
    queue(database)
    sending = a_sending(database, clock, transport)
    run(sending)
    [row] = rows(database)
    assert row.state == "deferred"
    assert row.reply == "451 later"
    assert row.next_attempt_at is not None
    assert timedelta(minutes=4) <= row.next_attempt_at - clock.now() <= timedelta(minutes=6)
    run(sending)
    assert len(transport.handed_over) == 1, "not before its time"
    clock.pass_by(timedelta(minutes=7))
    run(sending)
    assert [row.state for row in rows(database)] == ["sent"]


def test_a_mail_deferred_past_its_lifetime_fails(database: Database, clock: StandingClock) -> None:
    queue(database)
    clock.pass_by(timedelta(hours=72))
    settled = Settled()
    run(a_sending(database, clock, FakeTransport([Deferred("451 later")]), settled=settled))
    assert [row.state for row in rows(database)] == ["failed"]
    assert settled.states == [(1, DeliveryState.FAILED)]


def test_a_refused_mail_fails_with_the_relays_words(database: Database, clock: StandingClock) -> None:
    queue(database)
    run(a_sending(database, clock, FakeTransport([Refused("550 5.1.1 no such user")])))
    [row] = rows(database)
    assert (row.state, row.reply) == ("failed", "550 5.1.1 no such user")


def test_a_relay_that_takes_no_mail_stops_everything_and_loses_nothing(
    database: Database, clock: StandingClock
) -> None:
    transport = FakeTransport(is_down=True)
    queue(database, 30)
    sending = a_sending(database, clock, transport)
    run(sending)
    assert {row.state for row in rows(database)} == {"queued"}
    assert {row.lease_id for row in rows(database)} == {None}
    with database.read() as session:
        trouble = relays.breaker(session)
        assert trouble is not None
        assert trouble.trouble == "connection refused"
    transport.is_down = False
    run(sending)
    assert transport.handed_over == [], "the breaker is open"
    clock.pass_by(timedelta(seconds=61))
    assert run(sending) == 30
    with database.read() as session:
        assert relays.breaker(session) is None


def test_a_mail_that_met_a_broken_connection_before_the_dot_goes_back_untried(
    database: Database, clock: StandingClock
) -> None:
    queue(database, 2)
    transport = FakeTransport([Deferred("421 closing", Scope.RELAY)])
    run(a_sending(database, clock, transport))
    assert [(row.state, row.lease_id, row.deferrals) for row in rows(database)] == [("queued", None, 0)] * 2


def test_an_unknown_mail_is_tried_once_more_and_then_held(database: Database, clock: StandingClock) -> None:
    outcomes: list[Outcome] = [Unknown("no answer"), Unknown("no answer")]
    transport = FakeTransport(outcomes)
    queue(database)
    settled = Settled()
    sending = a_sending(database, clock, transport, settled=settled)
    run(sending)
    assert [row.state for row in rows(database)] == ["unknown"]
    clock.pass_by(timedelta(minutes=1))
    run(sending)
    clock.pass_by(timedelta(days=1))
    run(sending)
    [row] = rows(database)
    assert (row.state, row.next_attempt_at, row.unknowns) == ("unknown", None, 2)
    assert len(transport.handed_over) == 2
    assert settled.states == [], "unknown is not final: its articles stay reserved"


def test_the_sweep_calls_a_mail_unknown_when_its_worker_ended(database: Database, clock: StandingClock) -> None:
    queue(database)
    with database.write() as session:
        [row] = outbox.claim(session, Lane.DIGESTS, lease_id="dead", lease=timedelta(seconds=30), limit=5, now=NOW)
        mail = plain_mail(session, row, NOW)
        assert isinstance(mail, OutgoingMail)
        assert outbox.mark_sending(session.connection(), row, "dead", fingerprint=mail.fingerprint, now=NOW)
    with database.write() as session:
        assert outbox.sweep_ended_leases(session, now=NOW) == 0, "its lease still runs"
        session.execute(update(Delivery).values(lease_until=database_now(-1)))
    with database.write() as session:
        assert outbox.sweep_ended_leases(session, now=NOW) == 1
    [found] = rows(database)
    assert found.state == "unknown"
    clock.pass_by(timedelta(minutes=1))
    transport = FakeTransport()
    run(a_sending(database, clock, transport))
    assert [row.state for row in rows(database)] == ["sent"]
    assert len(transport.handed_over) == 1


def test_a_worker_that_slept_through_its_lease_marks_nothing(database: Database) -> None:
    queue(database)
    with database.write() as session:
        [row] = outbox.claim(session, Lane.DIGESTS, lease_id="slept", lease=timedelta(seconds=30), limit=5, now=NOW)
        session.execute(update(Delivery).values(lease_until=database_now(-1)))
    with database.write() as session:
        assert not outbox.mark_sending(session.connection(), row, "slept", fingerprint="f", now=NOW)


def test_a_late_answer_settles_an_unknown_mail_unless_it_was_tried_again(database: Database) -> None:
    queue(database, 2)
    with database.write() as session:
        first, second = outbox.claim(session, Lane.DIGESTS, lease_id="a", lease=timedelta(seconds=30), limit=5, now=NOW)
        for row in (first, second):
            assert outbox.mark_sending(session.connection(), row, "a", fingerprint="f", now=NOW)
            assert outbox.settle(session.connection(), row.id, 1, DeliveryState.UNKNOWN, unknowns=1)
        assert outbox.settle(session.connection(), first.id, 1, DeliveryState.SENT)
        session.execute(update(Delivery).where(Delivery.id == second.id).values(attempts=2))
        assert not outbox.settle(session.connection(), second.id, 1, DeliveryState.SENT), "a newer attempt is under way"


def test_a_final_state_is_never_left(database: Database, clock: StandingClock) -> None:
    queue(database)
    run(a_sending(database, clock, FakeTransport()))
    with database.write() as session:
        for state in DeliveryState:
            assert not outbox.settle(session.connection(), 1, 1, state)


def test_one_poisoned_mail_does_not_hold_up_the_others(database: Database, clock: StandingClock) -> None:
    def compose(session: Session, row: Delivery, now: datetime) -> OutgoingMail | Withhold:
        if row.id == 1:
            raise ZeroDivisionError("a fault of ours")
        if row.id == 2:
            raise MailError("A header holds a line break.")
        if row.id == 3:
            return Withhold("this reader has left")
        return plain_mail(session, row, now)

    queue(database, 5)
    run(a_sending(database, clock, FakeTransport(), compose))
    assert [row.state for row in rows(database)] == ["deferred", "failed", "withheld", "sent", "sent"]


def test_a_database_that_is_away_is_no_fault_of_the_mail(database: Database, clock: StandingClock) -> None:
    def compose(session: Session, row: Delivery, now: datetime) -> OutgoingMail | Withhold:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    queue(database)
    with pytest.raises(OperationalError):
        run(a_sending(database, clock, FakeTransport(), compose))
    assert [(row.state, row.deferrals) for row in rows(database)] == [("queued", 0)]


def test_a_stopping_worker_gives_back_what_it_did_not_try(database: Database, clock: StandingClock) -> None:
    transport = FakeTransport()
    queue(database, 10)
    sending = a_sending(database, clock, transport)
    send_due(sending, Lane.DIGESTS, seconds=5, is_stopping=lambda: len(transport.handed_over) >= 3)
    found = rows(database)
    assert [row.state for row in found].count("sent") == 3
    assert {row.lease_id for row in found if row.state == "queued"} == {None}


def test_lanes_do_not_meet(database: Database, clock: StandingClock) -> None:
    queue(database, 2)
    with database.write() as session:
        outbox.queue_mail(session, MailKind.CONFIRMATION, Recipient(subscriber_id=9), now=NOW)
    transport = FakeTransport()
    run(a_sending(database, clock, transport), Lane.URGENT)
    assert [mail.envelope_recipient for mail in transport.handed_over] == ["r9@example.org"]


def test_one_edition_gives_a_reader_one_delivery_at_most(database: Database) -> None:
    queue(database)
    with pytest.raises(IntegrityError):
        queue(database)


def _fail_after_queueing(database: Database) -> None:
    with database.write() as session:
        outbox.queue_mail(session, MailKind.DIGEST, Recipient(subscriber_id=1), now=NOW)
        raise RuntimeError("in the middle")
