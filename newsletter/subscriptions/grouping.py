"""Whoever changes anything that a digest depends on loses their group, and is sorted in anew by editions."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from newsletter.database import ask_for
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState


def ungroup(session: Session, *subscriptions: Subscription) -> None:
    """Take these subscriptions out of their groups, in the transaction of the change that asks for it.

    It is written even where nothing seems to be there: somebody may be sorting them in at this moment from what was
    true before, and waits for this row or makes us wait for it.
    """
    ungroup_all(session, Subscription.id.in_([each.id for each in subscriptions]))


def ungroup_readers(session: Session, subscriber_ids: Collection[int]) -> None:
    """The same for all that these readers get: what one of their mails held is due again, or was given elsewhere."""
    ungroup_all(session, Subscription.subscriber_id.in_(subscriber_ids))


def ungroup_all(session: Session, which: ColumnElement[bool]) -> None:
    """The same for every subscription of which a condition holds; who gets nothing has no group that matters."""
    session.flush()  # whoever becomes active in this transaction is to be found
    change = update(Subscription).where(which, Subscription.state == SubscriptionState.ACTIVE).values(group_id=None)
    if session.connection().execute(change).rowcount:
        ask_for(session, Job(JobKind.SORT_IN))
