"""Which edition took an article to readers; where none did, which had it on its list, and why it stayed there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Topic
from newsletter.editions.editions import HAS_A_LIST, WENT_OUT, Edition, EditionArticle, EditionState, Variant
from newsletter.feeds.articles import ArticleTopic
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState, SubscriptionTopic


@dataclass(frozen=True, slots=True)
class Mailed:
    """The last edition that took an article to a reader, or else the last that has it on its list."""

    edition_id: int
    number: int | None
    cutoff_at: datetime
    has_gone_out: bool
    is_being_written: bool  # its digests are not all made yet
    was_shown: bool  # some reader's digest held it
    some_were_full: bool  # some reader's digest had no room for all that was due
    unfollowed: Sequence[str] = ()  # its topics, where nobody follows any of them


@dataclass(slots=True)
class _Digests:
    """The digests of an edition, all together."""

    shown: set[int] = field(default_factory=set)
    some_were_full: bool = False


def last_mailed(session: Session, article_ids: Sequence[int]) -> dict[int, Mailed]:
    """What became of each of these articles that was on a list, rehearsals left out.

    A list holds all that could be due to anybody, also what an earlier edition took to most readers.
    """
    lists = _lists(session, article_ids)
    digests = _digests_of(session, lists)
    last = {article_id: _last_of(article_id, editions, digests) for article_id, editions in lists.items()}
    left = [each for each, edition in last.items() if not _is_shown(each, edition, digests)]
    unfollowed = _unfollowed(session, left)
    return {
        article_id: Mailed(
            edition.id,
            edition.number,
            edition.cutoff_at,
            has_gone_out=edition.state in WENT_OUT,
            is_being_written=edition.state == EditionState.SENDING and edition.fanned_out_at is None,
            was_shown=_is_shown(article_id, edition, digests),
            some_were_full=edition.id in digests and digests[edition.id].some_were_full,
            unfollowed=unfollowed.get(article_id, ()),
        )
        for article_id, edition in last.items()
    }


def _lists(session: Session, article_ids: Sequence[int]) -> dict[int, list[Edition]]:
    """The editions that have each article on their list, the last one first."""
    query = (
        select(EditionArticle.article_id, Edition)
        .join(Edition, Edition.id == EditionArticle.edition_id)
        .where(EditionArticle.article_id.in_(article_ids))
        .where(Edition.is_rehearsal.is_(False), Edition.state.in_(HAS_A_LIST))
        .order_by(Edition.cutoff_at.desc(), Edition.id.desc())
    )
    lists: dict[int, list[Edition]] = {}
    for article_id, edition in session.execute(query):
        lists.setdefault(article_id, []).append(edition)
    return lists


def _digests_of(session: Session, lists: Mapping[int, Sequence[Edition]]) -> dict[int, _Digests]:
    """The digests of as many of these editions as it takes, from the last one back, to find each article in one."""
    found: dict[int, _Digests] = {}
    waiting = {each: [edition.id for edition in of if edition.state in WENT_OUT] for each, of in lists.items()}
    while waiting := {each: ids for each, ids in waiting.items() if ids}:
        found |= _read(session, {ids[0] for ids in waiting.values()} - found.keys())
        waiting = {each: ids[1:] for each, ids in waiting.items() if each not in found[ids[0]].shown}
    return found


def _read(session: Session, edition_ids: Collection[int]) -> dict[int, _Digests]:
    found = {edition_id: _Digests() for edition_id in edition_ids}
    query = select(Variant.edition_id, Variant.article_ids, Variant.more)
    # Proofs, which editors get, stand beside what readers get.
    of_readers = query.where(Variant.edition_id.in_(edition_ids), Variant.key.not_like("proof %"))
    for edition_id, article_ids, more in session.execute(of_readers):
        found[edition_id].shown.update(article_ids)
        found[edition_id].some_were_full |= more > 0
    return found


def _last_of(article_id: int, editions: Sequence[Edition], digests: Mapping[int, _Digests]) -> Edition:
    return next((each for each in editions if _is_shown(article_id, each, digests)), editions[0])


def _is_shown(article_id: int, edition: Edition, digests: Mapping[int, _Digests]) -> bool:
    return edition.id in digests and article_id in digests[edition.id].shown


def _unfollowed(session: Session, article_ids: Sequence[int]) -> dict[int, list[str]]:
    """The topics, by name, of those articles that have topics of which no active reader follows any."""
    query = (
        select(ArticleTopic.article_id, Topic)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_(article_ids))
        .order_by(Topic.id)
    )
    topics: dict[int, list[Topic]] = {}
    for article_id, topic in session.execute(query) if article_ids else ():
        topics.setdefault(article_id, []).append(topic)
    followed = {each.id for each in set(chain(*topics.values())) if _has_follower(session, each)}
    return {
        article_id: [each.name for each in of_article]
        for article_id, of_article in topics.items()
        if followed.isdisjoint(each.id for each in of_article)
    }


def _has_follower(session: Session, topic: Topic) -> bool:
    """Whether an active reader follows a topic, by name or since they follow all."""
    chosen = exists().where(SubscriptionTopic.subscription_id == Subscription.id)
    query = select(Subscription.id).where(
        Subscription.newsletter_id == topic.newsletter_id, Subscription.state == SubscriptionState.ACTIVE
    )
    by_name = query.where(chosen.where(SubscriptionTopic.topic_id == topic.id)).limit(1)
    return session.scalar(by_name) is not None or session.scalar(query.where(~chosen).limit(1)) is not None
