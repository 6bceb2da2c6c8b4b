"""A lease lives as long as its worker, and not longer."""

import threading
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, update

from newsletter.database import Database, database_now
from newsletter.delivery import outbox
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Sending
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.delivery.leases import Lease
from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outbox import Recipient
from newsletter.delivery.outcomes import Accepted
from newsletter.delivery.sending import send_due
from newsletter.delivery.transports.protocol import Answer
from tests.conftest import StandingClock
from tests.data import NOW

SHORT = timedelta(seconds=2.4)


class SlowRelay:
    """A relay that answers only when it is told to."""

    def __init__(self) -> None:
        self.taken = threading.Event()
        self.may_answer = threading.Event()

    def transmit(self, mails: Iterator[OutgoingMail]) -> Iterator[Answer]:
        for mail in mails:
            self.taken.set()
            assert self.may_answer.wait(20)
            yield Answer(mail, Accepted("250 taken, in the end"))

    def abort(self) -> None:
        return

    def close(self) -> None:
        return


def queue(database: Database, count: int) -> None:
    with database.write() as session:
        recipients = [Recipient(subscriber_id=number, edition_id=1) for number in range(1, count + 1)]
        outbox.queue_mails(session, MailKind.DIGEST, recipients, now=NOW)


def claim(database: Database, lease: Lease) -> None:
    with database.write() as session:
        outbox.claim(session, Lane.DIGESTS, lease_id=lease.id, lease=lease.length, limit=10, now=NOW)


def held(database: Database) -> int:
    """How many rows are under a lease that has not ended."""
    with database.read() as session:
        return session.scalar(select(func.count()).where(Delivery.lease_until > database_now())) or 0


def wait_a_lease(times: float) -> None:
    """Let so many lengths of the short lease pass; nothing can wake this, as nothing must happen."""
    threading.Event().wait(SHORT.total_seconds() * times)


def test_while_the_relay_is_silent_the_mail_stays_with_its_worker(database: Database, clock: StandingClock) -> None:
    queue(database, 2)
    relay = SlowRelay()
    sending = Sending(
        database,
        relay,
        lambda _session, row, _now: OutgoingMail(row.id, row.attempts + 1, "a@b.example", "c@d.example", b"x\r\n"),
        lambda _session, _delivery_id, _state: None,
        clock,
        SHORT,
    )
    settled: list[int] = []
    worker = threading.Thread(
        target=lambda: settled.append(send_due(sending, Lane.DIGESTS, seconds=30, is_stopping=lambda: False))
    )
    worker.start()
    assert relay.taken.wait(10)
    wait_a_lease(1.5)
    with database.write() as session:
        assert outbox.sweep_ended_leases(session, now=clock.now()) == 0
        assert outbox.claim(session, Lane.DIGESTS, lease_id="other", lease=SHORT, limit=10, now=NOW) == []
    relay.may_answer.set()
    worker.join(20)
    assert settled == [2]


def test_a_lease_that_nobody_keeps_ends(database: Database) -> None:
    queue(database, 1)
    lease = Lease(database, SHORT)
    claim(database, lease)
    assert lease.is_alive
    wait_a_lease(1.1)
    assert not lease.is_alive
    assert held(database) == 0


def test_a_lease_that_has_ended_is_not_taken_up_again(database: Database) -> None:
    queue(database, 1)
    lease = Lease(database, SHORT)
    claim(database, lease)
    with database.write() as session:
        session.execute(update(Delivery).values(lease_until=database_now(-1)))
    with lease.kept():
        wait_a_lease(1)
        assert held(database) == 0
        assert not lease.is_alive
