"""The list of addresses that must not be written to. It is checked before every mail to a reader."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import defaults
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
    asked_at: Mapped[datetime | None]  # when it was last asked to confirm all the same


def suppress(session: Session, address_key: str, reason: SuppressionReason, *, now: datetime) -> None:
    """Never write to this address again; doing it twice changes nothing."""
    row = {"address_key": address_key, "reason": reason, "created_at": now}
    insert_if_new(session, Suppression, [row])


def suppressed_among(
    session: Session, address_keys: Iterable[str], *, but_for: Collection[SuppressionReason] = ()
) -> set[str]:
    """Those of the given addresses that must not be written to, for other reasons than those passed over."""
    query = select(Suppression.address_key).where(Suppression.address_key.in_(list(address_keys)))
    if but_for:
        query = query.where(Suppression.reason.not_in(but_for))
    return set(session.scalars(query))


def may_ask(session: Session, address_key: str, *, now: datetime) -> bool:
    """Whether this address may be asked to confirm a sign-up.

    One that mails came back from may, once in 30 days: mailboxes are mended, and whoever confirms has one.
    After a complaint, or where its owner said so, it may not.
    """
    found = session.scalar(select(Suppression).where(Suppression.address_key == address_key))
    if found is None:
        return True
    if found.reason != SuppressionReason.BOUNCED:
        return False
    if found.asked_at is not None and found.asked_at > now - defaults.ASK_BOUNCED_AGAIN_AFTER:
        return False
    found.asked_at = now
    return True


def lift_bounces(session: Session, address_key: str) -> None:
    """Whoever confirms has a mailbox: forget that mails came back from it. Other reasons stay."""
    session.execute(
        delete(Suppression).where(
            Suppression.address_key == address_key, Suppression.reason == SuppressionReason.BOUNCED
        )
    )
