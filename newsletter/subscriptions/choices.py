"""What a reader chooses: topics, rhythm, language, and whether to be told of something big at once."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from newsletter.subscriptions.grouping import ungroup_all, ungroup_readers
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription, SubscriptionTopic


@dataclass(frozen=True, slots=True)
class Choice:
    """All that a reader may choose; None and empty mean: as the newsletter has it."""

    topic_ids: frozenset[int] = frozenset()  # none means all
    cadence: Cadence = Cadence.WEEKLY
    weekday: int | None = None  # Monday is 0
    hour: int | None = None
    zone: str = ""
    wants_breaking: bool = False
    language: str = ""


def choice_of(session: Session, subscription: Subscription) -> Choice:
    """What a reader has chosen so far."""
    language = session.get_one(Subscriber, subscription.subscriber_id).language
    return Choice(
        topic_ids=frozenset(topics_chosen(session, subscription.id)),
        cadence=Cadence(subscription.cadence),
        weekday=subscription.weekday,
        hour=subscription.hour,
        zone=subscription.zone,
        wants_breaking=subscription.wants_breaking,
        language=language,
    )


def merged(current: Choice, was: Choice, entered: Choice, every_topic_id: Collection[int]) -> Choice:
    """What somebody's changes make of the choice as it is now. Pure.

    `was` is what their page showed, `entered` what they made of it. What they left alone stays as it is now: another
    tab, or another device, may have changed it since.
    """
    changed = {
        name: getattr(entered, name)
        for name in ("cadence", "weekday", "hour", "zone", "wants_breaking", "language")
        if getattr(entered, name) != getattr(was, name)
    }
    every = frozenset(every_topic_id)
    before, after, topics = (each.topic_ids or every for each in (was, entered, current))
    topics = (topics | (after - before)) - (before - after)
    return replace(current, **changed, topic_ids=frozenset() if topics == every else topics)


def set_rhythm(subscription: Subscription, choice: Choice) -> None:
    """Take all of a choice that is kept with the subscription itself: not the topics, not the language."""
    subscription.cadence = choice.cadence
    subscription.weekday = choice.weekday
    subscription.hour = choice.hour
    subscription.zone = choice.zone
    subscription.wants_breaking = choice.wants_breaking


def take_cadence(session: Session, subscription: Subscription, cadence: Cadence, *, now: datetime) -> None:
    """Take another cadence, and leave all else as it is."""
    subscription.cadence, subscription.rhythm_at = cadence, now
    ungroup_readers(session, [subscription.subscriber_id])


def topics_chosen(session: Session, subscription_id: int) -> dict[int, datetime]:
    """The topics of a subscription and since when; none means all."""
    query = select(SubscriptionTopic.topic_id, SubscriptionTopic.chosen_at).where(
        SubscriptionTopic.subscription_id == subscription_id
    )
    return dict(session.execute(query).all())


def choose_topics(session: Session, subscription_id: int, topic_ids: Collection[int], *, now: datetime) -> None:
    """Set the topics of a subscription; those kept keep the instant since when."""
    before = topics_chosen(session, subscription_id)
    dropped = set(before) - set(topic_ids)
    if dropped:
        session.execute(
            delete(SubscriptionTopic).where(
                SubscriptionTopic.subscription_id == subscription_id,
                SubscriptionTopic.topic_id.in_(dropped),
            )
        )
    added = [
        {"subscription_id": subscription_id, "topic_id": topic_id, "chosen_at": now}
        for topic_id in sorted(set(topic_ids) - set(before))
    ]
    if added:
        session.execute(insert(SubscriptionTopic), added)
    if added or dropped:
        ungroup_all(session, Subscription.id == subscription_id)


def change(
    session: Session,
    subscription: Subscription,
    choice: Choice,
    *,
    every_topic_id: Collection[int],
    now: datetime,
) -> None:
    """Take what a reader changed on the preferences page; it touches the next digest.

    No topic means all of the newsletter's, which `every_topic_id` holds.
    """
    if _rhythm_of(choice) != _rhythm_of(subscription):
        subscription.rhythm_at = now  # an edition that came before it, at this rhythm, was not theirs
    set_rhythm(subscription, choice)
    session.get_one(Subscriber, subscription.subscriber_id).language = choice.language
    before = topics_chosen(session, subscription.id)
    wanted = set(choice.topic_ids)
    if wanted and not before:
        # Until now all topics were chosen, since the reader joined. Those kept keep that, so that
        # narrowing the choice loses nothing that already waits.
        joined_at = subscription.joined_at or subscription.requested_at
        choose_topics(session, subscription.id, every_topic_id, now=joined_at)
    if not wanted and before:
        # "All" would be all since the reader joined; a topic that is chosen now begins now.
        wanted = set(every_topic_id)
    choose_topics(session, subscription.id, wanted, now=now)
    # The language is the reader's, in all that they get.
    ungroup_readers(session, [subscription.subscriber_id])


def _rhythm_of(chosen: Choice | Subscription) -> tuple[str, int | None, int | None, str]:
    return chosen.cadence, chosen.weekday, chosen.hour, chosen.zone
