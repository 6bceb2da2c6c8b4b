"""What the mails of several deliveries need to know, read at once and left in the session for the composer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.languages import topic_names
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.language import Tongue
from newsletter.subscriptions import inviting
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.importing import surroundings
from newsletter.subscriptions.subscribers import Consent, ConsentAct, Subscriber, Subscription, SubscriptionTopic
from newsletter.suppression.suppressions import SuppressionReason, suppressed_among

_Row = TypeVar("_Row", Subscriber, Subscription, Newsletter)

_GATHERED: Final = "gazette_gathered"
_OF_THE_HOUSE: Final = (surroundings.FORM, inviting.FORM)


@dataclass(frozen=True, slots=True)
class _Gathered:
    rows: tuple[object, ...]  # held, so that the session finds them without asking
    suppressed: dict[frozenset[SuppressionReason], set[str]]  # by the reasons passed over
    keys: frozenset[str]
    chosen: dict[int, set[int]]  # by subscription
    newsletters: frozenset[int]
    topics: dict[tuple[int, str], dict[int, str]]  # by newsletter and language, as they are asked for
    brought: frozenset[int]  # subscriptions that the house itself asked for


def gather(session: Session, rows: Sequence[Delivery]) -> None:
    """Read for these deliveries, in a handful of queries, what `suppressed`, `chosen_by` and `topics` answer."""
    subscribers = _by_id(session, Subscriber, {row.subscriber_id for row in rows})
    subscriptions = _by_id(session, Subscription, {row.subscription_id for row in rows})
    newsletters = _by_id(session, Newsletter, {each.newsletter_id for each in subscriptions})
    chosen: defaultdict[int, set[int]] = defaultdict(set)
    query = select(SubscriptionTopic.subscription_id, SubscriptionTopic.topic_id)
    for subscription_id, topic_id in session.execute(
        query.where(SubscriptionTopic.subscription_id.in_([each.id for each in subscriptions]))
    ):
        chosen[subscription_id].add(topic_id)
    session.info[_GATHERED] = _Gathered(
        rows=(*subscribers, *subscriptions, *newsletters),
        suppressed={},
        keys=frozenset(each.address_key for each in subscribers),
        chosen={each.id: chosen[each.id] for each in subscriptions},
        newsletters=frozenset(each.id for each in newsletters),
        topics={},
        brought=_brought(session, [each.id for each in subscriptions]),
    )


def is_suppressed(session: Session, address_key: str, but_for: Collection[SuppressionReason]) -> bool:
    """Whether an address must not be written to, for other reasons than those passed over."""
    gathered, passed_over = _of(session), frozenset(but_for)
    if gathered is None or address_key not in gathered.keys:
        return bool(suppressed_among(session, [address_key], but_for=passed_over))
    if passed_over not in gathered.suppressed:
        gathered.suppressed[passed_over] = suppressed_among(session, gathered.keys, but_for=passed_over)
    return address_key in gathered.suppressed[passed_over]


def chosen_by(session: Session, subscription_id: int) -> Collection[int]:
    """The ids of the topics that a reader chose; none means all."""
    gathered = _of(session)
    found = None if gathered is None else gathered.chosen.get(subscription_id)
    return topics_chosen(session, subscription_id) if found is None else found


def topics(session: Session, newsletter_id: int, tongue: Tongue) -> dict[int, str]:
    """The names of a newsletter's topics in a tongue, by id and in their order."""
    gathered = _of(session)
    if gathered is None or newsletter_id not in gathered.newsletters:
        return topic_names(session, newsletter_id, tongue)
    found = gathered.topics.get((newsletter_id, tongue.language))
    if found is None:
        found = gathered.topics[newsletter_id, tongue.language] = topic_names(session, newsletter_id, tongue)
    return found


def is_brought(session: Session, subscription_id: int) -> bool:
    """Whether not the reader but the house asked for this subscription: by an import, or an editor's invitation."""
    gathered = _of(session)
    if gathered is not None and subscription_id in gathered.chosen:
        return subscription_id in gathered.brought
    return bool(_brought(session, [subscription_id]))


def _brought(session: Session, subscription_ids: Sequence[int]) -> frozenset[int]:
    """Those whose newest wish came through a door of the house."""
    newest = (
        select(func.max(Consent.id))
        .where(Consent.subscription_id.in_(subscription_ids), Consent.act == ConsentAct.REQUESTED)
        .group_by(Consent.subscription_id)
    )
    query = select(Consent.subscription_id).where(Consent.id.in_(newest), Consent.form.in_(_OF_THE_HOUSE))
    return frozenset(session.scalars(query))


def _of(session: Session) -> _Gathered | None:
    found = session.info.get(_GATHERED)
    assert found is None or isinstance(found, _Gathered)  # noqa: S101 - only `gather` sets it
    return found


def _by_id(session: Session, table: type[_Row], ids: Iterable[int | None]) -> Sequence[_Row]:
    return session.scalars(select(table).where(table.id.in_([each for each in ids if each is not None]))).all()
