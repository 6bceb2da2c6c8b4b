"""The list of addresses that must not be written to. It is checked before every mail to a reader."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from newsletter.database import Base, BigId, insert_if_new


class SuppressionReason(StrEnum):
    """Why an address must not be written to."""

    ASKED = auto()  # "never write to this address again"
    BOUNCED = auto()  # may confirm again once in 30 days, which lifts it
    COMPLAINED = auto()  # only an editor's *Invite again* lifts it
    IMPORTED = auto()  # unsubscribed or cleaned where it came from


class Suppression(Base):
    """One address that must not be written to."""

    __tablename__ = "suppressions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_key: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]


def suppress(session: Session, address_key: str, reason: SuppressionReason, *, now: datetime) -> None:
    """Never write to this address again; doing it twice changes nothing."""
    row = {"address_key": address_key, "reason": reason, "created_at": now}
    insert_if_new(session, Suppression, [row])


def suppressed_among(session: Session, address_keys: Iterable[str]) -> set[str]:
    """Those of the given addresses that must not be written to."""
    keys = list(address_keys)
    query = select(Suppression.address_key).where(Suppression.address_key.in_(keys))
    return set(session.scalars(query))
