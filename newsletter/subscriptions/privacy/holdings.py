"""What the house keeps of a reader, as a register: each entry shows its rows and makes them go.

A room that keeps anything of readers adds its entry in `newsletter/wiring.py`; the download, the receipt and the
erasing follow by themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.database import Base
from newsletter.language import marked
from newsletter.subscriptions.subscribers import (
    AddressChange,
    Consent,
    MailboxProof,
    PastConfirmation,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from newsletter.suppression.hashing import spellings

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Gone:
    """What an erasing did to one kind of rows."""

    rows: int
    on_the_wire: Sequence[int] = ()  # deliveries, by id, of which the relay has still to say something


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of what is kept: its name in a download, its title in words, and what can be done with it."""

    name: str  # also that of its file
    title: str  # marked for translation
    rows: Callable[[Session, Subscriber], list[Row]]
    erase: Callable[[Session, Subscriber, datetime], Gone]


def subscription_ids(session: Session, subscriber: Subscriber) -> list[int]:
    """The subscriptions of a reader."""
    return list(session.scalars(select(Subscription.id).where(Subscription.subscriber_id == subscriber.id)))


def newsletter_slugs(session: Session, subscriber: Subscriber) -> dict[int, str]:
    """Subscription id → the slug of its newsletter."""
    query = (
        select(Subscription.id, Newsletter.slug)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(Subscription.subscriber_id == subscriber.id)
    )
    return dict(session.execute(query).all())


def removed(session: Session, table: type[Base], condition: ColumnElement[bool]) -> Gone:
    """Delete the rows of a table that fulfil a condition."""
    return Gone(session.connection().execute(delete(table).where(condition)).rowcount)


def _subscriptions(session: Session, subscriber: Subscriber) -> list[Row]:
    slugs = newsletter_slugs(session, subscriber)
    topics = _topics(session, list(slugs))
    query = select(Subscription).where(Subscription.subscriber_id == subscriber.id).order_by(Subscription.id)
    return [
        {
            "newsletter": slugs.get(each.id, ""),
            "state": each.state,
            "topics": ", ".join(topics.get(each.id, [])) or "all",
            "cadence": each.cadence,
            "weekday": each.weekday,
            "hour": each.hour,
            "zone": each.zone,
            "wants_breaking": each.wants_breaking,
            "requested_at": each.requested_at,
            "joined_at": each.joined_at,
            "paused_at": each.paused_at,
            "paused_until": each.paused_until,
            "left_at": each.left_at,
        }
        for each in session.scalars(query)
    ]


def _topics(session: Session, ids: list[int]) -> dict[int, list[str]]:
    query = (
        select(SubscriptionTopic.subscription_id, Topic.slug)
        .join(Topic, Topic.id == SubscriptionTopic.topic_id)
        .where(SubscriptionTopic.subscription_id.in_(ids))
        .order_by(Topic.position)
    )
    found: dict[int, list[str]] = {}
    for subscription_id, slug in session.execute(query):
        found.setdefault(subscription_id, []).append(slug)
    return found


def _erase_subscriptions(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    ids = subscription_ids(session, subscriber)
    removed(session, SubscriptionTopic, SubscriptionTopic.subscription_id.in_(ids))
    return removed(session, Subscription, Subscription.subscriber_id == subscriber.id)


def _consents(session: Session, subscriber: Subscriber) -> list[Row]:
    slugs = newsletter_slugs(session, subscriber)
    query = select(Consent).where(Consent.subscription_id.in_(subscription_ids(session, subscriber)))
    return [
        {
            "newsletter": slugs.get(each.subscription_id, ""),
            "act": each.act,
            "at": each.at,
            "wording": each.wording,
            "version": each.version,
            "language": each.language,
            "page": each.page,
            "form": each.form,
            "network": each.network,
            "user_agent": each.user_agent,
            "delivery": each.delivery_id,
        }
        for each in session.scalars(query.order_by(Consent.id))
    ]


def _erase_consents(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    return removed(session, Consent, Consent.subscription_id.in_(subscription_ids(session, subscriber)))


def _changes_of(session: Session, subscriber: Subscriber) -> ColumnElement[bool]:
    """Changes of address that this reader asked for, or that somebody else did and that name this address."""
    key = subscriber.address_key
    return or_(
        AddressChange.subscriber_id == subscriber.id,
        AddressChange.new_address_key == key,
        AddressChange.old_address_key == key,
        AddressChange.subscription_id.in_(subscription_ids(session, subscriber)),
    )


def _address_changes(session: Session, subscriber: Subscriber) -> list[Row]:
    query = select(AddressChange).where(AddressChange.subscriber_id == subscriber.id).order_by(AddressChange.id)
    return [
        {
            "old_address": each.old_address,
            "new_address": each.new_address,
            "requested_at": each.requested_at,
            "confirmed_at": each.confirmed_at,
            "undone_at": each.undone_at,
        }
        for each in session.scalars(query)
    ]


def _erase_address_changes(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    return removed(session, AddressChange, _changes_of(session, subscriber))


def _proofs(session: Session, subscriber: Subscriber) -> list[Row]:
    query = select(MailboxProof).where(MailboxProof.subscription_id.in_(subscription_ids(session, subscriber)))
    return [
        {"requested_at": each.requested_at, "expires_at": each.expires_at}
        for each in session.scalars(query.order_by(MailboxProof.id))
    ]


def _erase_proofs(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    return removed(session, MailboxProof, MailboxProof.subscription_id.in_(subscription_ids(session, subscriber)))


def _past_ones(session: Session, subscriber: Subscriber) -> ColumnElement[bool]:
    return PastConfirmation.address_hash.in_(spellings(session, subscriber.address_key))


def _past_confirmations(session: Session, subscriber: Subscriber) -> list[Row]:
    query = select(PastConfirmation.asked_at).where(_past_ones(session, subscriber))
    return [{"asked_at": asked_at} for asked_at in session.scalars(query.order_by(PastConfirmation.id))]


def _erase_past_confirmations(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    return removed(session, PastConfirmation, _past_ones(session, subscriber))


def _subscriber(_session: Session, subscriber: Subscriber) -> list[Row]:
    known = {"address": subscriber.address, "language": subscriber.language, "created_at": subscriber.created_at}
    return [known]


def _erase_subscriber(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    return removed(session, Subscriber, Subscriber.id == subscriber.id)


# Whose rows they are is found by way of the subscriptions, so these and the reader go last.
OWN: Final = (
    Holding("consents", marked("Evidence of what you agreed to"), _consents, _erase_consents),
    Holding("address_changes", marked("Changes of address"), _address_changes, _erase_address_changes),
    Holding(
        "past_sign_ups", marked("Sign-ups that were never confirmed"), _past_confirmations, _erase_past_confirmations
    ),
    Holding("own_links", marked("Links to your own inbox"), _proofs, _erase_proofs),
    Holding("subscriptions", marked("Subscriptions, with topics and rhythm"), _subscriptions, _erase_subscriptions),
    Holding("reader", marked("Your address and language"), _subscriber, _erase_subscriber),
)
"""What this room keeps."""
