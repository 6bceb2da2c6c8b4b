"""What is kept of readers goes when its time is over, by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from config import defaults
from newsletter.subscriptions.privacy.erasing import Digest, clear_late_replies, erase
from newsletter.subscriptions.privacy.holdings import Holding
from newsletter.subscriptions.subscribers import AddressChange, Consent, Subscriber, Subscription, SubscriptionState

FORM: Final = "retention"
_IMPORTED: Final = "import"
_NETWORKS_AT_ONCE: Final = 5000
_READERS_AT_ONCE: Final = 20


def forget_what_is_old(session: Session, holdings: Sequence[Holding], digest: Digest, *, now: datetime) -> None:
    """One step of forgetting, small enough for a sweep; the next sweep takes the next."""
    clear_late_replies(session, now=now)
    forget_networks(session, now=now)
    forget_address_changes(session, now=now)
    forget_those_who_left(session, holdings, digest, now=now)


def forget_networks(session: Session, *, now: datetime) -> int:
    """Empty networks and browsers in the evidence that are older than 30 days; returns how many.

    What an import brought stays: it is old when it comes, and all that proves the consent.
    """
    old = (
        select(Consent.id)
        .where(Consent.network != "", Consent.form != _IMPORTED, Consent.at < now - defaults.NETWORK_ADDRESSES)
        .order_by(Consent.at)
        .limit(_NETWORKS_AT_ONCE)
    )
    change = update(Consent).where(Consent.id.in_(old)).values(network="", user_agent="")
    return session.connection().execute(change).rowcount


def forget_address_changes(session: Session, *, now: datetime) -> None:
    """Delete changes of address that nobody can take back any more, and that lock nothing."""
    session.execute(delete(AddressChange).where(AddressChange.requested_at < now - defaults.ADDRESS_CHANGES))


def forget_those_who_left(session: Session, holdings: Sequence[Holding], digest: Digest, *, now: datetime) -> int:
    """Erase readers who left everything 36 months ago: a keyed hash with the instants stays; returns how many.

    Who still reads another newsletter here stays known, and so does what they agreed to before.
    """
    other = aliased(Subscription)
    stays = exists().where(
        other.subscriber_id == Subscription.subscriber_id,
        (other.state != SubscriptionState.UNSUBSCRIBED) | (other.left_at >= now - defaults.EVIDENCE_AFTER_LEAVING),
    )
    query = (
        select(Subscription.subscriber_id)
        .where(Subscription.state == SubscriptionState.UNSUBSCRIBED)
        .where(Subscription.left_at < now - defaults.EVIDENCE_AFTER_LEAVING, ~stays)
        .distinct()
        .limit(_READERS_AT_ONCE)
    )
    ids = list(session.scalars(query))
    for subscriber_id in ids:
        reader = session.get(Subscriber, subscriber_id, with_for_update=True)
        if reader is not None:
            erase(session, reader, holdings, digest, form=FORM, now=now)
    return len(ids)
