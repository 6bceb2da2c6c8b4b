"""The delivery table, its states, and which of them may follow which."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum, auto
from typing import Final

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    QUEUED = auto()
    SENDING = auto()
    SENT = auto()
    DEFERRED = auto()
    UNKNOWN = auto()
    FAILED = auto()
    WITHHELD = auto()
    CANCELLED = auto()


FINAL: Final = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.WITHHELD, DeliveryState.CANCELLED})
CLAIMABLE: Final = frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN})

_SETTLED_BY_RELAY: Final = frozenset({DeliveryState.SENDING, DeliveryState.UNKNOWN})

ALLOWED_FROM: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    # The row goes back untried: the relay took no mail at all.
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING}),
    DeliveryState.SENDING: CLAIMABLE,
    # An answer may come late, after the lease has ended and the row was called unknown.
    DeliveryState.SENT: _SETTLED_BY_RELAY,
    DeliveryState.DEFERRED: _SETTLED_BY_RELAY | {DeliveryState.QUEUED},
    # What may have arrived once goes back to unknown when it can no longer be repeated.
    DeliveryState.UNKNOWN: frozenset({DeliveryState.SENDING}) | CLAIMABLE,
    DeliveryState.FAILED: _SETTLED_BY_RELAY | {DeliveryState.QUEUED, DeliveryState.DEFERRED},
    DeliveryState.WITHHELD: frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED}),
    DeliveryState.CANCELLED: frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED}),
}
"""For each state the states that it may follow. Everything else is a late or repeated event: a no-op."""

_WAITING: Final = text("state IN ('queued', 'deferred', 'unknown')")


class Delivery(Base):
    """One mail to one address. Narrow, and without foreign keys: a million are written at once."""

    __tablename__ = "deliveries"
    __table_args__ = (
        # A reader gets at most one delivery per edition, whatever happens above.
        Index(
            "uq_deliveries_edition_id_subscriber_id",
            "edition_id",
            "subscriber_id",
            unique=True,
            postgresql_where=text("edition_id IS NOT NULL"),
            sqlite_where=text("edition_id IS NOT NULL"),
        ),
        Index(
            "ix_deliveries_waiting",
            "lane",
            "next_attempt_at",
            "id",
            postgresql_where=_WAITING,
            sqlite_where=_WAITING,
        ),
        Index(
            "ix_deliveries_sending",
            "lease_until",
            postgresql_where=text("state = 'sending'"),
            sqlite_where=text("state = 'sending'"),
        ),
        Index("ix_deliveries_progress", "edition_id", "state"),
        Index(
            "ix_deliveries_subscriber",
            "subscriber_id",
            "kind",
            "created_at",
            postgresql_where=text("edition_id IS NULL"),
            sqlite_where=text("edition_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    lane: Mapped[str]
    state: Mapped[str]
    # Whom and what it is about; which of these are set depends on the kind.
    edition_id: Mapped[int | None] = mapped_column(BigId)
    variant_id: Mapped[int | None] = mapped_column(BigId)
    subscriber_id: Mapped[int | None] = mapped_column(BigId)
    subscription_id: Mapped[int | None] = mapped_column(BigId)
    editor_id: Mapped[int | None] = mapped_column(BigId)
    login_link_id: Mapped[int | None] = mapped_column(BigId)
    feed_id: Mapped[int | None] = mapped_column(BigId)
    address_change_id: Mapped[int | None] = mapped_column(BigId)
    mailbox_proof_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    # When to try (again); None where a person must decide.
    next_attempt_at: Mapped[datetime | None]
    composed_at: Mapped[datetime | None]  # the Date of the mail, kept on every retry
    fingerprint: Mapped[str | None]  # of the bytes handed over last; a repeat must have the same
    attempts: Mapped[int] = mapped_column(default=0)  # also the fence: an older attempt settles nothing
    deferrals: Mapped[int] = mapped_column(default=0)
    unknowns: Mapped[int] = mapped_column(default=0)
    lease_id: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reply: Mapped[str | None]  # the relay's last words, or the reason of a final state
