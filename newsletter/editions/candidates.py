"""The articles that may be due to anybody, with their topics, as selection sees them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import ArticleOrder, Newsletter
from newsletter.editions.editions import EditionArticle
from newsletter.editions.ordering import in_order
from newsletter.editions.selection import Candidate
from newsletter.feeds.articles import Article, ArticleTopic


def candidates_at(session: Session, newsletter_id: int, cutoff: datetime) -> list[Candidate]:
    """All articles that could be due to anybody at a cutoff, in order."""
    oldest = cutoff - max(defaults.REACH_BACK.values())
    query = (
        select(Article.id, Article.released_at, ArticleTopic.topic_id, Article.pinned_at, Article.weight)
        .outerjoin(ArticleTopic, ArticleTopic.article_id == Article.id)
        .where(Article.newsletter_id == newsletter_id)
        .where(Article.released_at > oldest, Article.released_at <= cutoff)
    )
    order = session.scalar(select(Newsletter.article_order).where(Newsletter.id == newsletter_id))
    return in_order(_gathered(session, query), ArticleOrder(order or ArticleOrder.SPREAD))


def frozen_candidates(session: Session, edition_id: int) -> list[Candidate]:
    """The articles of a closed edition, in its order."""
    query = (
        select(Article.id, Article.released_at, ArticleTopic.topic_id, EditionArticle.pinned_at, Article.weight)
        .join(EditionArticle, EditionArticle.article_id == Article.id)
        .outerjoin(ArticleTopic, ArticleTopic.article_id == Article.id)
        .where(EditionArticle.edition_id == edition_id)
        .order_by(EditionArticle.position)
    )
    return _gathered(session, query)


def _gathered(session: Session, query: Select[int, datetime | None, int, datetime | None, int]) -> list[Candidate]:
    found: dict[int, Candidate] = {}
    topics: dict[int, set[int]] = {}
    for article_id, released_at, topic_id, pinned_at, weight in session.execute(query):
        if released_at is None:
            continue
        found[article_id] = Candidate(article_id, released_at, pinned_at=pinned_at, weight=weight)
        if topic_id is not None:
            topics.setdefault(article_id, set()).add(topic_id)
    return [replace(each, topic_ids=frozenset(topics.get(each.article_id, ()))) for each in found.values()]
