"""Changes of address: asked for from the choices, with a link to the new one; what each link would do.

Doing it stands in `moving.py`.
"""

from datetime import datetime
from enum import Enum, auto

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.signing import Purpose, Signer, new_nonce, read_claim
from newsletter.subscriptions.addresses import Address
from newsletter.subscriptions.subscribers import AddressChange, Subscriber, Subscription


class Asked(Enum):
    """What became of a wish for another address."""

    SENT = auto()
    SAME = auto()
    TOO_SOON = auto()
    LOCKED = auto()  # somebody said "That was not me" a short time ago


class Move(Enum):
    """What a link about a change of address does, or did."""

    DONE = auto()
    USED = auto()
    EXPIRED = auto()
    OVER = auto()  # a newer wish took its place, it was taken back, or the record is gone


def ask_to_move(session: Session, subscription: Subscription, address: Address, *, now: datetime) -> Asked:
    """Mail a link to the new address, within the limits of any mail that a press can cause.

    Nothing changes before it is used. Whether anybody is known under the new address does not show.
    """
    # Locked, so that presses at the same instant are counted one after the other.
    subscriber = session.get_one(Subscriber, subscription.subscriber_id, with_for_update=True)
    if address.key == subscriber.address_key:
        return Asked.SAME
    if is_locked(session, subscriber.id, now=now):
        return Asked.LOCKED
    if not _may_ask(session, subscriber.id, address.key, now=now):
        return Asked.TOO_SOON
    change = AddressChange(
        subscriber_id=subscriber.id,
        subscription_id=subscription.id,
        old_address=subscriber.address,
        old_address_key=subscriber.address_key,
        new_address=address.text,
        new_address_key=address.key,
        nonce=new_nonce(),
        undo_nonce=new_nonce(),
        requested_at=now,
        confirmed_at=None,
        undone_at=None,
    )
    session.add(change)
    session.flush()
    queue(session, MailKind.ADDRESS_CHANGE, change, now=now)
    return Asked.SENT


def change_by_token(session: Session, signer: Signer, purpose: Purpose, token: str) -> AddressChange | None:
    """The change whose token this is, for the new address or for taking it back; None for one that is not ours."""
    claim = read_claim(token)
    change = None if claim is None else session.get(AddressChange, claim.row_id)
    nonce = ""
    if change is not None:
        nonce = change.undo_nonce if purpose is Purpose.ADDRESS_UNDO else change.nonce
    return change if claim is not None and signer.is_valid(claim, purpose, nonce) else None


def move_of(session: Session, change: AddressChange, *, now: datetime) -> Move:
    """What the button behind the link in the mail to the new address would do."""
    if change.undone_at is not None:
        return Move.OVER
    if change.confirmed_at is not None:
        return Move.USED
    if now > change.requested_at + defaults.ADDRESS_CHANGE_LINK_LIFETIME:
        return Move.EXPIRED
    subscriber = session.get(Subscriber, change.subscriber_id)
    is_as_it_was = subscriber is not None and subscriber.address_key == change.old_address_key
    newest = session.scalar(
        select(func.max(AddressChange.id)).where(AddressChange.subscriber_id == change.subscriber_id)
    )
    return Move.DONE if is_as_it_was and newest == change.id else Move.OVER


def undoing_of(session: Session, change: AddressChange, *, now: datetime) -> Move:
    """What "That was not me" would do."""
    if change.undone_at is not None:
        return Move.USED
    if change.confirmed_at is None or session.get(Subscriber, change.subscriber_id) is None:
        return Move.OVER
    return Move.DONE if now <= change.confirmed_at + defaults.ADDRESS_CHANGE_UNDO else Move.EXPIRED


def is_locked(session: Session, subscriber_id: int, *, now: datetime) -> bool:
    """Whether somebody took a change of this record's address back within a month."""
    return _any_change(
        session,
        AddressChange.subscriber_id == subscriber_id,
        AddressChange.confirmed_at.is_not(None),
        AddressChange.undone_at > now - defaults.ADDRESS_CHANGE_LOCK,
    )


def moved_lately(session: Session, subscriber: Subscriber, *, now: datetime) -> datetime | None:
    """Until when the old address may still take the last change back, or None.

    So long nothing more than choices is shown to the new one: a forwarded mail is enough to ask for a change.
    """
    query = select(func.max(AddressChange.confirmed_at)).where(
        or_(AddressChange.subscriber_id == subscriber.id, AddressChange.new_address_key == subscriber.address_key),
        AddressChange.confirmed_at > now - defaults.ADDRESS_CHANGE_UNDO,
        AddressChange.undone_at.is_(None),
    )
    last = session.scalar(query)
    return None if last is None else last + defaults.ADDRESS_CHANGE_UNDO


def _may_ask(session: Session, subscriber_id: int, new_key: str, *, now: datetime) -> bool:
    """The limits of confirmations hold for whoever asks, and for the mailbox that is written to."""
    whose = or_(AddressChange.subscriber_id == subscriber_id, AddressChange.new_address_key == new_key)
    for span, most in defaults.CONFIRMATIONS_PER_ADDRESS:
        query = select(func.count()).where(whose, AddressChange.requested_at > now - span)
        if (session.scalar(query) or 0) >= most:
            return False
    return True


def _any_change(session: Session, *conditions: object) -> bool:
    query = select(AddressChange.id).where(*conditions).limit(1)  # type: ignore[arg-type]  # columns
    return session.scalar(query) is not None


def queue(session: Session, kind: MailKind, change: AddressChange, *, now: datetime) -> None:
    """Put one of the two mails about a change into the outbox."""
    recipient = Recipient(
        subscriber_id=change.subscriber_id, subscription_id=change.subscription_id, address_change_id=change.id
    )
    queue_mail(session, kind, recipient, now=now)
