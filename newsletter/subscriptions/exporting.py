"""All readers of a newsletter as rows: to keep, to look at in a spreadsheet, or to take to another system.

The importer knows the columns, so that what was exported here can be imported here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Topic
from newsletter.database import Database
from newsletter.subscriptions.cells import escaped
from newsletter.subscriptions.importing.surroundings import reasons_among
from newsletter.subscriptions.subscribers import Consent, ConsentAct, Subscriber, Subscription, SubscriptionTopic
from newsletter.suppression.suppressions import SuppressionReason

COLUMNS: Final = (
    *("address", "status", "cadence", "weekday", "hour", "zone", "breaking", "topics", "language"),
    *("requested_at", "joined_at", "left_at", "opted_in_at", "opt_in_network", "confirmed_at", "confirm_network"),
)
_AT_ONCE: Final = 2_000
# Whoever must not be written to is never exported as a reader, whatever the subscription says.
_SUPPRESSED: Final = {
    SuppressionReason.ASKED: "unsubscribed",
    SuppressionReason.IMPORTED: "unsubscribed",
    SuppressionReason.BOUNCED: "bounced",
    SuppressionReason.COMPLAINED: "complained",
}

Reader = Mapping[str, object]
"""One reader: a value for each of `COLUMNS`."""


def readers(database: Database, newsletter_id: int) -> Iterator[Reader]:
    """The readers of a newsletter in the order in which they came, read some thousand at a time."""
    after = 0
    while True:
        with database.read() as session:
            found = _some(session, newsletter_id, after)
        yield from (reader for _, reader in found)
        if len(found) < _AT_ONCE:
            return
        after = found[-1][0]


def cells_of(reader: Reader) -> list[str]:
    """A reader as cells that no spreadsheet takes for formulas."""
    return [escaped(_plain(reader[column])) for column in COLUMNS]


def as_line(reader: Reader) -> str:
    """A reader as a line of JSON."""
    return json.dumps(reader, ensure_ascii=False, default=_plain)


def _some(session: Session, newsletter_id: int, after: int) -> list[tuple[int, Reader]]:
    query = (
        select(Subscription, Subscriber)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.newsletter_id == newsletter_id, Subscription.id > after)
        .order_by(Subscription.id)
        .limit(_AT_ONCE)
    )
    found = session.execute(query).all()
    ids = [subscription.id for subscription, _ in found]
    topics, consents = _topics(session, ids), _consents(session, ids)
    reasons = reasons_among(session, [subscriber.address_key for _, subscriber in found])
    return [
        (each.id, _reader(each, reader, topics.get(each.id, []), consents.get(each.id, {}), reasons))
        for each, reader in found
    ]


def _reader(
    subscription: Subscription,
    subscriber: Subscriber,
    topics: Sequence[str],
    consents: Mapping[str, tuple[datetime, str]],
    reasons: Mapping[str, str],
) -> Reader:
    opted_in_at, opt_in_network = consents.get(ConsentAct.REQUESTED, (None, ""))
    confirmed_at, confirm_network = consents.get(ConsentAct.CONFIRMED, (None, ""))
    reason = reasons.get(subscriber.address_key)
    return {
        "address": subscriber.address,
        "status": subscription.state if reason is None else _SUPPRESSED[SuppressionReason(reason)],
        "cadence": subscription.cadence,
        "weekday": subscription.weekday,
        "hour": subscription.hour,
        "zone": subscription.zone,
        "breaking": "yes" if subscription.wants_breaking else "",
        "topics": "; ".join(topics),
        "language": subscriber.language,
        "requested_at": subscription.requested_at,
        "joined_at": subscription.joined_at,
        "left_at": subscription.left_at,
        "opted_in_at": opted_in_at,
        "opt_in_network": opt_in_network,
        "confirmed_at": confirmed_at,
        "confirm_network": confirm_network,
    }


def _topics(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    query = (
        select(SubscriptionTopic.subscription_id, Topic.slug)
        .join(Topic, Topic.id == SubscriptionTopic.topic_id)
        .where(SubscriptionTopic.subscription_id.in_(ids))
        .order_by(Topic.position)
    )
    found: dict[int, list[str]] = {}
    for subscription_id, slug in session.execute(query):
        found.setdefault(subscription_id, []).append(slug)
    return found


def _consents(session: Session, ids: Sequence[int]) -> dict[int, dict[str, tuple[datetime, str]]]:
    """The last time that each reader asked and confirmed, and from where."""
    wanted = [ConsentAct.REQUESTED, ConsentAct.CONFIRMED]
    newest = (
        select(func.max(Consent.id))
        .where(Consent.subscription_id.in_(ids), Consent.act.in_(wanted))
        .group_by(Consent.subscription_id, Consent.act)
    )
    query = select(Consent.subscription_id, Consent.act, Consent.at, Consent.network).where(Consent.id.in_(newest))
    found: dict[int, dict[str, tuple[datetime, str]]] = {}
    for subscription_id, act, at, network in session.execute(query):
        found.setdefault(subscription_id, {})[act] = (at, network)
    return found


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)
