"""What a reader chose: topics and cadence."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionTopic


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


def change(
    session: Session,
    subscription: Subscription,
    *,
    topic_ids: Collection[int],
    every_topic_id: Collection[int],
    cadence: Cadence,
    now: datetime,
) -> None:
    """Take what a reader changed on the preferences page; it touches the next digest.

    No topic means all of the newsletter's, which `every_topic_id` holds.
    """
    subscription.cadence = cadence
    before = topics_chosen(session, subscription.id)
    wanted = set(topic_ids)
    if wanted and not before:
        # Until now all topics were chosen, since the reader joined. Those kept keep that, so that
        # narrowing the choice loses nothing that already waits.
        joined_at = subscription.joined_at or subscription.requested_at
        choose_topics(session, subscription.id, every_topic_id, now=joined_at)
    if not wanted and before:
        # "All" would be all since the reader joined; a topic that is chosen now begins now.
        wanted = set(every_topic_id)
    choose_topics(session, subscription.id, wanted, now=now)
