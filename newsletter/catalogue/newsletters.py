"""Newsletters and topics, as tables."""

from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from config import defaults
from newsletter.catalogue.blackouts import OnBlackout
from newsletter.database import Base, BigId


class MailRule(StrEnum):
    """What happens to the articles of a feed or a topic."""

    MAIL = auto()
    HOLD = auto()  # an editor releases each
    NEVER = auto()


class AddressRule(StrEnum):
    """What happens to a kind of addresses that somebody signs up with."""

    TAKE = auto()
    REFUSE = auto()


class ArticleOrder(StrEnum):
    """How an edition orders what no editor has pinned."""

    SPREAD = auto()  # newest first, spread over topics
    NEWEST = auto()
    WEIGHT = auto()  # as editors weighed them


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
    # What readers may choose: cadences beside the weekly one, separated by commas; the weekday; breaking news.
    offers: Mapped[str] = mapped_column(default=",".join(defaults.OFFERED), server_default="daily,weekly")
    is_weekday_fixed: Mapped[bool] = mapped_column(default=True, server_default=true())
    month_day: Mapped[int] = mapped_column(
        default=defaults.MONTH_DAY, server_default="1"
    )  # of the monthly digest; 31: the last day
    # In the zone of each reader: what is late does not come at night.
    sends_from: Mapped[int] = mapped_column(default=defaults.SENDS_FROM, server_default="6")
    sends_until: Mapped[int] = mapped_column(default=defaults.SENDS_UNTIL, server_default="21")
    blackout_dates: Mapped[str] = mapped_column(default="", server_default="")  # as `blackouts.written` makes them
    on_blackout: Mapped[str] = mapped_column(default=OnBlackout.SKIP, server_default=OnBlackout.SKIP)
    article_order: Mapped[str] = mapped_column(default=ArticleOrder.SPREAD, server_default=ArticleOrder.SPREAD)
    asks_approval: Mapped[bool] = mapped_column(default=False, server_default=false())  # no edition without an editor
    offers_breaking: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_formal: Mapped[bool] = mapped_column(default=True, server_default=true())  # how readers are addressed
    # After a sign-up on another site: words of the site's choice, or a page of its own.
    thanks: Mapped[str] = mapped_column(default="", server_default="")
    thanks_url: Mapped[str] = mapped_column(default="", server_default="")
    role_addresses: Mapped[str] = mapped_column(default=AddressRule.TAKE, server_default=AddressRule.TAKE)
    disposable_addresses: Mapped[str] = mapped_column(default=AddressRule.REFUSE, server_default=AddressRule.REFUSE)

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


class NewsletterText(Base):
    """The newsletter's own words in a language beside its first; without them the language is not offered."""

    __tablename__ = "newsletter_texts"

    newsletter_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(primary_key=True)
    tagline: Mapped[str]
    thanks: Mapped[str] = mapped_column(default="", server_default="")


class TopicText(Base):
    """A topic's name in a language beside the newsletter's first."""

    __tablename__ = "topic_texts"

    topic_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class SiteState(StrEnum):
    """What editors said of a site that uses the form."""

    WAITING = auto()  # it was refused, and stands at the desk
    ALLOWED = auto()
    REFUSED = auto()


class EmbedSite(Base):
    """A site, by its origin such as `https://news.example.org`, whose pages use the form of a newsletter."""

    __tablename__ = "embed_sites"
    __table_args__ = (UniqueConstraint("newsletter_id", "origin"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    origin: Mapped[str]
    state: Mapped[str]
    seen_at: Mapped[datetime]  # last
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
