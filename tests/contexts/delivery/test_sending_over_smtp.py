"""The path to the wire with nothing faked: database, sending, SMTP, and a relay that does as it is told."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery import outbox, relays
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Sending
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.delivery.mail import OutgoingMail, build
from newsletter.delivery.outbox import Recipient
from newsletter.delivery.sending import send_due
from newsletter.delivery.transports.relay_address import RelayAddress
from newsletter.delivery.transports.smtp import SmtpTransport
from tests.conftest import StandingClock
from tests.data import NOW
from tests.smtp_script import HANG_UP, SILENCE, ScriptedRelay, Step


def a_digest(_session: Session, row: Delivery, _now: object) -> OutgoingMail:
    recipient = f"r{row.subscriber_id}@example.org"
    content = build(
        [("From", "post@proof.example"), ("To", recipient), ("Message-ID", f"<{row.id}@proof.example>")],
        text=".\nGood morning.\n",
        html="<p>Good morning.</p>\n",
        boundary="=_mark",
    )
    return OutgoingMail(row.id, row.attempts + 1, "post@proof.example", recipient, content)


@pytest.fixture
def relay() -> Iterator[ScriptedRelay]:
    """A relay that does as it is told."""
    with ScriptedRelay() as made:
        yield made


@pytest.fixture
def sending(database: Database, clock: StandingClock, relay: ScriptedRelay) -> Iterator[Sending]:
    """Sending to this relay."""
    transport = SmtpTransport(RelayAddress("127.0.0.1", relay.port, "none", "", ""), helo="news.test")
    yield Sending(database, transport, a_digest, lambda _s, _id, _state: None, clock, timedelta(seconds=30))  # type: ignore[arg-type]
    transport.close()


def queue(database: Database, count: int) -> None:
    with database.write() as session:
        recipients = [Recipient(subscriber_id=number, edition_id=1) for number in range(1, count + 1)]
        outbox.queue_mails(session, MailKind.DIGEST, recipients, now=NOW)


def run(sending: Sending) -> None:
    send_due(sending, Lane.DIGESTS, seconds=20, is_stopping=lambda: False)


def states(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_every_reader_gets_one_mail_over_one_connection(
    database: Database, sending: Sending, relay: ScriptedRelay
) -> None:
    queue(database, 45)
    run(sending)
    assert states(database) == ["sent"] * 45
    assert sorted(taken.recipient for taken in relay.taken) == sorted(
        f"r{number}@example.org" for number in range(1, 46)
    )
    assert relay.connections == 1


def test_each_reader_has_the_outcome_of_their_own_mail(
    database: Database, sending: Sending, relay: ScriptedRelay
) -> None:
    relay.then(Step.RCPT, "250 ok", "550 5.1.1 no such user", "450 4.2.0 greylisted")
    relay.then(Step.DOT, "250 ok", HANG_UP)
    queue(database, 5)
    run(sending)
    assert states(database) == ["sent", "failed", "deferred", "unknown", "sent"]


def test_a_mail_of_unknown_outcome_is_repeated_to_the_byte(
    database: Database, sending: Sending, relay: ScriptedRelay, clock: StandingClock
) -> None:
    relay.then(Step.DOT, HANG_UP)
    queue(database, 1)
    run(sending)
    assert states(database) == ["unknown"]
    clock.pass_by(timedelta(minutes=1))
    run(sending)
    assert states(database) == ["sent"]
    first, second = relay.taken
    assert first == second


def test_a_relay_that_closes_after_so_many_mails_is_no_trouble(
    database: Database, sending: Sending, relay: ScriptedRelay
) -> None:
    relay.then(Step.MAIL, *(["250 ok"] * 10), "421 4.7.0 enough on this connection")
    queue(database, 30)
    run(sending)
    assert states(database) == ["sent"] * 30
    with database.read() as session:
        assert relays.breaker(session) is None


def test_a_relay_that_refuses_us_stops_everything_and_loses_nobody(
    database: Database, sending: Sending, relay: ScriptedRelay, clock: StandingClock
) -> None:
    relay.then(Step.CONNECT, "554 5.7.1 not from your network")
    queue(database, 5)
    run(sending)
    assert states(database) == ["queued"] * 5
    with database.read() as session:
        trouble = relays.breaker(session)
        assert trouble is not None
        assert trouble.trouble == f"127.0.0.1 port {relay.port} takes no mail: 554 5.7.1 not from your network"
    clock.pass_by(timedelta(minutes=1))
    run(sending)
    assert states(database) == ["sent"] * 5


def test_a_worker_that_must_end_calls_the_mail_on_the_wire_unknown_and_gives_back_the_rest(
    database: Database, sending: Sending, relay: ScriptedRelay
) -> None:
    relay.then(Step.DOT, "250 ok", SILENCE)
    queue(database, 4)
    stopping = threading.Event()
    work = threading.Thread(
        target=lambda: send_due(sending, Lane.DIGESTS, seconds=20, is_stopping=stopping.is_set), daemon=True
    )
    work.start()
    relay.wait_for(Step.DOT, times=2)
    stopping.set()
    sending.transport.abort()
    work.join(10)
    assert not work.is_alive()
    assert states(database) == ["sent", "unknown", "queued", "queued"]
    with database.read() as session:
        assert set(session.scalars(select(Delivery.lease_id))) == {None}
