"""Erasing a reader: all that is kept of them goes in one transaction, and a receipt says what it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery.forgetting import forget_late_replies
from newsletter.signing import Signer
from newsletter.subscriptions.privacy.holdings import Holding, subscription_ids
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.privacy.spellings import spellings_of
from newsletter.subscriptions.subscribers import Consent, MailboxProof, Subscriber, Subscription
from newsletter.suppression.suppressions import hash_address

ERASED_ADDRESS = "erased address"
"""What the keyed hash of an erased address is for."""

Digest = Callable[[str, str], str]
"""A keyed hash of a value, for a use."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What went, by the name of its holding; and what had to stay."""

    erased_at: datetime
    removed: Mapping[str, int]
    keeps_suppression: bool  # as a keyed hash, so that nobody writes to the address again


def erase(
    session: Session,
    subscriber: Subscriber,
    holdings: Sequence[Holding],
    digest: Digest,
    *,
    form: str,
    now: datetime,
    proof: MailboxProof | None = None,
) -> Receipt:
    """Erase a reader, whose row the caller has locked, with everything that the holdings name.

    What waits for them in the outbox is withheld. A suppression of the address stays, and so does the evidence of
    when they agreed and withdrew, both with a keyed hash in place of the address.
    """
    key, acts, spellings = subscriber.address_key, _acts(session, subscriber), spellings_of(session, subscriber)
    gone = {each.name: each.erase(session, subscriber, now) for each in holdings}
    kept = sum(hash_address(session, each) for each in sorted(spellings))
    removed = {name: each.rows for name, each in gone.items()}
    in_flight = [delivery_id for each in gone.values() for delivery_id in each.on_the_wire]
    session.expunge(subscriber)
    session.add(
        Erasure(
            address_hash=digest(ERASED_ADDRESS, key),
            erased_at=now,
            form=form,
            acts=acts,
            removed={**removed, **({"suppression": kept} if kept else {})},
            mailbox_proof_id=None if proof is None else proof.id,
            nonce="" if proof is None else proof.nonce,
            in_flight=in_flight,
            has_mail_in_flight=bool(in_flight),
        )
    )
    session.flush()
    return Receipt(now, removed, keeps_suppression=bool(kept))


def receipt_of(erasure: Erasure) -> Receipt:
    """The receipt of an earlier erasing, for whoever presses the button twice."""
    removed = {name: rows for name, rows in erasure.removed.items() if name != "suppression"}
    return Receipt(erasure.erased_at, removed, keeps_suppression="suppression" in erasure.removed)


def last_erased_at(session: Session, signer: Signer, address_key: str) -> datetime | None:
    """When a reader with this address was last erased, or None."""
    hashes = signer.digests(ERASED_ADDRESS, address_key)
    return session.scalar(select(func.max(Erasure.erased_at)).where(Erasure.address_hash.in_(hashes)))


def clear_late_replies(session: Session, *, now: datetime) -> None:
    """Take out what the relay said of mails that were on the wire when their reader was erased."""
    for erasure in session.scalars(select(Erasure).where(Erasure.has_mail_in_flight)):
        erasure.in_flight = forget_late_replies(session, erasure.in_flight, now=now)
        erasure.has_mail_in_flight = bool(erasure.in_flight)


def _acts(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    """When a reader agreed to what and withdrew it, without a word of how and where."""
    query = (
        select(Subscription.newsletter_id, Consent.act, Consent.at)
        .join(Subscription, Subscription.id == Consent.subscription_id)
        .where(Consent.subscription_id.in_(subscription_ids(session, subscriber)))
        .order_by(Consent.id)
    )
    return [
        {"newsletter_id": newsletter_id, "act": act, "at": at.isoformat()}
        for newsletter_id, act, at in session.execute(query)
    ]
