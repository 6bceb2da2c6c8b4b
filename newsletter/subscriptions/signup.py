"""Joining: sign-up, confirmation, and the limits that keep both from being turned on others."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database, insert_if_new
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.signing import new_nonce
from newsletter.subscriptions.addresses import Address, parse_address
from newsletter.subscriptions.choices import Choice, choose_topics, set_rhythm
from newsletter.subscriptions.consent import Evidence, record
from newsletter.subscriptions.fast_path import take_new_reader
from newsletter.subscriptions.grouping import ungroup_readers
from newsletter.subscriptions.subscribers import (
    Cadence,
    ConsentAct,
    PastConfirmation,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from newsletter.suppression.hashing import spellings
from newsletter.suppression.suppressions import SuppressionReason, lift_bounces, may_ask, suppress


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody entered on the form."""

    address: str
    choice: Choice
    evidence: Evidence
    also: frozenset[int] = frozenset()  # the ids of other newsletters of the house that are asked for at once


class Confirmation(Enum):
    """What became of a confirm link."""

    DONE = auto()
    USED = auto()
    EXPIRED = auto()


def take(database: Database, newsletter: Newsletter, entered: SignUp, *, now: datetime) -> Address:
    """`sign_up` in a transaction of its own, and in one statement where it is the usual one."""
    address = parse_address(entered.address)
    is_one = entered.also <= {newsletter.id}
    if is_one and take_new_reader(database, newsletter.id, address, entered.choice, entered.evidence, now=now):
        return address
    with database.write() as session:
        return sign_up(session, newsletter, entered, now=now)


def sign_up(session: Session, newsletter: Newsletter, entered: SignUp, *, now: datetime) -> Address:
    """Take a sign-up; raises AddressError when the address cannot be one.

    The answer is the same for new, known, pending and suppressed addresses, so that nobody can ask
    whether somebody reads a newsletter. What is asked for at once is confirmed at once, by one mail.
    """
    address = parse_address(entered.address)
    if not may_ask(session, address.key, now=now):
        return address
    subscriber = _subscriber(session, address, now=now)
    # A reader's language is theirs, in all newsletters; a form that anybody may fill in only fills a gap.
    if not subscriber.language and entered.choice.language:
        subscriber.language = entered.choice.language
        ungroup_readers(session, [subscriber.id])
    wanted = [newsletter.id, *sorted(entered.also - {newsletter.id})]
    known = _subscriptions(session, subscriber.id, wanted)
    missing = [each for each in wanted if each not in known or not _is_reader(known[each])]
    if not missing:
        _tell_already_subscribed(session, known[newsletter.id], now=now)
        return address
    for newsletter_id in missing:
        subscription = _asked_for(session, subscriber.id, newsletter_id, known.get(newsletter_id), now=now)
        # Topics and rhythm are chosen for the newsletter whose form it is.
        choice = entered.choice if newsletter_id == newsletter.id else Choice(language=entered.choice.language)
        set_rhythm(subscription, choice)
        choose_topics(session, subscription.id, choice.topic_ids, now=now)
        record(session, subscription.id, ConsentAct.REQUESTED, entered.evidence, now=now)
        known[newsletter_id] = subscription
    if _may_confirm_again(session, subscriber.id, now=now):
        _queue_confirmation(session, known[missing[0]], now=now)
    return address


def asked_together(session: Session, subscription: Subscription) -> list[Subscription]:
    """This pending subscription and the others that the same press of the button asked for."""
    query = (
        select(Subscription)
        .where(Subscription.subscriber_id == subscription.subscriber_id)
        .where(Subscription.state == SubscriptionState.PENDING)
        .where(Subscription.requested_at == subscription.requested_at, Subscription.id != subscription.id)
        .order_by(Subscription.id)
    )
    return [subscription, *session.scalars(query)]


def confirm(session: Session, subscription: Subscription, evidence: Evidence, *, now: datetime) -> Confirmation:
    """Make a pending subscription active, with those asked for at once, and welcome the reader.

    A used or old link changes nothing.
    """
    found = confirmation_of(subscription, now=now)
    if found is not Confirmation.DONE:
        return found
    evidence = replace(evidence, delivery_id=_last_confirmation(session, subscription.subscriber_id))
    for each in asked_together(session, subscription):
        each.state = SubscriptionState.ACTIVE
        each.joined_at = now
        each.left_at = each.paused_at = each.paused_until = None
        record(session, each.id, ConsentAct.CONFIRMED, evidence, now=now)
        recipient = Recipient(subscriber_id=each.subscriber_id, subscription_id=each.id)
        queue_mail(session, MailKind.WELCOME, recipient, now=now)
    lift_bounces(session, session.get_one(Subscriber, subscription.subscriber_id).address_key)
    # Where mails had come back, editions left this address out of all that it gets.
    ungroup_readers(session, [subscription.subscriber_id])
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
        for each in asked_together(session, subscription):
            each.requested_at = now
        _queue_confirmation(session, subscription, now=now)


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


def _subscriptions(session: Session, subscriber_id: int, newsletter_ids: list[int]) -> dict[int, Subscription]:
    query = select(Subscription).where(
        Subscription.subscriber_id == subscriber_id, Subscription.newsletter_id.in_(newsletter_ids)
    )
    return {each.newsletter_id: each for each in session.scalars(query)}


def _is_reader(subscription: Subscription) -> bool:
    return subscription.state in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}


def _asked_for(
    session: Session, subscriber_id: int, newsletter_id: int, subscription: Subscription | None, *, now: datetime
) -> Subscription:
    """A pending subscription, made where there is none."""
    if subscription is None:
        return _new_subscription(session, subscriber_id, newsletter_id, now=now)
    if subscription.state == SubscriptionState.UNSUBSCRIBED:
        # Links of the first sign-up must not bring back somebody who has left.
        subscription.confirm_nonce = new_nonce()
        subscription.state = SubscriptionState.PENDING
    # Those asked for before, by one press, stay together: the mail that is out may be the only one.
    for each in asked_together(session, subscription):
        each.requested_at = now
    return subscription


def _queue_confirmation(session: Session, subscription: Subscription, *, now: datetime) -> None:
    recipient = Recipient(subscriber_id=subscription.subscriber_id, subscription_id=subscription.id)
    queue_mail(session, MailKind.CONFIRMATION, recipient, now=now)


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
    address_key = session.get_one(Subscriber, subscriber_id).address_key
    return all(
        _mails_since(session, subscriber_id, MailKind.CONFIRMATION, now - span)
        + _asked_before_since(session, address_key, now - span)
        < most
        for span, most in defaults.CONFIRMATIONS_PER_ADDRESS
    )


def _tell_already_subscribed(session: Session, subscription: Subscription, *, now: datetime) -> None:
    since = now - defaults.ALREADY_SUBSCRIBED_PER_ADDRESS
    kind = MailKind.ALREADY_SUBSCRIBED
    if not _mails_since(session, subscription.subscriber_id, kind, since):
        recipient = Recipient(subscriber_id=subscription.subscriber_id, subscription_id=subscription.id)
        queue_mail(session, kind, recipient, now=now)


def _asked_before_since(session: Session, address_key: str, since: datetime) -> int:
    """Confirmations that this address got for sign-ups that are gone."""
    query = select(func.count()).where(
        PastConfirmation.address_hash.in_(spellings(session, address_key)), PastConfirmation.asked_at > since
    )
    return session.scalar(query) or 0


def _last_confirmation(session: Session, subscriber_id: int) -> int | None:
    """The newest mail whose button can have been pressed."""
    query = select(func.max(Delivery.id)).where(
        Delivery.subscriber_id == subscriber_id,
        Delivery.kind == MailKind.CONFIRMATION,
        Delivery.edition_id.is_(None),
    )
    return session.scalar(query)


def _mails_since(session: Session, subscriber_id: int, kind: MailKind, since: datetime) -> int:
    query = select(func.count()).where(
        Delivery.subscriber_id == subscriber_id,
        Delivery.kind == kind,
        Delivery.created_at > since,
        Delivery.edition_id.is_(None),
    )
    return session.scalar(query) or 0
