"""Joining: sign-up, confirmation, and the limits that keep both from being turned on others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import insert_if_new
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.signing import new_nonce
from newsletter.subscriptions.addresses import Address, parse_address
from newsletter.subscriptions.choices import choose_topics
from newsletter.subscriptions.consent import Evidence, record
from newsletter.subscriptions.subscribers import (
    Cadence,
    ConsentAct,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from newsletter.suppression.suppressions import SuppressionReason, suppress, suppressed_among


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody entered on the form."""

    address: str
    topic_ids: Collection[int]
    cadence: Cadence
    evidence: Evidence


class Confirmation(Enum):
    """What became of a confirm link."""

    DONE = auto()
    USED = auto()
    EXPIRED = auto()


def sign_up(session: Session, newsletter: Newsletter, entered: SignUp, *, now: datetime) -> Address:
    """Take a sign-up; raises AddressError when the address cannot be one.

    The answer is the same for new, known, pending and suppressed addresses, so that nobody can ask
    whether somebody reads a newsletter.
    """
    address = parse_address(entered.address)
    if suppressed_among(session, [address.key]):
        return address
    subscriber = _subscriber(session, address, now=now)
    subscription = _subscription(session, subscriber.id, newsletter.id)
    if subscription is not None and subscription.state in {
        SubscriptionState.ACTIVE,
        SubscriptionState.PAUSED,
    }:
        _tell_already_subscribed(session, subscription, now=now)
        return address
    if subscription is None:
        subscription = _new_subscription(session, subscriber.id, newsletter.id, now=now)
    elif subscription.state == SubscriptionState.UNSUBSCRIBED:
        # Links of the first sign-up must not bring back somebody who has left.
        subscription.confirm_nonce = new_nonce()
        subscription.state = SubscriptionState.PENDING
    subscription.cadence = entered.cadence
    subscription.requested_at = now
    choose_topics(session, subscription.id, entered.topic_ids, now=now)
    record(session, subscription.id, ConsentAct.REQUESTED, entered.evidence, now=now)
    if _may_confirm_again(session, subscriber.id, now=now):
        recipient = Recipient(subscriber_id=subscriber.id, subscription_id=subscription.id)
        queue_mail(session, MailKind.CONFIRMATION, recipient, now=now)
    return address


def confirm(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> Confirmation:
    """Make a pending subscription active and welcome the reader; a used or old link changes nothing."""
    found = confirmation_of(subscription, now=now)
    if found is not Confirmation.DONE:
        return found
    subscription.state = SubscriptionState.ACTIVE
    subscription.joined_at = now
    record(session, subscription.id, ConsentAct.CONFIRMED, evidence, now=now)
    recipient = Recipient(subscriber_id=subscription.subscriber_id, subscription_id=subscription.id)
    queue_mail(session, MailKind.WELCOME, recipient, now=now)
    return found


def confirmation_of(subscription: Subscription, *, now: datetime) -> Confirmation:
    """What pressing the button behind a valid confirm link would do."""
    if subscription.state != SubscriptionState.PENDING:
        return Confirmation.USED
    if now > subscription.requested_at + defaults.CONFIRM_LINK_LIFETIME:
        return Confirmation.EXPIRED
    return Confirmation.DONE


def send_new_link(session: Session, subscription: Subscription, *, now: datetime) -> None:
    """Mail another confirm link in place of one that has expired, within the limits."""
    if subscription.state != SubscriptionState.PENDING:
        return
    if _may_confirm_again(session, subscription.subscriber_id, now=now):
        subscription.requested_at = now
        recipient = Recipient(subscriber_id=subscription.subscriber_id, subscription_id=subscription.id)
        queue_mail(session, MailKind.CONFIRMATION, recipient, now=now)


def never_write_again(session: Session, subscription: Subscription, *, now: datetime) -> None:
    """Somebody else entered this address: end the sign-up and never write there again."""
    subscriber = session.get_one(Subscriber, subscription.subscriber_id)
    suppress(session, subscriber.address_key, SuppressionReason.ASKED, now=now)
    if subscription.state == SubscriptionState.PENDING:
        subscription.state = SubscriptionState.UNSUBSCRIBED
        subscription.left_at = now


def _subscriber(session: Session, address: Address, *, now: datetime) -> Subscriber:
    """The record of this address, locked: a burst of sign-ups is counted one after the other."""
    row = {"address": address.text, "address_key": address.key, "created_at": now}
    insert_if_new(session, Subscriber, [row])
    query = select(Subscriber).where(Subscriber.address_key == address.key).with_for_update()
    return session.scalars(query).one()


def _subscription(session: Session, subscriber_id: int, newsletter_id: int) -> Subscription | None:
    return session.scalar(
        select(Subscription).where(
            Subscription.subscriber_id == subscriber_id,
            Subscription.newsletter_id == newsletter_id,
        )
    )


def _new_subscription(session: Session, subscriber_id: int, newsletter_id: int, *, now: datetime) -> Subscription:
    subscription = Subscription(
        subscriber_id=subscriber_id,
        newsletter_id=newsletter_id,
        state=SubscriptionState.PENDING,
        cadence=Cadence.WEEKLY,
        confirm_nonce=new_nonce(),
        nonce=new_nonce(),
        requested_at=now,
        joined_at=None,
        left_at=None,
    )
    session.add(subscription)
    session.flush()
    return subscription


def _may_confirm_again(session: Session, subscriber_id: int, *, now: datetime) -> bool:
    """Whether one more confirmation keeps the limits per address, over all newsletters."""
    return all(
        _mails_since(session, subscriber_id, MailKind.CONFIRMATION, now - span) < most
        for span, most in defaults.CONFIRMATIONS_PER_ADDRESS
    )


def _tell_already_subscribed(session: Session, subscription: Subscription, *, now: datetime) -> None:
    since = now - defaults.ALREADY_SUBSCRIBED_PER_ADDRESS
    kind = MailKind.ALREADY_SUBSCRIBED
    if not _mails_since(session, subscription.subscriber_id, kind, since):
        recipient = Recipient(subscriber_id=subscription.subscriber_id, subscription_id=subscription.id)
        queue_mail(session, kind, recipient, now=now)


def _mails_since(session: Session, subscriber_id: int, kind: MailKind, since: datetime) -> int:
    query = select(func.count()).where(
        Delivery.subscriber_id == subscriber_id,
        Delivery.kind == kind,
        Delivery.created_at > since,
        Delivery.edition_id.is_(None),
    )
    return session.scalar(query) or 0
