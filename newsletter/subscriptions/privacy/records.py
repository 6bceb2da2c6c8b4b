"""What stays of readers who were erased, and why readers left, as tables. Neither holds an address."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class Erasure(Base):
    """A reader who was erased: a keyed hash of the address, and when they agreed and withdrew; no address."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "ix_erasures_in_flight",
            "id",
            postgresql_where=text("has_mail_in_flight"),
            sqlite_where=text("has_mail_in_flight"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str] = mapped_column(index=True)
    erased_at: Mapped[datetime]
    form: Mapped[str]  # who asked: the reader on a page, an operator by command, or the retention
    acts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # newsletter, act and instant; no wording, no network
    removed: Mapped[dict[str, int]] = mapped_column(JSON)  # how many rows went, by the name of what they were
    # The link that asked for it: whoever presses twice gets the receipt again.
    mailbox_proof_id: Mapped[int | None] = mapped_column(BigId, index=True)
    nonce: Mapped[str] = mapped_column(default="", server_default="")
    # Deliveries that were on the wire: what the relay says of them comes later, and goes too.
    in_flight: Mapped[list[int]] = mapped_column(JSON)
    has_mail_in_flight: Mapped[bool]


class LeaveReason(Base):
    """Why somebody left, if they cared to say; nothing in it leads back to them."""

    __tablename__ = "leave_reasons"
    __table_args__ = (Index("ix_leave_reasons_newsletter", "newsletter_id", "said_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    # A keyed hash of the leaving it belongs to: said twice, the later one holds.
    mark: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    words: Mapped[str]
    said_at: Mapped[datetime]
