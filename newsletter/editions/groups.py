"""Groups of readers, their rhythms, and what an edition holds for each group, as tables.

A group is all readers of a newsletter who are alike in what a digest depends on: rhythm, language, topics, window,
and what they have had. A subscription points to its group; an edition is planned per group, and what it brings is
added to the group in place. So a send writes one row per reader, the delivery, and nothing else.

Groups are a cache: the truth is in subscriptions and deliveries. Whoever changes anything loses their group and is
sorted in anew from the truth (`sorting`).
"""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId

AS_THE_NEWSLETTER = -1
"""A weekday or an hour of a rhythm that was not chosen; a unique key takes no NULL."""


class RhythmRow(Base):
    """A calendar rule that readers of a newsletter share, and its next run. The tick looks here, not at readers."""

    __tablename__ = "rhythms"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "cadence", "weekday", "hour", "zone"),
        Index("ix_rhythms_next", "next_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    cadence: Mapped[str]
    weekday: Mapped[int]
    hour: Mapped[int]
    zone: Mapped[str]  # empty: the newsletter's
    # The next run; None: to be found anew, since the newsletter's own rhythm was changed.
    next_at: Mapped[datetime | None]


class ReaderGroup(Base):
    """Readers who are alike. Its rows are few: topics and hours that differ, times histories that differ."""

    __tablename__ = "reader_groups"
    __table_args__ = (
        # Not unique: two groups that chose the same become alike when both have got the same edition.
        Index("ix_reader_groups_key", "newsletter_id", "key"),
        Index("ix_reader_groups_rhythm", "rhythm_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    rhythm_id: Mapped[int] = mapped_column(BigId)
    key: Mapped[str]  # a hash of what its readers chose
    language: Mapped[str]
    since: Mapped[datetime | None]
    # As `selection.ReaderView` has it.
    topics: Mapped[list[tuple[int, str | None]]] = mapped_column(JSON)
    had: Mapped[list[int]] = mapped_column(JSON)
    owed: Mapped[list[int]] = mapped_column(JSON)
    missed: Mapped[list[int]] = mapped_column(JSON)


class EditionRhythm(Base):
    """A rhythm that runs on an edition's date. All that run at one instant are a wave."""

    __tablename__ = "edition_rhythms"
    __table_args__ = (Index("ix_edition_rhythms_rhythm", "rhythm_id", "at"),)

    edition_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    rhythm_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    held_until: Mapped[datetime | None]  # late, and outside the sending hours: not before this instant
    written_at: Mapped[datetime | None]  # when all its deliveries had been written


class EditionGroup(Base):
    """What an edition holds for a group; without a variant, where its readers get nothing of it."""

    __tablename__ = "edition_groups"
    __table_args__ = (
        Index(
            "ix_edition_groups_unwritten",
            "edition_id",
            "group_id",
            postgresql_where=text("written_at IS NULL"),
            sqlite_where=text("written_at IS NULL"),
        ),
        Index("ix_edition_groups_group", "group_id"),
    )

    edition_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    variant_id: Mapped[int | None] = mapped_column(BigId)
    readers: Mapped[int] = mapped_column(default=0)  # when it was planned
    written_to: Mapped[int] = mapped_column(BigId, default=0)  # the last subscription whose delivery is written
    written_at: Mapped[datetime | None]


class InheritedHistory(Base):
    """What a reader was given under another record, which they have left for this one."""

    __tablename__ = "inherited_histories"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(BigId, index=True)
    article_ids: Mapped[list[int]] = mapped_column(JSON)
    at: Mapped[datetime]
