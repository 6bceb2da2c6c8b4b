"""Articles and feeds as the desk lists them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.editions.whereabouts import Whereabouts, whereabouts_of
from newsletter.feeds.articles import Article, ArticleTopic, Feed, Origin
from newsletter.feeds.health import last_success
from newsletter.mails.articles import pictures_of
from newsletter.mails.content import Picture
from newsletter.web.desk.article_states import PLAIN, Badge, badge_of, decisions_for
from newsletter.web.desk.wording import day_and_time
from newsletter.web.public.pictures import path_of


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article in a list."""

    article_id: int
    title: str
    url: str
    picture: str  # its path; empty where there is none to show
    topics: str
    feed: str  # where it comes from, in words
    seen: str
    badge: Badge
    why: str  # the badge in a sentence
    is_plain: bool  # nothing about its state that an edition's list need say
    is_edited: bool  # an editor's words stand in place of the site's
    is_pinned: bool
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed, and how it is doing."""

    title: str
    url: str
    trouble: str
    last_read: str
    next_look: str


_ORIGINS: Mapping[str, str] = {
    Origin.API: "over the API",
    Origin.COMMAND: "added by command",
    Origin.DESK: "written here",
    Origin.IMPORT: "imported",
}


def feeds_of(session: Session, newsletter: Newsletter, *, now: datetime) -> list[ListedFeed]:
    """The feeds, those in trouble first."""
    query = select(Feed).where(Feed.newsletter_id == newsletter.id).order_by(Feed.trouble.is_(None), Feed.id)
    zone = newsletter.zone
    return [
        ListedFeed(
            title=feed.title or feed.url,
            url=feed.url,
            trouble=feed.trouble or "",
            last_read=day_and_time(read_at, zone, now=now) if (read_at := last_success(feed, now=now)) else "",
            next_look=day_and_time(max(feed.next_poll_at, now), zone, now=now) if feed.ended_at is None else "",
        )
        for feed in session.scalars(query)
    ]


def listed(
    session: Session, newsletter: Newsletter, article_ids: Sequence[int], *, now: datetime
) -> list[ListedArticle]:
    """These articles in this order; those that are gone are passed over."""
    found = {a.id: a for a in session.scalars(select(Article).where(Article.id.in_(article_ids)))}
    articles = [found[each] for each in article_ids if each in found]
    topics = topic_names(session, article_ids)
    feeds = feed_titles(session, articles)
    pictures = pictures_of(session, articles, path_of)
    places = whereabouts_of(session, articles, newsletter.zone, now=now)
    return [
        _listed(
            article,
            places[article.id],
            picture=pictures.get(article.id),
            topics=topics.get(article.id, []),
            feed=feeds[article.id],
            zone=newsletter.zone,
            now=now,
        )
        for article in articles
    ]


def topic_names(session: Session, article_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the topics of articles, in the newsletter's order."""
    query = (
        select(ArticleTopic.article_id, Topic.name)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_(article_ids))
        .order_by(Topic.position)
    )
    names: dict[int, list[str]] = {}
    for article_id, name in session.execute(query):
        names.setdefault(article_id, []).append(name)
    return names


def feed_titles(session: Session, articles: Iterable[Article]) -> dict[int, str]:
    """Where each of these articles comes from, in words, by its id."""
    articles = list(articles)
    ids = {article.feed_id for article in articles if article.feed_id is not None}
    query = select(Feed.id, Feed.title, Feed.url).where(Feed.id.in_(ids))
    titles = {row.id: row.title or row.url for row in session.execute(query)}
    return {a.id: titles.get(a.feed_id or 0) or _ORIGINS.get(a.origin, "from a feed that is gone") for a in articles}


def is_edited(article: Article) -> bool:
    """Whether an editor's words, or picture, stand in place of the site's. Pure."""
    return any(
        each is not None
        for each in (article.own_title, article.own_summary, article.own_image_url, article.own_image_alt)
    )


def waits_until(article: Article, zone: str, *, now: datetime) -> str:
    """The moment from which an article may go out; empty where it waits for none. Pure."""
    if article.released_at is None or article.released_at <= now:
        return ""
    return day_and_time(article.released_at, zone, now=now)


def _listed(
    article: Article,
    place: Whereabouts,
    *,
    picture: Picture | None,
    topics: Sequence[str],
    feed: str,
    zone: str,
    now: datetime,
) -> ListedArticle:
    return ListedArticle(
        article_id=article.id,
        title=article.shown_title,
        url=article.url,
        picture=picture.url if picture else "",
        topics=", ".join(topics),
        feed=feed,
        seen=day_and_time(article.first_seen_at, zone, now=now),
        badge=badge_of(place.state, waits_until(article, zone, now=now)),
        why=place.sentence,
        is_plain=place.state in PLAIN,
        is_edited=is_edited(article) and article.origin != Origin.DESK,
        is_pinned=article.pinned_at is not None,
        decisions=decisions_for(place.state, article.decision),
    )
