"""A fresh link to a reader's own inbox: a mail that was forwarded opens the choices, and nothing more than those."""

from datetime import datetime
from enum import Enum, auto

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.signing import Purpose, Signer, new_nonce, read_claim
from newsletter.subscriptions.address_changes import moved_lately
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.subscribers import MailboxProof, Subscriber, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppressed_among


class Asked(Enum):
    """What became of a wish for a fresh link."""

    SENT = auto()
    TOO_SOON = auto()
    SUPPRESSED = auto()
    MOVED_LATELY = auto()  # whoever has a forwarded mail could have moved it


PASSED_OVER = frozenset({SuppressionReason.BOUNCED, SuppressionReason.IMPORTED})
"""Suppressions that keep no reader from their own data: the mail answers what they asked for just now."""


def send_fresh_link(session: Session, subscription: Subscription, *, now: datetime) -> Asked:
    """Mail a fresh link to the reader's own address, within the limits of any mail that a press can cause."""
    # Locked, so that presses at the same instant are counted one after the other.
    subscriber = session.get_one(Subscriber, subscription.subscriber_id, with_for_update=True)
    if suppressed_among(session, [subscriber.address_key], but_for=PASSED_OVER):
        return Asked.SUPPRESSED
    if moved_lately(session, subscriber, now=now) is not None:
        return Asked.MOVED_LATELY
    if not _may_send(session, subscriber.id, now=now):
        return Asked.TOO_SOON
    proof = MailboxProof(
        subscription_id=subscription.id,
        nonce=new_nonce(),
        requested_at=now,
        expires_at=now + defaults.FRESH_LINK_LIFETIME,
    )
    session.add(proof)
    session.flush()
    recipient = Recipient(subscriber_id=subscriber.id, subscription_id=subscription.id, mailbox_proof_id=proof.id)
    queue_mail(session, MailKind.FRESH_LINK, recipient, now=now)
    return Asked.SENT


def proof_by_token(session: Session, signer: Signer, token: str) -> MailboxProof | None:
    """The fresh link whose token this is, also when it has expired; None for a forged or altered one."""
    claim = read_claim(token)
    if claim is None:
        return None
    proof = session.get(MailboxProof, claim.row_id)
    nonce = "" if proof is None else proof.nonce
    return proof if signer.is_valid(claim, Purpose.OWN, nonce) else None


def erasure_by_token(session: Session, signer: Signer, token: str, *, now: datetime) -> Erasure | None:
    """What became of a fresh link by which its reader was erased: its receipt may be seen as long as the link works."""
    claim = read_claim(token)
    if claim is None:
        return None
    query = select(Erasure).where(
        Erasure.mailbox_proof_id == claim.row_id, Erasure.erased_at > now - defaults.FRESH_LINK_LIFETIME
    )
    return next((each for each in session.scalars(query) if signer.is_valid(claim, Purpose.OWN, each.nonce)), None)


def reader_of(session: Session, proof: MailboxProof) -> Subscriber:
    """Whose fresh link it is."""
    subscription = session.get_one(Subscription, proof.subscription_id)
    return session.get_one(Subscriber, subscription.subscriber_id)


def _may_send(session: Session, subscriber_id: int, *, now: datetime) -> bool:
    return all(
        _sent_since(session, subscriber_id, now - span) < most for span, most in defaults.CONFIRMATIONS_PER_ADDRESS
    )


def _sent_since(session: Session, subscriber_id: int, since: datetime) -> int:
    query = select(func.count()).where(
        Delivery.subscriber_id == subscriber_id,
        Delivery.kind == MailKind.FRESH_LINK,
        Delivery.created_at > since,
        Delivery.edition_id.is_(None),
    )
    return session.scalar(query) or 0
