"""Subscribers, subscriptions, their topics and the consents, as tables."""

from datetime import datetime
from enum import StrEnum, auto

from sqlalchemy import Index, UniqueConstraint, false, text
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
    MONTHLY = auto()


class Subscriber(Base):
    """A reader's record: one per address."""

    __tablename__ = "subscribers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str]  # as typed; mail goes here
    address_key: Mapped[str] = mapped_column(unique=True)  # folded; what makes two addresses one
    created_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(default="", server_default="")  # chosen by the reader; empty: none was


class Subscription(Base):
    """Subscriber × newsletter."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "newsletter_id"),
        # The fan-out walks the readers of one newsletter and cadence in the order of their ids.
        Index("ix_subscriptions_audience", "newsletter_id", "state", "cadence", "id"),
        # An edition is written out group by group; what that needs stands in the index.
        Index(
            "ix_subscriptions_group",
            "group_id",
            "id",
            "subscriber_id",
            postgresql_where=text("state = 'active' AND group_id IS NOT NULL"),
            sqlite_where=text("state = 'active' AND group_id IS NOT NULL"),
        ),
        Index(
            "ix_subscriptions_ungrouped",  # who is to be sorted in
            "newsletter_id",
            "id",
            postgresql_where=text("state = 'active' AND group_id IS NULL"),
            sqlite_where=text("state = 'active' AND group_id IS NULL"),
        ),
        Index(
            "ix_subscriptions_left",  # whose evidence has been kept long enough
            "left_at",
            postgresql_where=text("state = 'unsubscribed'"),
            sqlite_where=text("state = 'unsubscribed'"),
        ),
        Index(
            "ix_subscriptions_pending",  # sign-ups that nobody confirmed
            "requested_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index(
            "ix_subscriptions_pauses",
            "paused_until",
            postgresql_where=text("state = 'paused'"),
            sqlite_where=text("state = 'paused'"),
        ),
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
    # What differs from the newsletter's own rhythm; None and empty: as the newsletter has it.
    weekday: Mapped[int | None]  # Monday is 0
    hour: Mapped[int | None]
    zone: Mapped[str] = mapped_column(default="", server_default="")
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]  # when mails come again by themselves
    rhythm_at: Mapped[datetime | None]  # since when cadence, weekday, hour and zone are these; None: since joining
    # Whom this reader is like, as editions see it. None: to be sorted in, since something has changed.
    group_id: Mapped[int | None] = mapped_column(BigId)
    # "Also tell me at once when something big happens."
    wants_breaking: Mapped[bool] = mapped_column(default=False, server_default=false())


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
    CHANGED = auto()  # the address
    WITHDRAWN = auto()


class Consent(Base):
    """The evidence: what was shown, agreed, when, from where. Rows are only added; network and browser go in time."""

    __tablename__ = "consents"
    __table_args__ = (
        # Networks that have been kept long enough.
        Index(
            "ix_consents_networks",
            "at",
            postgresql_where=text("network <> ''"),
            sqlite_where=text("network <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(BigId, index=True)
    act: Mapped[str]
    at: Mapped[datetime]
    wording: Mapped[str]  # the sentence as shown, word for word
    page: Mapped[str]
    network: Mapped[str]  # shortened: /24 or /48
    form: Mapped[str] = mapped_column(default="", server_default="")  # the door: page, embed, plain form, API, import
    version: Mapped[str] = mapped_column(default="", server_default="")  # of the wording
    language: Mapped[str] = mapped_column(default="", server_default="")  # in which it was shown
    editor_id: Mapped[int | None] = mapped_column(BigId)  # who declared it, where no reader did
    user_agent: Mapped[str] = mapped_column(default="", server_default="")  # what the browser calls itself
    delivery_id: Mapped[int | None] = mapped_column(BigId)  # the mail whose button was pressed


class AddressChange(Base):
    """A reader's wish to get mails at another address: confirmed at the new one, told to the old one."""

    __tablename__ = "address_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(BigId, index=True)
    subscription_id: Mapped[int] = mapped_column(BigId)  # from whose page it was asked
    old_address: Mapped[str]
    old_address_key: Mapped[str]
    new_address: Mapped[str]
    new_address_key: Mapped[str]
    nonce: Mapped[str]  # of the link in the mail to the new address
    undo_nonce: Mapped[str]  # of "That was not me" in the mail to the old one
    requested_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class MailboxProof(Base):
    """A fresh link to a reader's own inbox, for what a forwarded mail must not open: download, mails got, erasing."""

    __tablename__ = "mailbox_proofs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(BigId, index=True)
    nonce: Mapped[str]
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PastConfirmation(Base):
    """A confirmation mail to an address that is known no more: limits count it on. A keyed hash, and no address."""

    __tablename__ = "past_confirmations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
