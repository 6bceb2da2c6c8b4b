"""Moving to another address, and taking it back from the old one.

A reader's record has one address, so all that they get here moves with it. Where the new address has a record of its
own by then, that one takes over: what it does not get yet it gets from now on, as it was chosen here, and what was
given counts as given. What was given is known above this room; who calls hands down how it is carried over.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.delivery.kinds import MailKind
from newsletter.signing import new_nonce
from newsletter.subscriptions.address_changes import Move, move_of, queue, undoing_of
from newsletter.subscriptions.addresses import Address, parse_address
from newsletter.subscriptions.choices import choice_of, choose_topics, set_rhythm
from newsletter.subscriptions.consent import Evidence, record
from newsletter.subscriptions.grouping import ungroup_readers
from newsletter.subscriptions.subscribers import (
    AddressChange,
    ConsentAct,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from newsletter.suppression.suppressions import SuppressionReason, lift_bounces, suppress


class CarryOver(Protocol):
    """Counts what was given to one subscriber, by id, as given to another too."""

    def __call__(self, session: Session, from_id: int, to_id: int, *, now: datetime) -> None: ...


_READS: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAUSED})


def move(session: Session, change: AddressChange, evidence: Evidence, *, carry_over: CarryOver, now: datetime) -> Move:
    """Let the mails go to the new address, and tell the old one."""
    _lock(session, change)
    found = move_of(session, change, now=now)
    if found is not Move.DONE:
        return found
    subscriber = session.get_one(Subscriber, change.subscriber_id)
    change.confirmed_at = now
    _bring_to(session, subscriber, parse_address(change.new_address), evidence, carry_over=carry_over, now=now)
    lift_bounces(session, change.new_address_key)
    queue(session, MailKind.ADDRESS_CHANGED, change, now=now)
    return found


def never_write_there(session: Session, change: AddressChange, *, now: datetime) -> None:
    """Whoever reads the new address did not ask for this: end the wish and never write there again."""
    suppress(session, change.new_address_key, SuppressionReason.ASKED, now=now)
    if change.confirmed_at is None and change.undone_at is None:
        change.undone_at = now


def take_back(
    session: Session, change: AddressChange, evidence: Evidence, *, carry_over: CarryOver, now: datetime
) -> Move:
    """Let the mails go to the old address again, and let nobody change it from a mail for a month."""
    _lock(session, change)
    found = undoing_of(session, change, now=now)
    if found is not Move.DONE:
        return found
    subscriber = session.get_one(Subscriber, change.subscriber_id)
    # Whoever changed it may have gone on from there.
    since = select(AddressChange).where(
        AddressChange.subscriber_id == subscriber.id, AddressChange.id >= change.id, AddressChange.undone_at.is_(None)
    )
    for each in session.scalars(since):
        each.undone_at = now
    if subscriber.address_key == change.old_address_key:
        _revive(session, _ended_at(session, subscriber, change.confirmed_at), evidence, now=now)
    else:
        _bring_to(session, subscriber, parse_address(change.old_address), evidence, carry_over=carry_over, now=now)
    return found


def subscription_at(session: Session, address_key: str, newsletter_id: int) -> Subscription | None:
    """What an address gets of a newsletter."""
    query = (
        select(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.address_key == address_key, Subscription.newsletter_id == newsletter_id)
    )
    return session.scalar(query)


def _lock(session: Session, change: AddressChange) -> None:
    """Of fifty presses at the same instant one acts, the others find it done."""
    session.get(Subscriber, change.subscriber_id, with_for_update=True)
    session.refresh(change)


def _bring_to(
    session: Session,
    subscriber: Subscriber,
    address: Address,
    evidence: Evidence,
    *,
    carry_over: CarryOver,
    now: datetime,
) -> None:
    """Let a record go on under an address; where that has one of its own, that one goes on."""
    read = _read_by(session, subscriber)
    other = _of_address(session, address)
    if other is None and _is_renamed(session, subscriber, address):
        for each in read:
            record(session, each.id, ConsentAct.CHANGED, evidence, now=now)
        return
    other = other or _of_address(session, address)
    assert other is not None  # noqa: S101 - the unique key said so
    for each in read:
        _hand_over(session, each, other, evidence, now=now)
    carry_over(session, subscriber.id, other.id, now=now)
    ungroup_readers(session, [other.id])


def _of_address(session: Session, address: Address) -> Subscriber | None:
    return session.scalar(select(Subscriber).where(Subscriber.address_key == address.key).with_for_update())


def _is_renamed(session: Session, subscriber: Subscriber, address: Address) -> bool:
    """Whether the record has the address now: somebody may sign up with it at this very moment."""
    before = subscriber.address, subscriber.address_key
    try:
        with session.begin_nested():
            subscriber.address, subscriber.address_key = address.text, address.key
            session.flush()
    except IntegrityError:
        subscriber.address, subscriber.address_key = before
        return False
    return True


def _hand_over(
    session: Session, subscription: Subscription, other: Subscriber, evidence: Evidence, *, now: datetime
) -> None:
    """End a subscription here, and let the other record have what it does not have yet."""
    query = select(Subscription).where(
        Subscription.subscriber_id == other.id, Subscription.newsletter_id == subscription.newsletter_id
    )
    theirs = session.scalar(query)
    if theirs is None:
        theirs = _pending(other.id, subscription.newsletter_id, now=now)
        session.add(theirs)
        session.flush()
    if theirs.state not in _READS:
        choice = choice_of(session, subscription)
        set_rhythm(theirs, choice)
        choose_topics(session, theirs.id, choice.topic_ids, now=subscription.joined_at or now)
        theirs.state = subscription.state
        theirs.joined_at = subscription.joined_at
        theirs.paused_at, theirs.paused_until = subscription.paused_at, subscription.paused_until
        theirs.left_at = None
        record(session, theirs.id, ConsentAct.CHANGED, evidence, now=now)
    subscription.state = SubscriptionState.UNSUBSCRIBED
    subscription.left_at = now
    record(session, subscription.id, ConsentAct.CHANGED, evidence, now=now)


def _pending(subscriber_id: int, newsletter_id: int, *, now: datetime) -> Subscription:
    return Subscription(
        subscriber_id=subscriber_id,
        newsletter_id=newsletter_id,
        state=SubscriptionState.PENDING,
        cadence="",
        confirm_nonce=new_nonce(),
        nonce=new_nonce(),
        requested_at=now,
        joined_at=None,
        left_at=None,
    )


def _read_by(session: Session, subscriber: Subscriber) -> list[Subscription]:
    query = select(Subscription).where(Subscription.subscriber_id == subscriber.id, Subscription.state.in_(_READS))
    return list(session.scalars(query.order_by(Subscription.id)))


def _ended_at(session: Session, subscriber: Subscriber, at: datetime | None) -> list[Subscription]:
    query = select(Subscription).where(
        Subscription.subscriber_id == subscriber.id,
        Subscription.state == SubscriptionState.UNSUBSCRIBED,
        Subscription.left_at == at,
    )
    return list(session.scalars(query.order_by(Subscription.id)))


def _revive(session: Session, ended: Iterable[Subscription], evidence: Evidence, *, now: datetime) -> None:
    """Their window stays where it was: what was not given to this record is still due to it."""
    for each in ended:
        is_paused = each.paused_at is not None and (each.paused_until is None or each.paused_until > now)
        each.state = SubscriptionState.PAUSED if is_paused else SubscriptionState.ACTIVE
        each.left_at = None
        record(session, each.id, ConsentAct.CHANGED, evidence, now=now)
        ungroup_readers(session, [each.subscriber_id])
