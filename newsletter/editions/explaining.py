"""Why an article was sent to a reader, or was not: the one true reason, by the code that sends."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions.beats import beat_of
from newsletter.editions.building import due_in, enough_of, frame_at
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import Edition, Variant
from newsletter.editions.histories import GIVEN_BACK, histories_of
from newsletter.editions.likeness import likenesses
from newsletter.editions.rhythms import rule_for
from newsletter.editions.whereabouts import whereabouts
from newsletter.feeds.articles import Article, ArticleTopic, Standing
from newsletter.language import day_and_year
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import suppression_reason


class Why(StrEnum):
    """The kinds of reasons."""

    SENT = auto()
    UNDER_WAY = auto()
    NO_READER = auto()
    SUPPRESSED = auto()
    NOT_FREE = auto()
    OTHER_TOPIC = auto()
    BEFORE_THEM = auto()  # released before their window opened
    TOO_OLD = auto()
    LAPSED = auto()  # two digests had no room for it
    TOO_LITTLE = auto()  # due, and fewer than the minimum are
    NEXT = auto()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason, as a sentence for editors."""

    why: Why
    sentence: str
    delivery_id: int | None = None


_STATES: Final = {
    SubscriptionState.PENDING: "They signed up and have not confirmed yet.",
    SubscriptionState.PAUSED: "They have paused.",
    SubscriptionState.UNSUBSCRIBED: "They have left.",
}


def explain(session: Session, subscription: Subscription, article: Article, *, now: datetime) -> Explanation:
    """Why this reader was (not) sent this article of the same newsletter."""
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    mailed = _mailed(session, subscription, article, newsletter.zone)
    if mailed is not None:
        return mailed
    if subscription.state != SubscriptionState.ACTIVE:
        return Explanation(Why.NO_READER, _STATES[SubscriptionState(subscription.state)])
    address_key = session.get_one(Subscriber, subscription.subscriber_id).address_key
    reason = suppression_reason(session, address_key)
    if reason is not None:
        return Explanation(Why.SUPPRESSED, f"Their address must not be written to: {reason}.")
    if article.standing != Standing.FREE or article.released_at is None or article.released_at > now:
        return Explanation(Why.NOT_FREE, whereabouts(article, None, newsletter.zone, now=now).sentence)
    return _due_or_not(session, newsletter, subscription, article, now=now)


def _mailed(session: Session, subscription: Subscription, article: Article, zone: str) -> Explanation | None:
    """The delivery that took it to them, or is about to."""
    query = (
        select(Delivery, Edition, Variant.article_ids)
        .join(Variant, Variant.id == Delivery.variant_id)
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(Edition.newsletter_id == article.newsletter_id, Edition.cutoff_at >= article.first_seen_at)
        .where(Delivery.subscriber_id == subscription.subscriber_id, Delivery.state.not_in(GIVEN_BACK))
        .order_by(Delivery.id.desc())
    )
    for row, edition, article_ids in session.execute(query):
        if article.id not in article_ids:
            continue
        name = f"edition {edition.number}" if edition.number is not None else "an edition"
        if row.state == DeliveryState.SENT:
            at = _moment(row.settled_at or row.created_at, zone)
            said = f" The relay said: {row.reply}" if row.reply else ""
            return Explanation(Why.SENT, f"It was sent with {name}, {at}.{said}", row.id)
        return Explanation(Why.UNDER_WAY, f"It is in {name}; their mail is {row.state}.", row.id)
    return None


def _due_or_not(
    session: Session, newsletter: Newsletter, subscription: Subscription, article: Article, *, now: datetime
) -> Explanation:
    """Of an article that nothing holds and a reader whom nothing keeps from it: whether it is due, and why not."""
    likeness = likenesses(session, newsletter, [subscription], now=now)[subscription.id]
    cadence = subscription.cadence
    frame = frame_at(session, newsletter, cadence, now)
    due = due_in(frame, likeness.view, cadence)
    run = next_occurrence(rule_for(newsletter, beat_of(newsletter, subscription)), now)
    if article.id in {each.article_id for each in due}:
        if not enough_of(frame, due).article_ids:
            return Explanation(
                Why.TOO_LITTLE,
                f"It is due and waits: {len(due)} of the {frame.minimum} articles that make a digest are there.",
            )
        return Explanation(Why.NEXT, f"It is due: it comes with their digest of {_moment(run.at, newsletter.zone)}.")
    topics = _topics(session, article.id)
    followed = likeness.view.topic_ids
    if followed and topics and followed.isdisjoint(topics):
        return Explanation(Why.OTHER_TOPIC, f"They follow other topics than {' and '.join(topics.values())}.")
    released_at = article.released_at or now
    if released_at <= now - defaults.REACH_BACK[cadence]:
        return Explanation(Why.TOO_OLD, f"It is older than a {cadence} digest reaches; it has lapsed.")
    history = histories_of(session, newsletter, [subscription.subscriber_id], now=now).get(subscription.subscriber_id)
    if history is not None and article.id in history.had:
        return Explanation(Why.LAPSED, "Two of their digests had no room for it; it was linked there and has lapsed.")
    return Explanation(
        Why.BEFORE_THEM,
        "It came before they did: their first digest holds what came since the edition before, as everybody's does.",
    )


def _topics(session: Session, article_id: int) -> dict[int, str]:
    query = (
        select(Topic.id, Topic.name)
        .join(ArticleTopic, ArticleTopic.topic_id == Topic.id)
        .where(ArticleTopic.article_id == article_id)
        .order_by(Topic.position, Topic.id)
    )
    return dict(session.execute(query).all())


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{day_and_year(local.date())}, {local:%H:%M}"
