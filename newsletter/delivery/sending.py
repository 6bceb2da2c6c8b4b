"""One path to the wire: claim → compose → send → settle.

Each step is a transaction of its own, and none is open while the network is talked to: a relay
may take ten minutes to answer, and a row locked for so long would stop everybody else.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, assert_never

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from newsletter.delivery import outbox, relays
from newsletter.delivery.ahead import Ahead
from newsletter.delivery.deliveries import FINAL, Delivery, DeliveryState
from newsletter.delivery.handed_down import Sending, Withhold
from newsletter.delivery.kinds import POLICIES, Lane, MailKind, Policy
from newsletter.delivery.leases import Lease, boot_seconds
from newsletter.delivery.mail import MailError, OutgoingMail
from newsletter.delivery.outcomes import Accepted, Deferred, Outcome, Refused, Scope, Unknown
from newsletter.delivery.retry import next_attempt
from newsletter.delivery.transports.protocol import Answer

_log = structlog.get_logger(__name__)

_FIRST_BATCH: Final = 20
_LARGEST_BATCH: Final = 1000
_BATCH_SECONDS: Final = 2.0


def send_due(sending: Sending, lane: Lane, *, seconds: float, is_stopping: Callable[[], bool]) -> int:
    """Send what is due in a lane for at most `seconds`; returns how many deliveries were settled.

    Ends when nothing is due, when the relay takes no mail, when the time is over or when
    `is_stopping` says so. What was claimed and not tried is given back.
    """
    ends_at = boot_seconds() + seconds
    size, settled = _FIRST_BATCH, 0
    while boot_seconds() < ends_at and not is_stopping():
        batch = _Batch(sending, lane, is_stopping)
        started = boot_seconds()
        done = batch.run(size)
        settled += done
        if batch.is_over:
            break
        # What this worker will send in two seconds: short leases, few rows to lose.
        rate = done / max(boot_seconds() - started, 0.001)
        size = max(1, min(int(rate * _BATCH_SECONDS), _LARGEST_BATCH))
    return settled


class _Batch:
    """One claim and what becomes of it."""

    def __init__(self, sending: Sending, lane: Lane, is_stopping: Callable[[], bool]) -> None:
        self._sending = sending
        self._lane = lane
        self._is_stopping = is_stopping
        self._lease = Lease(sending.database, sending.lease)
        self._untried: list[Delivery] = []
        self._ahead = Ahead(sending)
        self._tried: dict[int, Delivery] = {}  # on their way
        self._is_in_trouble = False
        self._settled = 0
        self.is_over = False

    def run(self, size: int) -> int:
        sending = self._sending
        now = sending.clock.now()
        with sending.database.write() as session:
            trouble = relays.breaker(session)
            if trouble is not None and trouble.retry_at is not None and trouble.retry_at > now:
                self.is_over = True
                return 0
            self._untried = outbox.claim(
                session, self._lane, lease_id=self._lease.id, lease=self._lease.length, limit=size, now=now
            )
        if not self._untried:
            self.is_over = True
            return 0
        if trouble is not None:
            self._is_in_trouble = True
            self._untried, spare = self._untried[:1], self._untried[1:]
            self._release(spare)  # one mail to try whether the relay is back
        with self._lease.kept():
            sending.foresee(sending.database, self._untried)
            for answer in sending.transport.transmit(self._mails()):
                self._record(answer)
        self._release(self._untried)
        return self._settled

    def _mails(self) -> Iterator[OutgoingMail]:
        """The mails of this batch, each composed and marked as on its way when it is asked for."""
        while self._untried and not self._is_stopping():
            if not self._lease.is_alive:
                return
            mail = self._prepare(self._untried.pop(0))
            if mail is not None:
                yield mail

    def _prepare(self, row: Delivery) -> OutgoingMail | None:
        with structlog.contextvars.bound_contextvars(delivery_id=row.id):
            try:
                return self._composed(row)
            except MailError as error:
                _log.exception("mail_cannot_be_made")
                self._give_up(row, str(error))
            except (OperationalError, InterfaceError):
                raise  # the database is away: no fault of this mail, which waits for its lease to end
            except Exception:  # noqa: BLE001 - one poisoned row must not hold up all the others
                _log.exception("composing_failed")
                self._postpone(row, "this mail could not be made; the log says why")
            return None

    def _composed(self, row: Delivery) -> OutgoingMail | None:
        made = self._ahead.take(row, self._untried)
        if made is not None and isinstance(made.said, OutgoingMail) and not row.unknowns:
            with self._sending.database.alone() as connection:
                return self._marked(connection, row, made.said, made.at)
        with self._sending.database.write() as session:
            now = self._sending.clock.now() if made is None else made.at
            mail = self._sending.compose(session, row, now) if made is None else made.said
            if isinstance(mail, MailError):
                raise mail
            if isinstance(mail, Withhold):
                self._end(session, row, DeliveryState.WITHHELD, mail.reason)
                return None
            if row.unknowns and mail.fingerprint != row.fingerprint:
                outbox.hold(session, row, self._lease.id, reply="held: a repeat would say something else by now")
                return None
            return self._marked(session.connection(), row, mail, now)

    def _marked(self, connection: Connection, row: Delivery, mail: OutgoingMail, now: datetime) -> OutgoingMail | None:
        """The mail once it is marked as on its way; None when it is no longer ours."""
        is_ours = outbox.mark_sending(connection, row, self._lease.id, fingerprint=mail.fingerprint, now=now)
        self._tried[row.id] = row
        return mail if is_ours else None

    def _end(self, session: Session, row: Delivery, state: DeliveryState, reason: str) -> None:
        """End a delivery without a mail; one that may have arrived is held, lest its articles come again."""
        if row.unknowns:
            outbox.hold(session, row, self._lease.id, reply=f"held: {reason}")
        else:
            self._finish(session, row, state, reply=reason)

    def _record(self, answer: Answer) -> None:
        mail, outcome = answer.mail, answer.outcome
        now = self._sending.clock.now()
        if mail is not None and self._is_plain(mail, outcome):
            with self._sending.database.alone() as connection:
                self._settle(connection, mail, outcome, now)
        else:
            self._record_with_all(mail, outcome, now)
        if mail is not None:
            _log.info("mail_settled", delivery_id=mail.delivery_id, outcome=type(outcome).__name__.lower())

    def _is_plain(self, mail: OutgoingMail, outcome: Outcome) -> bool:
        """Whether nothing but the row itself is changed by an outcome: a letter that was accepted."""
        row = self._tried[mail.delivery_id]
        return isinstance(outcome, Accepted) and not self._is_in_trouble and row.edition_id is None

    def _record_with_all(self, mail: OutgoingMail | None, outcome: Outcome, now: datetime) -> None:
        """Record an outcome together with what it says of the relay, and what its edition must know."""
        with self._sending.database.write() as session:
            if isinstance(outcome, Deferred) and outcome.scope is Scope.RELAY:
                self.is_over = self._is_in_trouble = True
                retry_at = relays.trip(session, outcome.reply, now=now)
                _log.warning("relay_takes_no_mail", reply=outcome.reply, retry_at=retry_at.isoformat())
            elif isinstance(outcome, Accepted) and self._is_in_trouble:
                relays.close_breaker(session)
                self._is_in_trouble = False
            if mail is None:
                return
            row = self._tried[mail.delivery_id]
            state = self._settle(session.connection(), mail, outcome, now)
            if state in FINAL:
                self._sending.on_final(session, row, state)

    def _settle(
        self, connection: Connection, mail: OutgoingMail, outcome: Outcome, now: datetime
    ) -> DeliveryState | None:
        """Move a row on after its outcome; its state then, None where a newer attempt or a final state is there."""
        row = self._tried.pop(mail.delivery_id)
        state, values = _after(row, outcome, now=now, chance=random.random())  # noqa: S311 - jitter
        if not outbox.settle(connection, row.id, mail.attempt, state, reply=outcome.reply, **values):
            return None
        self._settled += 1
        return state

    def _give_up(self, row: Delivery, reason: str) -> None:
        with self._sending.database.write() as session:
            self._end(session, row, DeliveryState.FAILED, reason)

    def _postpone(self, row: Delivery, reason: str) -> None:
        now = self._sending.clock.now()
        state, values = _after(row, Deferred(reason), now=now, chance=0.5)
        with self._sending.database.write() as session:
            self._finish(session, row, state, reply=reason, **values)

    def _finish(self, session: Session, row: Delivery, state: DeliveryState, **values: Any) -> None:
        values.setdefault("settled_at", self._sending.clock.now() if state in FINAL else None)
        if outbox.settle(session.connection(), row.id, row.attempts, state, **values) and state in FINAL:
            self._settled += 1
            self._sending.on_final(session, row, state)

    def _release(self, rows: list[Delivery]) -> None:
        if rows:
            with self._sending.database.write() as session:
                outbox.release(session, [row.id for row in rows], self._lease.id)


def _after(row: Delivery, outcome: Outcome, *, now: datetime, chance: float) -> tuple[DeliveryState, dict[str, Any]]:
    """The state that follows an outcome, and what else stands in the row then."""
    policy = POLICIES[MailKind(row.kind)]
    match outcome:
        case Accepted():
            return DeliveryState.SENT, {"settled_at": now}
        case Refused():
            return _after_refusal(row, now=now)
        case Unknown():
            return DeliveryState.UNKNOWN, outbox.after_unknown(MailKind(row.kind), row.unknowns, now=now)
        case Deferred(scope=Scope.RELAY) if now <= row.created_at + policy.lifetime:
            # The relay took no mail at all: this one was not tried, and waits in its place.
            return DeliveryState.QUEUED, {}
        case Deferred():
            return _after_deferral(row, policy, now=now, chance=chance)
        case _:
            assert_never(outcome)


def _after_refusal(row: Delivery, *, now: datetime) -> tuple[DeliveryState, dict[str, Any]]:
    """Failed, unless an earlier attempt may have arrived: then its articles must not come again."""
    if row.unknowns:
        return DeliveryState.UNKNOWN, {"next_attempt_at": None}
    return DeliveryState.FAILED, {"settled_at": now}


def _after_deferral(
    row: Delivery, policy: Policy, *, now: datetime, chance: float
) -> tuple[DeliveryState, dict[str, Any]]:
    deferrals = row.deferrals + 1
    again = next_attempt(policy, created_at=row.created_at, deferrals=deferrals, now=now, chance=chance)
    if again is None:
        state, values = _after_refusal(row, now=now)
        return state, values | {"deferrals": deferrals}
    return DeliveryState.DEFERRED, {"deferrals": deferrals, "next_attempt_at": again}
