"""Pausing, and coming back from it."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.subscriptions.subscribers import Subscription, SubscriptionState


def pause(_session: Session, subscription: Subscription, until: datetime | None, *, now: datetime) -> None:
    """Send nothing until an instant, or until the reader ends it; mail that waits in the outbox is withheld."""
    if subscription.state not in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}:
        return
    subscription.state = SubscriptionState.PAUSED
    subscription.paused_at = now
    subscription.paused_until = until


def resume(_session: Session, subscription: Subscription, *, now: datetime) -> None:
    """End a pause; the reader's window opens now, so that the next digest holds nothing older."""
    if subscription.state != SubscriptionState.PAUSED:
        return
    subscription.state = SubscriptionState.ACTIVE
    subscription.joined_at = now
    subscription.paused_at = subscription.paused_until = None
