"""Leaving, and coming back."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from newsletter.subscriptions.consent import Evidence, record
from newsletter.subscriptions.subscribers import ConsentAct, Subscription, SubscriptionState

UNDO: Final = timedelta(days=30)


def leave(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> None:
    """End a subscription at once; doing it twice changes nothing.

    Mail that waits in the outbox is withheld when its turn comes, since the composer looks here.
    """
    if subscription.state == SubscriptionState.UNSUBSCRIBED:
        return
    subscription.state = SubscriptionState.UNSUBSCRIBED
    subscription.left_at = now
    record(session, subscription.id, ConsentAct.WITHDRAWN, evidence, now=now)


def can_return(subscription: Subscription, *, now: datetime) -> bool:
    """Whether *Undo* still works: for 30 days, and only for somebody who had confirmed."""
    return (
        subscription.state == SubscriptionState.UNSUBSCRIBED
        and subscription.joined_at is not None
        and subscription.left_at is not None
        and now <= subscription.left_at + UNDO
    )


def undo_leaving(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> bool:
    """Take the leaving back; False when it is too late or there is nothing to take back."""
    if not can_return(subscription, now=now):
        return False
    subscription.state = SubscriptionState.ACTIVE
    subscription.joined_at = now
    subscription.left_at = None
    record(session, subscription.id, ConsentAct.CONFIRMED, evidence, now=now)
    return True
