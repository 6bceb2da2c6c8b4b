"""Pausing, and coming back from it."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.subscriptions.grouping import ungroup
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState

_AT_ONCE: Final = 10_000


def pause(_session: Session, subscription: Subscription, until: datetime | None, *, now: datetime) -> None:
    """Send nothing until an instant, or until the reader ends it; mail that waits in the outbox is withheld."""
    if subscription.state not in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}:
        return
    subscription.state = SubscriptionState.PAUSED
    subscription.paused_at = now
    subscription.paused_until = until


def resume(session: Session, subscription: Subscription, *, now: datetime) -> None:
    """End a pause; the reader's window opens now, so that the next digest holds nothing older."""
    if subscription.state != SubscriptionState.PAUSED:
        return
    subscription.state = SubscriptionState.ACTIVE
    subscription.joined_at = now
    subscription.paused_at = subscription.paused_until = None
    ungroup(session, subscription)


def resume_all_due(session: Session, *, now: datetime) -> int:
    """End the pauses whose time is over, some thousands at a time; returns how many.

    The window opens at the instant that was promised, not at that of the sweep: what appeared in between comes.
    """
    due = (
        select(Subscription.id)
        .where(Subscription.state == SubscriptionState.PAUSED, Subscription.paused_until <= now)
        .order_by(Subscription.paused_until)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    change = (
        update(Subscription)
        .where(Subscription.id.in_(due))
        .values(
            state=SubscriptionState.ACTIVE,
            joined_at=Subscription.paused_until,
            paused_at=None,
            paused_until=None,
            group_id=None,
        )
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(change).rowcount
