"""Closing an edition's list at its cutoff: afterwards only words change.

Readers' views are told from one cutoff to the next. So whatever would have changed a list that is closed already is
noticed here, when the next one is closed, and whoever it touches is sorted in anew.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.orm import Session

from config import defaults
from newsletter.delivery.deliveries import Delivery
from newsletter.editions.candidates import candidates_at
from newsletter.editions.editions import Edition, EditionArticle, EditionState, Variant
from newsletter.editions.selection import Candidate
from newsletter.feeds.articles import Article
from newsletter.subscriptions.grouping import ungroup_all
from newsletter.subscriptions.subscribers import Subscription, SubscriptionTopic

_INSTANT = timedelta(microseconds=1)


def close(session: Session, edition: Edition, *, now: datetime) -> None:
    """Freeze the list of an edition whose cutoff has come."""
    before = _before(session, edition)
    if before is not None:
        _let_in(session, edition, before.cutoff_at)
    candidates = candidates_at(session, edition.newsletter_id, min(edition.cutoff_at, now))
    if before is not None:
        _notice_topics(session, before, candidates)
        _notice_released_anew(session, [each for each in candidates if each.released_at > before.cutoff_at])
    rows = [
        {
            "edition_id": edition.id,
            "article_id": each.article_id,
            "position": place,
            "topic_ids": sorted(each.topic_ids),
            "pinned_at": each.pinned_at,
        }
        for place, each in enumerate(candidates, start=1)
    ]
    if rows:
        session.execute(insert(EditionArticle), rows)
    edition.state = EditionState.CLOSED


def _before(session: Session, edition: Edition) -> Edition | None:
    """The last list that was closed for any readers of this newsletter."""
    query = (
        select(Edition)
        .where(Edition.newsletter_id == edition.newsletter_id, Edition.state != EditionState.COLLECTING)
        .where(Edition.cutoff_at <= edition.cutoff_at, Edition.id != edition.id)
        .order_by(Edition.cutoff_at.desc(), Edition.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _let_in(session: Session, edition: Edition, last_cutoff: datetime) -> None:
    """What was free at an earlier cutoff and yet on no list counts from now on: it was being written at that moment."""
    if last_cutoff >= edition.cutoff_at:
        return
    is_listed = exists().where(EditionArticle.article_id == Article.id)
    late = (
        update(Article)
        .where(Article.newsletter_id == edition.newsletter_id, ~is_listed)
        .where(Article.released_at > last_cutoff - max(defaults.REACH_BACK.values()))
        .where(Article.released_at <= last_cutoff)
    )
    session.execute(late.values(released_at=last_cutoff + _INSTANT).execution_options(synchronize_session=False))


def _notice_topics(session: Session, before: Edition, candidates: Sequence[Candidate]) -> None:
    """An article that has come into another topic since is due to those who follow that one."""
    query = select(EditionArticle.article_id, EditionArticle.topic_ids).where(EditionArticle.edition_id == before.id)
    listed = {article_id: frozenset(topic_ids) for article_id, topic_ids in session.execute(query)}
    changed = [(listed[each.article_id], each.topic_ids) for each in candidates if each.article_id in listed]
    gained = {topic for was, topics in changed if was for topic in topics - was}
    if any(was and not topics for was, topics in changed):
        ungroup_all(session, Subscription.newsletter_id == before.newsletter_id)  # it is for everybody now
    elif gained:
        ungroup_all(session, _follows(before.newsletter_id, gained))


def _follows(newsletter_id: int, topic_ids: Collection[int]) -> ColumnElement[bool]:
    followers = select(SubscriptionTopic.subscription_id).where(SubscriptionTopic.topic_id.in_(topic_ids))
    return (Subscription.newsletter_id == newsletter_id) & Subscription.id.in_(followers)


def _notice_released_anew(session: Session, new: Sequence[Candidate]) -> None:
    """An article that went out before and was released again is not due to those who have it, or for whom it lapsed."""
    listed = select(EditionArticle.edition_id, EditionArticle.article_id).where(
        EditionArticle.article_id.in_([each.article_id for each in new])
    )
    for edition_id, article_id in session.execute(listed).all() if new else ():
        query = select(Variant.id, Variant.article_ids, Variant.left_out).where(Variant.edition_id == edition_id)
        held_it = [each for each, shown, left_out in session.execute(query) if article_id in {*shown, *left_out}]
        readers = select(Delivery.subscriber_id).where(
            Delivery.edition_id == edition_id, Delivery.variant_id.in_(held_it)
        )
        ungroup_all(session, Subscription.subscriber_id.in_(readers))
