"""Editions, their articles and variants, as tables."""

from datetime import date, datetime
from enum import StrEnum, auto

from sqlalchemy import JSON, Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class EditionState(StrEnum):
    """Where an edition stands."""

    COLLECTING = auto()  # until its cutoff
    CLOSED = auto()  # the list is frozen
    WAITING = auto()  # it is late, or not approved: an editor is asked
    SENDING = auto()
    SENT = auto()
    SKIPPED = auto()  # with the reason


WENT_OUT = (EditionState.SENDING, EditionState.SENT)
"""The states of an edition that readers have, or are getting."""

HAS_A_LIST = (EditionState.CLOSED, EditionState.WAITING, *WENT_OUT)
"""The states in which the list of an edition is frozen and still counts."""

ENDED = (EditionState.SENT, EditionState.SKIPPED)
"""The states in which an edition stays."""


class Question(StrEnum):
    """What an editor is asked before an edition goes out."""

    LATE = auto()  # whether it is still to go
    APPROVAL = auto()


SPECIAL = "special"
"""The cadence of an edition that an editor sends now."""


class Edition(Base):
    """One newsletter × cadence × local calendar date, or one special send."""

    __tablename__ = "editions"
    __table_args__ = (
        # The schedule is these rows: two schedulers, or none for a while, change nothing.
        UniqueConstraint("newsletter_id", "cadence", "local_date"),
        Index("ix_editions_due", "state", "send_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    cadence: Mapped[str]  # of its readers, or special
    local_date: Mapped[date | None] = mapped_column(Date)  # None: special
    state: Mapped[str]
    cutoff_at: Mapped[datetime]
    send_at: Mapped[datetime]
    number: Mapped[int | None]
    is_rehearsal: Mapped[bool] = mapped_column(default=False)  # only editors got it; nothing counts
    requested_by: Mapped[int | None] = mapped_column(BigId)  # the editor, of a special edition
    # While deliveries are written in the order of subscriptions: the last one looked at.
    written_to: Mapped[int | None] = mapped_column(BigId)
    fanned_out_at: Mapped[datetime | None]  # when the deliveries of its last wave had been written
    finished_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # of a skipped edition, as a sentence
    # What editors were asked, since when, how often they were reminded, and who said yes.
    question: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigId)


class EditionArticle(Base):
    """An article on an edition's frozen list."""

    __tablename__ = "edition_articles"
    __table_args__ = (Index("ix_edition_articles_article", "article_id"),)  # which editions had it

    edition_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    position: Mapped[int]
    topic_ids: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")  # when the list was closed
    pinned_at: Mapped[datetime | None]  # as it was then


class Variant(Base):
    """One distinct list of articles within an edition, shared by all readers who get just that."""

    __tablename__ = "variants"
    __table_args__ = (UniqueConstraint("edition_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    edition_id: Mapped[int] = mapped_column(BigId)
    key: Mapped[str]  # its articles, how many more there are and the language, as a short text
    # What stands around the articles is said in it; empty: in the newsletter's own.
    language: Mapped[str] = mapped_column(default="", server_default="")
    article_ids: Mapped[list[int]] = mapped_column(JSON)
    more: Mapped[int]
    left_out: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")  # carried over, or lapsed
    # Rendered once, with slots for what is personal, so that every retry has the same bytes.
    subject: Mapped[str | None]
    body_text: Mapped[str | None]
    body_html: Mapped[str | None]
