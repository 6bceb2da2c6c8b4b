"""Articles as the API shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.editions.whereabouts import ArticleState, Whereabouts, whereabouts_of
from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.web.doors import services


class ArticleOut(BaseModel):
    """An article and where it stands."""

    model_config = ConfigDict(title="Article")

    id: int = Field(description="Our id.")
    url: str
    title: str = Field(description="As it is mailed: an editor may have put other words in place of yours.")
    summary: str
    author: str
    language: str
    topics: list[str] = Field(description="Slugs. None: it goes to every reader.")
    image_url: str
    image_alt: str
    state: ArticleState
    why: str = Field(description="A sentence that says why it stands there.")
    desk_url: str = Field(description="Where editors find it.")
    edition: int | None = Field(description="The id of the edition that it is in, or went out in.")
    published_at: datetime | None
    embargo_until: datetime | None
    first_seen_at: datetime
    updated_at: datetime
    released_at: datetime | None = Field(description="From when on it may be mailed; null while it may not.")


class HandedInOut(ArticleOut):
    """An article that was handed in."""

    model_config = ConfigDict(title="Article handed in, as stored")

    changed: bool = Field(description="Whether this request changed anything; true for a new article.")


class ArticlesOut(BaseModel):
    """Some articles, newest first."""

    model_config = ConfigDict(title="Articles")

    articles: list[ArticleOut]
    next_before: int | None = Field(description="Ask again with this as `before` for older ones; null: that was all.")


def shown(session: Session, newsletter_id: int, articles: Sequence[Article], *, now: datetime) -> list[dict[str, Any]]:
    """Articles of a newsletter as plain data that JSON can hold."""
    topics = _topics(session, [each.id for each in articles])
    newsletter = session.get_one(Newsletter, newsletter_id)
    places = whereabouts_of(session, articles, newsletter.zone, now=now)
    desk = services().links.desk()
    return [
        _shown(
            each, topics.get(each.id, []), places[each.id], f"{desk}n/{newsletter.slug}/articles/{each.id}"
        ).model_dump(mode="json")
        for each in articles
    ]


def _shown(article: Article, topics: list[str], place: Whereabouts, desk_url: str) -> ArticleOut:
    return ArticleOut(
        id=article.id,
        url=article.url,
        title=article.shown_title,
        summary=article.shown_summary,
        author=article.author,
        language=article.language,
        topics=topics,
        image_url=article.shown_image_url,
        image_alt=article.shown_image_alt,
        state=place.state,
        why=place.sentence,
        desk_url=desk_url,
        edition=place.edition_id,
        published_at=article.published_at,
        embargo_until=article.embargo_at,
        first_seen_at=article.first_seen_at,
        updated_at=article.updated_at,
        released_at=article.released_at,
    )


def _topics(session: Session, article_ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = (
        select(ArticleTopic.article_id, Topic.slug)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_(article_ids))
        .order_by(Topic.position)
    )
    found: dict[int, list[str]] = {}
    for article_id, slug in session.execute(query):
        found.setdefault(article_id, []).append(slug)
    return found
