"""What a newsletter published lately: figures by topic, and a sample for those who wonder."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.language import Tongue
from newsletter.mails.articles import blocks_of
from newsletter.mails.content import ArticleBlock
from newsletter.web.public.pictures import path_of
from newsletter.web.public.promises import figure

_WEEK: Final = timedelta(days=7)
_COUNTED: Final = 4 * _WEEK
_LOOKED_AT: Final = 2 * _COUNTED  # twice, to tell a quiet topic from a young one
_SAMPLE: Final = 6


def figures(session: Session, newsletter_id: int, tongue: Tongue, *, now: datetime) -> dict[int, str]:
    """How much comes in each topic, in words, from the articles of the last four weeks.

    Counted are also those that were there when the feed was connected: they are never mailed, but
    they tell how much to expect. A topic that is younger is counted over its own weeks.
    """
    shown_at = _shown_at()
    query = (
        select(ArticleTopic.topic_id, func.count().filter(shown_at > now - _COUNTED), func.min(shown_at))
        .join(Article, Article.id == ArticleTopic.article_id)
        .where(*_published(newsletter_id, now))
        .group_by(ArticleTopic.topic_id)
    )
    return {
        topic_id: figure(count, max(min(now - first, _COUNTED) / _WEEK, 1), tongue)
        for topic_id, count, first in session.execute(query)
    }


def sample(session: Session, newsletter_id: int, *, now: datetime) -> list[ArticleBlock]:
    """The latest articles, the newest first."""
    query = (
        select(Article.id)
        .where(*_published(newsletter_id, now))
        .order_by(_shown_at().desc(), Article.id.desc())
        .limit(_SAMPLE)
    )
    return blocks_of(session, list(session.scalars(query)), path_of)


def _shown_at() -> ColumnElement[datetime]:
    return func.coalesce(Article.published_at, Article.released_at)


def _published(newsletter_id: int, now: datetime) -> list[ColumnElement[bool]]:
    """Nothing under an embargo, nothing dated ahead."""
    since = now - _LOOKED_AT
    is_out = (Article.released_at > since) & (Article.released_at <= now)
    shown_at = _shown_at()
    return [
        Article.newsletter_id == newsletter_id,
        or_(is_out, Article.released_at.is_(None)),
        shown_at > since,
        shown_at <= now,
    ]
