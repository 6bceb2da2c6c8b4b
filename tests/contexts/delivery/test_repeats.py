"""A mail that may have arrived is repeated to the byte or held for a person; its articles never come again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery import outbox
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.handed_down import Sending, Withhold
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.delivery.mail import MailError, OutgoingMail
from newsletter.delivery.outbox import Recipient
from newsletter.delivery.outcomes import Deferred, Outcome, Refused, Unknown
from newsletter.delivery.sending import send_due
from tests.conftest import StandingClock
from tests.data import NOW
from tests.fakes import FakeTransport


class Attempts:
    """A composer that a test tells what to say at each attempt, and the states that ended there."""

    def __init__(self, *says: bytes | str | MailError) -> None:
        self._says = list(says)
        self.ended: list[DeliveryState] = []

    def compose(self, _session: Session, row: Delivery, _now: object) -> OutgoingMail | Withhold:
        said = self._says.pop(0)
        if isinstance(said, MailError):
            raise said
        if isinstance(said, str):
            return Withhold(said)
        return OutgoingMail(row.id, row.attempts + 1, "post@proof.example", "anna@example.org", said)

    def on_final(self, _session: Session, _row: Delivery, state: DeliveryState) -> None:
        self.ended.append(state)


def attempt_twice(
    database: Database, clock: StandingClock, attempts: Attempts, *outcomes: Outcome
) -> tuple[Delivery, FakeTransport]:
    """Queue a digest whose first answer never comes, try it again a minute later; the row and what went out."""
    with database.write() as session:
        outbox.queue_mail(session, MailKind.DIGEST, Recipient(subscriber_id=1, edition_id=1), now=NOW)
    transport = FakeTransport([Unknown("no answer"), *outcomes])
    sending = Sending(database, transport, attempts.compose, attempts.on_final, clock, timedelta(seconds=30))
    for _ in range(2):
        send_due(sending, Lane.DIGESTS, seconds=5, is_stopping=lambda: False)
        clock.pass_by(timedelta(minutes=1))
    send_due(sending, Lane.DIGESTS, seconds=5, is_stopping=lambda: False)
    with database.read() as session:
        return session.scalars(select(Delivery)).one(), transport


def test_the_same_bytes_go_out_again(database: Database, clock: StandingClock) -> None:
    attempts = Attempts(b"the same", b"the same")
    row, transport = attempt_twice(database, clock, attempts)
    assert row.state == "sent"
    assert [mail.content for mail in transport.handed_over] == [b"the same"] * 2


@pytest.mark.parametrize(
    "second",
    [b"something else", "the reader has left", MailError("a header cannot be written")],
    ids=["changed", "withheld", "cannot be made"],
)
def test_what_cannot_be_repeated_is_held_and_gives_nothing_back(
    database: Database, clock: StandingClock, second: bytes | str | MailError
) -> None:
    attempts = Attempts(b"the first", second)
    row, transport = attempt_twice(database, clock, attempts)
    assert (row.state, row.next_attempt_at, row.lease_id) == ("unknown", None, None)
    assert (row.reply or "").startswith("held: ")
    assert len(transport.handed_over) == 1
    assert attempts.ended == []


def test_a_refusal_of_the_repeat_says_nothing_about_the_first(database: Database, clock: StandingClock) -> None:
    attempts = Attempts(b"the same", b"the same")
    row, _transport = attempt_twice(database, clock, attempts, Refused("550 no such user"))
    assert (row.state, row.next_attempt_at, row.reply) == ("unknown", None, "550 no such user")
    assert attempts.ended == []


def test_a_repeat_that_is_deferred_keeps_its_bytes_too(database: Database, clock: StandingClock) -> None:
    attempts = Attempts(b"the first", b"the first", b"something else")
    _row, transport = attempt_twice(database, clock, attempts, Deferred("451 later"))
    clock.pass_by(timedelta(minutes=7))
    sending = Sending(database, transport, attempts.compose, attempts.on_final, clock, timedelta(seconds=30))
    send_due(sending, Lane.DIGESTS, seconds=5, is_stopping=lambda: False)
    with database.read() as session:
        row = session.scalars(select(Delivery)).one()
    assert (row.state, row.next_attempt_at) == ("unknown", None)
    assert len(transport.handed_over) == 2
