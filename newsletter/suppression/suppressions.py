"""The list of addresses that must not be written to. It is checked before every mail to a reader."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum, auto
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import defaults
from newsletter.database import Base, BigId, insert_if_new
from newsletter.suppression.hashing import hashed_key, spelled, spellings

_ASKED_AT_ONCE: Final = 10_000  # values in a query: SQLite takes 32,766, PostgreSQL 65,535


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
    address_key: Mapped[str] = mapped_column(unique=True)  # a keyed hash of it once its reader is erased
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
    forms = spelled(session, address_keys)
    every = list(forms)
    query = select(Suppression.address_key)
    if but_for:
        query = query.where(Suppression.reason.not_in(but_for))
    return {
        forms[found]
        for start in range(0, len(every), _ASKED_AT_ONCE)
        for found in session.scalars(query.where(Suppression.address_key.in_(every[start : start + _ASKED_AT_ONCE])))
    }


def may_ask(session: Session, address_key: str, *, now: datetime) -> bool:
    """Whether this address may be asked to confirm a sign-up.

    One that mails came back from may, once in 30 days: mailboxes are mended, and whoever confirms has one.
    After a complaint, or where its owner said so, it may not.
    """
    query = select(Suppression).where(Suppression.address_key.in_(spellings(session, address_key)))
    every = list(session.scalars(query))
    if any(each.reason != SuppressionReason.BOUNCED for each in every):
        return False
    if not every:
        return True
    found = max(every, key=lambda each: each.asked_at or each.created_at)
    if found.asked_at is not None and found.asked_at > now - defaults.ASK_BOUNCED_AGAIN_AFTER:
        return False
    found.asked_at = now
    return True


def lift_bounces(session: Session, address_key: str) -> None:
    """Whoever confirms has a mailbox: forget that mails came back from it. Other reasons stay."""
    session.execute(
        delete(Suppression).where(
            Suppression.address_key.in_(spellings(session, address_key)),
            Suppression.reason == SuppressionReason.BOUNCED,
        )
    )


def lift(session: Session, address_key: str) -> None:
    """Let an address be written to again, whatever kept us from it."""
    session.execute(delete(Suppression).where(Suppression.address_key.in_(spellings(session, address_key))))


def hash_address(session: Session, address_key: str) -> int:
    """Keep a suppression without its address: what stands there is a keyed hash. How many there were: 0 or 1."""
    found = session.scalar(select(Suppression).where(Suppression.address_key == address_key))
    if found is None:
        return 0
    hashed = hashed_key(session, address_key)
    earlier = session.scalar(select(Suppression).where(Suppression.address_key == hashed))
    if earlier is None:
        found.address_key = hashed
    else:
        session.delete(found)
    session.flush()
    return 1


def suppression_reason(session: Session, address_key: str) -> str | None:
    """Why an address must not be written to, or None where it may be."""
    query = select(Suppression.reason).where(Suppression.address_key.in_(spellings(session, address_key)))
    return session.scalar(query.limit(1))
