"""Articles and feeds as the desk lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.feeds.articles import Article, ArticleTopic, Feed
from newsletter.web.desk.wording import day_and_time


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article in a list."""

    title: str
    url: str
    picture: str
    topics: str
    seen: str
    waits_until: str  # empty where it only waits for its turn


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed, and how it is doing."""

    title: str
    url: str
    trouble: str
    last_read: str
    next_look: str


def feeds_of(session: Session, newsletter: Newsletter, *, now: datetime) -> list[ListedFeed]:
    """The feeds, those in trouble first."""
    query = select(Feed).where(Feed.newsletter_id == newsletter.id).order_by(Feed.trouble.is_(None), Feed.id)
    zone = newsletter.zone
    return [
        ListedFeed(
            title=feed.title or feed.url,
            url=feed.url,
            trouble=feed.trouble or "",
            last_read=day_and_time(feed.last_success_at, zone, now=now) if feed.last_success_at else "",
            next_look=day_and_time(max(feed.next_poll_at, now), zone, now=now),
        )
        for feed in session.scalars(query)
    ]


def listed(
    session: Session, newsletter: Newsletter, article_ids: Sequence[int], *, now: datetime
) -> list[ListedArticle]:
    """These articles in this order; those that are gone are passed over."""
    found = {a.id: a for a in session.scalars(select(Article).where(Article.id.in_(article_ids)))}
    topics: dict[int, list[str]] = {}
    query = (
        select(ArticleTopic.article_id, Topic.name)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_(article_ids))
        .order_by(Topic.position)
    )
    for article_id, name in session.execute(query):
        topics.setdefault(article_id, []).append(name)
    return [
        _listed(found[each], topics.get(each, []), newsletter.zone, now=now) for each in article_ids if each in found
    ]


def _listed(article: Article, topics: Sequence[str], zone: str, *, now: datetime) -> ListedArticle:
    waits = article.released_at is not None and article.released_at > now
    return ListedArticle(
        title=article.title,
        url=article.url,
        picture=article.image_url,
        topics=", ".join(topics),
        seen=day_and_time(article.first_seen_at, zone, now=now),
        waits_until=day_and_time(article.released_at, zone, now=now) if article.released_at and waits else "",
    )
