"""Leaving, and coming back."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.consent import Evidence, record
from newsletter.subscriptions.grouping import ungroup
from newsletter.subscriptions.subscribers import Consent, ConsentAct, Subscription, SubscriptionState

_MEMBERS = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAUSED})


def leave(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> None:
    """End a subscription at once; doing it twice changes nothing.

    Mail that waits in the outbox is withheld when its turn comes, since the composer looks here.
    """
    if subscription.state == SubscriptionState.UNSUBSCRIBED:
        return
    # Who takes a leaving back while a pause would still last is paused again.
    if subscription.state != SubscriptionState.PAUSED:
        subscription.paused_at = subscription.paused_until = None
    subscription.state = SubscriptionState.UNSUBSCRIBED
    subscription.left_at = now
    record(session, subscription.id, ConsentAct.WITHDRAWN, evidence, now=now)


def leave_all(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> None:
    """End this subscription and those to all other newsletters of its publisher, at one instant."""
    others = others_of_publisher(session, subscription)
    for each in (subscription, *others):
        if each is not subscription:
            session.refresh(each, with_for_update=True)
        leave(session, each, evidence, now=now)


def others_of_publisher(session: Session, subscription: Subscription) -> list[Subscription]:
    """What else a reader gets from the publisher of a newsletter."""
    newsletter = session.get(Newsletter, subscription.newsletter_id)
    if newsletter is None:
        return []
    query = (
        select(Subscription)
        .join(Newsletter, Newsletter.id == Subscription.newsletter_id)
        .where(Subscription.subscriber_id == subscription.subscriber_id, Subscription.id != subscription.id)
        .where(Newsletter.publisher == newsletter.publisher, Subscription.state.in_(_MEMBERS))
        .order_by(Subscription.id)
    )
    return list(session.scalars(query))


def left_together(session: Session, subscription: Subscription) -> list[Subscription]:
    """The other subscriptions that the same press ended."""
    if subscription.left_at is None:
        return []
    query = (
        select(Subscription)
        .where(Subscription.subscriber_id == subscription.subscriber_id, Subscription.id != subscription.id)
        .where(Subscription.state == SubscriptionState.UNSUBSCRIBED, Subscription.left_at == subscription.left_at)
        .order_by(Subscription.id)
    )
    return list(session.scalars(query))


def can_return(subscription: Subscription, *, now: datetime) -> bool:
    """Whether *Undo* still works: for 30 days, and only for somebody who had confirmed."""
    return (
        subscription.state == SubscriptionState.UNSUBSCRIBED
        and subscription.joined_at is not None
        and subscription.left_at is not None
        and now <= subscription.left_at + defaults.UNDO_LEAVING
    )


def undo_leaving(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> bool:
    """Take the leaving back, with what the same press ended; False when it is too late or there is nothing to do.

    It works ten times a day: every change is a line of evidence, and a link must not fill the table.
    """
    if not can_return(subscription, now=now) or _has_returned_too_often(session, subscription, now=now):
        return False
    for each in (subscription, *left_together(session, subscription)):
        if can_return(each, now=now):
            is_paused = each.paused_at is not None and (each.paused_until is None or each.paused_until > now)
            each.state = SubscriptionState.PAUSED if is_paused else SubscriptionState.ACTIVE
            each.joined_at = now
            each.left_at = None
            record(session, each.id, ConsentAct.CONFIRMED, evidence, now=now)
            ungroup(session, each)
    return True


def _has_returned_too_often(session: Session, subscription: Subscription, *, now: datetime) -> bool:
    query = select(func.count()).where(
        Consent.subscription_id == subscription.id,
        Consent.act == ConsentAct.CONFIRMED,
        Consent.at > now - timedelta(days=1),
    )
    return (session.scalar(query) or 0) >= defaults.UNDOS_OF_LEAVING_A_DAY
