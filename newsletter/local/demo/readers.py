"""Demo readers, as many as wanted: to see how a large send behaves."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from newsletter.catalogue.shelf import topics_of
from newsletter.database import Database
from newsletter.signing import new_nonce
from newsletter.subscriptions.subscribers import (
    Cadence,
    Subscriber,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)

DOMAIN: Final = "readers.dailyproof.example"
"""The domain of all demo readers; nobody receives mail there."""

_BATCH: Final = 5_000
_JOINED_BEFORE: Final = timedelta(days=30)
_DAILY: Final = 10  # every tenth reader gets the daily digest


def add_readers(database: Database, newsletter_id: int, count: int, *, now: datetime) -> Iterator[int]:
    """Add active readers; says after each batch how many there were in it.

    A transaction for each batch, so that an installation that runs can write in between.
    """
    with database.read() as session:
        first = _highest_number(session) + 1
        topic_ids = [topic.id for topic in topics_of(session, newsletter_id)]
    for start in range(first, first + count, _BATCH):
        numbers = range(start, min(start + _BATCH, first + count))
        with database.write() as session:
            _add_batch(session, newsletter_id, topic_ids, numbers, now=now)
        yield len(numbers)


def _highest_number(session: Session) -> int:
    query = select(Subscriber.address_key).where(Subscriber.address_key.endswith(f"@{DOMAIN}", autoescape=True))
    last = session.scalar(query.order_by(Subscriber.id.desc()).limit(1))
    digits = "".join(letter for letter in (last or "").partition("@")[0] if letter.isdigit())
    return int(digits or 0)


def _add_batch(session: Session, newsletter_id: int, topic_ids: list[int], numbers: range, *, now: datetime) -> None:
    joined_at = now - _JOINED_BEFORE
    addresses = {number: f"reader-{number}@{DOMAIN}" for number in numbers}
    session.execute(
        insert(Subscriber),
        [{"address": each, "address_key": each, "created_at": joined_at} for each in addresses.values()],
    )
    known = select(Subscriber.address_key, Subscriber.id).where(Subscriber.address_key.in_(addresses.values()))
    ids = {row.address_key: row.id for row in session.execute(known)}
    session.execute(
        insert(Subscription),
        [
            _subscription(newsletter_id, ids[address], number, joined_at=joined_at)
            for number, address in addresses.items()
        ],
    )
    made = select(Subscription.subscriber_id, Subscription.id).where(
        Subscription.newsletter_id == newsletter_id, Subscription.subscriber_id.in_(ids.values())
    )
    subscriptions = {row.subscriber_id: row.id for row in session.execute(made)}
    chosen = [
        {"subscription_id": subscriptions[ids[address]], "topic_id": topic_id, "chosen_at": joined_at}
        for number, address in addresses.items()
        for topic_id in _chosen(topic_ids, number)
    ]
    if chosen:
        session.execute(insert(SubscriptionTopic), chosen)


def _subscription(newsletter_id: int, subscriber_id: int, number: int, *, joined_at: datetime) -> dict[str, Any]:
    return {
        "subscriber_id": subscriber_id,
        "newsletter_id": newsletter_id,
        "state": SubscriptionState.ACTIVE,
        "cadence": Cadence.DAILY if number % _DAILY == 0 else Cadence.WEEKLY,
        "confirm_nonce": new_nonce(),
        "nonce": new_nonce(),
        "requested_at": joined_at,
        "joined_at": joined_at,
        "left_at": None,
    }


def _chosen(topic_ids: list[int], number: int) -> list[int]:
    """Every choice of topics in turn; all of them is kept as none, as the sign-up form does."""
    every_choice = 2 ** len(topic_ids) - 1
    bits = number % every_choice
    return [topic_id for place, topic_id in enumerate(topic_ids) if bits >> place & 1]
