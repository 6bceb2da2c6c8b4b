"""Subscribers, subscriptions, their topics and the consents, as tables."""

from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class SubscriptionState(StrEnum):
    """Where a subscription stands."""

    PENDING = auto()
    ACTIVE = auto()
    PAUSED = auto()
    UNSUBSCRIBED = auto()


class Cadence(StrEnum):
    """How often a reader gets a digest."""

    DAILY = auto()
    WEEKLY = auto()


class Subscriber(Base):
    """A reader's record: one per address."""

    __tablename__ = "subscribers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str]  # as typed; mail goes here
    address_key: Mapped[str] = mapped_column(unique=True)  # folded; what makes two addresses one
    created_at: Mapped[datetime]


class Subscription(Base):
    """Subscriber × newsletter."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "newsletter_id"),
        # The fan-out walks the readers of one newsletter and cadence in the order of their ids.
        Index("ix_subscriptions_audience", "newsletter_id", "state", "cadence", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(BigId)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    state: Mapped[str]
    cadence: Mapped[str]
    # Two nonces: the confirm link dies with its use, the links in mails must live.
    confirm_nonce: Mapped[str]
    nonce: Mapped[str]
    requested_at: Mapped[datetime]
    # Where the reader's window opens: the digest after this instant is the first.
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class SubscriptionTopic(Base):
    """A topic that a reader chose, and since when."""

    __tablename__ = "subscription_topics"

    subscription_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    topic_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    chosen_at: Mapped[datetime]


class ConsentAct(StrEnum):
    """What a reader did."""

    REQUESTED = auto()
    CONFIRMED = auto()
    WITHDRAWN = auto()


class Consent(Base):
    """The evidence: what was shown, agreed, when, from where. Rows are only ever added."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(BigId, index=True)
    act: Mapped[str]
    at: Mapped[datetime]
    wording: Mapped[str]  # the sentence as shown, word for word
    page: Mapped[str]
    network: Mapped[str]  # shortened: /24 or /48
