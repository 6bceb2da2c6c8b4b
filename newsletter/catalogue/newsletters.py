"""Newsletters and topics, as tables."""

from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class MailRule(StrEnum):
    """What happens to the articles of a feed or a topic."""

    MAIL = auto()
    HOLD = auto()  # an editor releases each
    NEVER = auto()


class Newsletter(Base):
    """The publication one subscribes to, with its rhythm and its sender."""

    __tablename__ = "newsletters"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tagline: Mapped[str]
    site_url: Mapped[str]
    publisher: Mapped[str]
    postal_address: Mapped[str]
    sender_address: Mapped[str]
    reply_address: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    weekday: Mapped[int]  # of the weekly digest; Monday is 0
    hour: Mapped[int]
    minimum_articles: Mapped[int]
    created_at: Mapped[datetime]
    live_at: Mapped[datetime | None]  # None: in rehearsal
    is_demo: Mapped[bool] = mapped_column(default=False)
    logo_url: Mapped[str] = mapped_column(default="", server_default="")
    accent: Mapped[str] = mapped_column(default="", server_default="")  # a colour like #0a7f5a; empty: the house's own

    @property
    def is_live(self) -> bool:
        """Whether readers get mail; in rehearsal only editors do."""
        return self.live_at is not None


class Topic(Base):
    """A subject within a newsletter that a reader may choose."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("newsletter_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    slug: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]
    rule: Mapped[str] = mapped_column(default=MailRule.MAIL, server_default=MailRule.MAIL)
