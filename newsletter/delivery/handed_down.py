"""What sending is handed down from above: who makes a mail, who is told of its end, and how to reach the relay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.transports.protocol import Transport


@dataclass(frozen=True, slots=True)
class Withhold:
    """The composer's answer when a mail must not go out any more."""

    reason: str


class Composer(Protocol):
    """Makes the mail of a delivery from what the database says now. Handed down by the wiring."""

    def __call__(self, session: Session, row: Delivery, now: datetime) -> OutgoingMail | Withhold:
        """The mail, or why it must not go out. Raises MailError when it cannot be made."""
        ...


class Settler(Protocol):
    """Told, in the same transaction, that a delivery has reached a final state; not of letters that were accepted."""

    def __call__(self, session: Session, row: Delivery, state: DeliveryState) -> None: ...


class Foresight(Protocol):
    """Told of a batch before the first mail of it is made, and may ask the network what composing needs to know."""

    def __call__(self, database: Database, rows: Sequence[Delivery], /) -> None:
        """Called with no transaction open; takes a few seconds at most and raises nothing of the network's."""
        ...


class Gatherer(Protocol):
    """Reads at once what the mails of several deliveries need to know, for the composer to find in the session."""

    def __call__(self, session: Session, rows: Sequence[Delivery], /) -> None: ...


def foresee_nothing(_database: Database, _rows: Sequence[Delivery]) -> None:
    """Where composing needs to know nothing of the network."""


def gather_nothing(_session: Session, _rows: Sequence[Delivery]) -> None:
    """Where the composer reads for each mail what it needs."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What sending needs."""

    database: Database
    transport: Transport
    compose: Composer
    on_final: Settler
    clock: Clock
    lease: timedelta
    foresee: Foresight = foresee_nothing
    gather: Gatherer = gather_nothing
