"""Feeds as the desk shows them: how they are doing, in words."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import MailRule, Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.editions.whereabouts import whereabouts_of
from newsletter.feeds.articles import Article, Feed, FeedKind, FeedPush
from newsletter.feeds.categories import category_key, topic_map
from newsletter.feeds.health import FeedHealth, FeedState, health_of
from newsletter.web.desk.article_states import Badge, badge_of
from newsletter.web.desk.wording import day_and_time

_LATEST: Final = 20
_LOOKED_THROUGH: Final = 200  # articles whose categories are counted
_MOST_CATEGORIES: Final = 30
_IN_TROUBLE: Final = frozenset({FeedState.TROUBLE, FeedState.ENDED})
_KINDS: Final = {FeedKind.FEED: "feed", FeedKind.SITEMAP: "news sitemap", FeedKind.PAGE: "web page, read for its links"}


@dataclass(frozen=True, slots=True)
class ShownFeed:
    """A feed and its health."""

    feed_id: int
    title: str
    url: str
    kind: str
    state: FeedState
    sentence: str
    remark: str
    last_success: str  # empty: never
    last_change: str  # empty: not since it was connected
    failing_since: str  # empty: it works
    items_seen: int
    next_look: str  # empty: not by itself
    topic: str  # that of articles which name none; empty: none
    rule: MailRule
    wants_full_text: bool

    @property
    def is_in_trouble(self) -> bool:
        """Whether somebody should look after it."""
        return self.state in _IN_TROUBLE


@dataclass(frozen=True, slots=True)
class BroughtArticle:
    """An article that a feed has brought, and where it stands."""

    article_id: int
    title: str
    seen: str
    badge: Badge
    sentence: str


@dataclass(frozen=True, slots=True)
class UsedCategory:
    """A category that a feed uses, and the topic that it means."""

    name: str
    articles: int
    topic: str  # empty: none


@dataclass(frozen=True, slots=True)
class ShownPush:
    """Whether the site tells us of news at once."""

    hub_url: str
    agreed_until: str  # empty: the hub has not agreed yet
    last_push: str  # empty: none so far
    trouble: str


def shown_feeds(session: Session, newsletter: Newsletter, *, now: datetime) -> list[ShownFeed]:
    """The feeds of a newsletter, those in trouble first, then by name."""
    names = topic_names(session, newsletter)
    feeds = session.scalars(select(Feed).where(Feed.newsletter_id == newsletter.id))
    shown = [shown_feed(feed, newsletter, names, now=now) for feed in feeds]
    return sorted(shown, key=lambda each: (not each.is_in_trouble, each.title.casefold(), each.feed_id))


def shown_feed(feed: Feed, newsletter: Newsletter, names: dict[int, str], *, now: datetime) -> ShownFeed:
    """One feed; `names` are those of the topics. Pure."""
    health: FeedHealth = health_of(feed, now=now)

    def at(instant: datetime | None) -> str:
        return day_and_time(instant, newsletter.zone, now=now) if instant else ""

    return ShownFeed(
        feed_id=feed.id,
        title=health.title,
        url=health.url,
        kind=_KINDS[health.kind],
        state=health.state,
        sentence=health.sentence,
        remark=health.remark or "",
        last_success=at(health.last_success_at),
        last_change=at(health.last_change_at),
        failing_since=at(health.failing_since_at),
        items_seen=health.items_seen,
        next_look=at(health.next_look_at),
        topic=names.get(feed.default_topic_id or 0, ""),
        rule=MailRule(feed.rule),
        wants_full_text=feed.wants_full_text,
    )


def topic_names(session: Session, newsletter: Newsletter) -> dict[int, str]:
    """The names of a newsletter's topics by their ids, in their order."""
    return {topic.id: topic.name for topic in topics_of(session, newsletter.id)}


def brought(session: Session, feed: Feed, zone: str, *, now: datetime) -> tuple[int, list[BroughtArticle]]:
    """How many articles a feed has brought, and the latest of them."""
    of_feed = Article.feed_id == feed.id
    number = session.scalar(select(func.count()).select_from(Article).where(of_feed)) or 0
    query = select(Article).where(of_feed).order_by(Article.first_seen_at.desc(), Article.id.desc())
    articles = session.scalars(query.limit(_LATEST)).all()
    stands = whereabouts_of(session, articles, zone, now=now)
    return number, [
        BroughtArticle(
            article_id=each.id,
            title=each.shown_title or each.url,
            seen=day_and_time(each.first_seen_at, zone, now=now),
            badge=badge_of(stands[each.id].state),
            sentence=stands[each.id].sentence,
        )
        for each in articles
    ]


def used_categories(session: Session, feed: Feed, names: dict[int, str]) -> list[UsedCategory]:
    """The categories of a feed's latest articles, the most used first, and what they mean."""
    query = select(Article.categories).where(Article.feed_id == feed.id).order_by(Article.id.desc())
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for categories in session.scalars(query.limit(_LOOKED_THROUGH)):
        for category in categories:
            spelled.setdefault(category_key(category), category)
        counts.update({category_key(each) for each in categories})
    known = topic_map(session, feed.newsletter_id)
    return [
        UsedCategory(spelled[key], number, names.get(known.meaning(key) or 0, ""))
        for key, number in counts.most_common(_MOST_CATEGORIES)
    ]


def shown_push(session: Session, feed: Feed, zone: str, *, now: datetime) -> ShownPush | None:
    """How the feed's hub stands, if it has one."""
    push = session.get(FeedPush, feed.id)
    if push is None:
        return None
    has_agreed = push.lease_until_at is not None and push.lease_until_at > now
    return ShownPush(
        hub_url=push.hub_url,
        agreed_until=day_and_time(push.lease_until_at, zone, now=now) if push.lease_until_at and has_agreed else "",
        last_push=day_and_time(push.last_push_at, zone, now=now) if push.last_push_at else "",
        trouble=push.trouble or "",
    )
