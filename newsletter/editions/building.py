"""From the database to digests: an edition's candidates, its readers, and what each of them gets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions import ledger
from newsletter.editions.editions import SPECIAL, Edition, EditionArticle, EditionState
from newsletter.editions.selection import (
    NOTHING,
    Candidate,
    Digest,
    ReaderView,
    Span,
    digest,
    due,
    in_order,
)
from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.subscriptions.subscribers import (
    Cadence,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)

PAGE: Final = 500
"""Readers looked at in one step."""

WENT_OUT: Final = (EditionState.SENDING, EditionState.SENT)
"""The states of an edition that readers have, or are getting."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What digests are chosen from: an edition, or the plan of one."""

    newsletter_id: int
    cadence: str  # daily, weekly, or special for readers of every cadence
    cutoff_at: datetime
    minimum: int
    candidates: Sequence[Candidate]
    spans: dict[str, Span]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one reader gets; an empty digest where nothing is due."""

    subscription_id: int
    subscriber_id: int
    digest: Digest


def candidates_at(session: Session, newsletter_id: int, cutoff: datetime) -> list[Candidate]:
    """All articles that could be due to anybody at a cutoff, in order."""
    oldest = cutoff - max(defaults.REACH_BACK.values())
    query = (
        select(Article.id, Article.released_at, ArticleTopic.topic_id)
        .outerjoin(ArticleTopic, ArticleTopic.article_id == Article.id)
        .where(Article.newsletter_id == newsletter_id)
        .where(Article.released_at > oldest, Article.released_at <= cutoff)
    )
    return in_order(_gathered(session, query))


def frozen_candidates(session: Session, edition_id: int) -> list[Candidate]:
    """The articles of a closed edition, in its order."""
    query = (
        select(Article.id, Article.released_at, ArticleTopic.topic_id)
        .join(EditionArticle, EditionArticle.article_id == Article.id)
        .outerjoin(ArticleTopic, ArticleTopic.article_id == Article.id)
        .where(EditionArticle.edition_id == edition_id)
        .order_by(EditionArticle.position)
    )
    return _gathered(session, query)


def frame_of(session: Session, edition: Edition) -> Frame:
    """The frame of a closed edition."""
    newsletter = session.get_one(Newsletter, edition.newsletter_id)
    candidates = frozen_candidates(session, edition.id)
    return _frame(session, newsletter, edition.cadence, edition.cutoff_at, candidates)


def frame_at(session: Session, newsletter: Newsletter, cadence: str, cutoff: datetime) -> Frame:
    """The frame that an edition closed at `cutoff` would have."""
    candidates = candidates_at(session, newsletter.id, cutoff)
    return _frame(session, newsletter, cadence, cutoff, candidates)


def choices(session: Session, frame: Frame, *, after: int = 0) -> Iterator[list[Chosen]]:
    """What every active reader gets, page by page in the order of their subscriptions."""
    while page := _readers(session, frame, after=after):
        yield chosen_for(session, frame, page)
        after = page[-1].id


def next_page(session: Session, frame: Frame, *, after: int) -> list[Chosen]:
    """One page of `choices`; empty at the end."""
    return chosen_for(session, frame, _readers(session, frame, after=after))


def chosen_for(session: Session, frame: Frame, subscriptions: Sequence[Subscription]) -> list[Chosen]:
    """What these readers get."""
    topics = _topics_of(session, [subscription.id for subscription in subscriptions])
    had = ledger.had_by(
        session,
        [subscription.subscriber_id for subscription in subscriptions],
        [candidate.article_id for candidate in frame.candidates],
    )
    return [
        Chosen(
            subscription.id,
            subscription.subscriber_id,
            _digest_for(
                frame,
                subscription,
                topics.get(subscription.id, {}),
                had.get(subscription.subscriber_id, set()),
            ),
        )
        for subscription in subscriptions
    ]


def _digest_for(frame: Frame, subscription: Subscription, topics: dict[int, datetime], had: set[int]) -> Digest:
    reader = ReaderView(subscription.joined_at or subscription.requested_at, topics, had)
    span = frame.spans[subscription.cadence]
    articles = due(frame.candidates, reader, cutoff=frame.cutoff_at, span=span)
    if len(articles) < frame.minimum:
        return NOTHING
    return digest(articles, maximum=defaults.MAXIMUM_ARTICLES[frame.cadence])


def _frame(
    session: Session,
    newsletter: Newsletter,
    cadence: str,
    cutoff: datetime,
    candidates: list[Candidate],
) -> Frame:
    return Frame(
        newsletter_id=newsletter.id,
        cadence=cadence,
        cutoff_at=cutoff,
        # What an editor sends now goes out however little it is.
        minimum=1 if cadence == SPECIAL else newsletter.minimum_articles,
        candidates=candidates,
        spans={each: _span(session, newsletter.id, each, cutoff) for each in Cadence},
    )


def _span(session: Session, newsletter_id: int, cadence: Cadence, cutoff: datetime) -> Span:
    query = (
        select(Edition.cutoff_at)
        .where(Edition.newsletter_id == newsletter_id, Edition.cadence == cadence)
        .where(Edition.state.in_(WENT_OUT), Edition.is_rehearsal.is_(False))
        .where(Edition.cutoff_at < cutoff)
        .order_by(Edition.cutoff_at)
    )
    return Span(defaults.REACH_BACK[cadence], list(session.scalars(query)))


def _gathered(session: Session, query: Select[int, datetime | None, int]) -> list[Candidate]:
    released: dict[int, datetime] = {}
    topics: dict[int, set[int]] = {}
    for article_id, released_at, topic_id in session.execute(query):
        if released_at is None:
            continue
        released[article_id] = released_at
        if topic_id is not None:
            topics.setdefault(article_id, set()).add(topic_id)
    return [
        Candidate(article_id, released_at, frozenset(topics.get(article_id, ())))
        for article_id, released_at in released.items()
    ]


def _readers(session: Session, frame: Frame, *, after: int) -> list[Subscription]:
    query = (
        select(Subscription)
        .where(Subscription.newsletter_id == frame.newsletter_id)
        .where(Subscription.state == SubscriptionState.ACTIVE, Subscription.id > after)
        .order_by(Subscription.id)
        .limit(PAGE)
    )
    if frame.cadence != SPECIAL:
        query = query.where(Subscription.cadence == frame.cadence)
    return list(session.scalars(query))


def _topics_of(session: Session, subscription_ids: list[int]) -> dict[int, dict[int, datetime]]:
    query = select(SubscriptionTopic).where(SubscriptionTopic.subscription_id.in_(subscription_ids))
    topics: dict[int, dict[int, datetime]] = {}
    for row in session.scalars(query):
        topics.setdefault(row.subscription_id, {})[row.topic_id] = row.chosen_at
    return topics
