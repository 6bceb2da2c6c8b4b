"""Sign-ups that nobody confirmed go after 14 days, with all that was entered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Row, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from config import defaults
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.forgetting import forget_reader
from newsletter.delivery.kinds import MailKind
from newsletter.subscriptions.subscribers import (
    AddressChange,
    Consent,
    ConsentAct,
    MailboxProof,
    PastConfirmation,
    Subscriber,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)
from newsletter.suppression.hashing import hashed_key

_AT_ONCE: Final = 500


def expire_sign_ups(session: Session, *, now: datetime) -> int:
    """Delete sign-ups that were not confirmed within 14 days, some at a time; returns how many.

    Who had left before and asked to come back is as before. An address that is known no more leaves a keyed hash
    with the instants of its confirmation mails, for as long as they count.
    """
    forget_past_confirmations(session, now=now)
    found = _expired(session, now=now)
    if not found:
        return 0
    _bring_back_those_who_left(session, [row.id for row in found if row.left_at is not None])
    never = [row for row in found if row.left_at is None]
    _delete_subscriptions(session, [row.id for row in never])
    _delete_subscribers(session, sorted({row.subscriber_id for row in never}), now=now)
    return len(found)


def forget_past_confirmations(session: Session, *, now: datetime) -> None:
    """Delete what limits count no more."""
    longest = max(span for span, _ in defaults.CONFIRMATIONS_PER_ADDRESS)
    session.execute(delete(PastConfirmation).where(PastConfirmation.asked_at < now - longest))


def _expired(session: Session, *, now: datetime) -> Sequence[Row[int, int, datetime | None]]:
    """Sign-ups whose time is over, locked: whoever asks again at this moment is waited for, or waits."""
    query = (
        select(Subscription.id, Subscription.subscriber_id, Subscription.left_at)
        .where(Subscription.state == SubscriptionState.PENDING)
        .where(Subscription.requested_at < now - defaults.PENDING_SIGN_UPS)
        .order_by(Subscription.requested_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return session.execute(query).all()


def _bring_back_those_who_left(session: Session, ids: Sequence[int]) -> None:
    """They have left, with their evidence as it was then; only the last asking goes."""
    left_at = select(Subscription.left_at).where(Subscription.id == Consent.subscription_id).scalar_subquery()
    asked_since = (Consent.act == ConsentAct.REQUESTED) & (Consent.at > left_at)
    session.execute(delete(Consent).where(Consent.subscription_id.in_(ids), asked_since))
    change = update(Subscription).where(Subscription.id.in_(ids)).values(state=SubscriptionState.UNSUBSCRIBED)
    session.execute(change)


def _delete_subscriptions(session: Session, ids: Sequence[int]) -> None:
    for table in (SubscriptionTopic, Consent, MailboxProof, AddressChange):
        session.execute(delete(table).where(table.subscription_id.in_(ids)))
    session.execute(update(Delivery).where(Delivery.subscription_id.in_(ids)).values(subscription_id=None))
    session.execute(delete(Subscription).where(Subscription.id.in_(ids)))


def _delete_subscribers(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Those who subscribe to nothing else: their mails stay for the counts, and say no more whose they were."""
    has_another = exists().where(Subscription.subscriber_id == Subscriber.id)
    query = select(Subscriber.id).where(Subscriber.id.in_(ids), ~has_another).with_for_update()
    gone = session.scalars(query).all()
    _keep_counts(session, gone, now=now)
    own = select(Delivery.id).where(Delivery.subscriber_id.in_(gone), Delivery.edition_id.is_(None))
    forget_reader(session, own, now=now)
    session.execute(delete(Subscriber).where(Subscriber.id.in_(gone)))


def _keep_counts(session: Session, subscriber_ids: Sequence[int], *, now: datetime) -> None:
    longest = max(span for span, _ in defaults.CONFIRMATIONS_PER_ADDRESS)
    query = (
        select(Subscriber.address_key, Delivery.created_at)
        .join(Delivery, Delivery.subscriber_id == Subscriber.id)
        .where(Subscriber.id.in_(subscriber_ids), Delivery.edition_id.is_(None))
        .where(Delivery.kind == MailKind.CONFIRMATION, Delivery.created_at >= now - longest)
    )
    rows = [
        {"address_hash": hashed_key(session, key), "asked_at": asked_at} for key, asked_at in session.execute(query)
    ]
    if rows:
        session.execute(insert(PastConfirmation), rows)
