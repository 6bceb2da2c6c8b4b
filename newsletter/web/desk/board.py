"""What the board shows: what comes next, what is in it, what waits, where it comes from, and for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor
from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.editions.building import Frame, everybodys, frame_at, frame_of
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import Edition, EditionState
from newsletter.editions.schedule import rule_of, upcoming
from newsletter.editions.selection import Digest, ReaderView, due
from newsletter.feeds.articles import Article, ArticleTopic, Feed
from newsletter.language import zone_in_words
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState
from newsletter.web.desk.wording import clock_time, day_and_time, digest_name, span

MAIN: Cadence = Cadence(defaults.CADENCE)
"""The newsletter's own rhythm, which the board is about."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next edition of a cadence, as the sentence says it."""

    name: str
    starts: str
    zone: str
    is_closed: bool
    closed_at: str
    closes_in: str  # how long until it closes, or starts when it has closed
    readers: int
    articles: int
    more: int  # due, and do not fit
    least: int
    is_enough: bool


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


@dataclass(frozen=True, slots=True)
class Next:
    """The next edition with its list."""

    upcoming: Upcoming
    articles: Sequence[ListedArticle]
    waiting: Sequence[ListedArticle]


def next_edition(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Next:
    """What comes next, by the very code that sends."""
    edition = upcoming(session, newsletter, cadence, now=now)
    is_closed = edition is not None and edition.state == EditionState.CLOSED
    so_far = frame_at(session, newsletter, cadence, now)
    frame = frame_of(session, edition) if edition is not None and is_closed else so_far
    shown = everybodys(frame, cadence)
    # What came after the cutoff, and what does not fit.
    waiting = [each for each in _due_to_all(so_far, cadence) if each not in set(shown.article_ids)]
    held = session.scalars(
        select(Article.id)
        .where(Article.newsletter_id == newsletter.id, Article.released_at > now)
        .order_by(Article.released_at)
    )
    return Next(
        _upcoming(session, newsletter, cadence, edition, shown, now=now),
        listed(session, newsletter, shown.article_ids, now=now),
        listed(session, newsletter, [*waiting, *held], now=now),
    )


def readers_by_state(session: Session, newsletter_id: int) -> dict[str, int]:
    """How many subscriptions stand where; every state, also with 0."""
    query = (
        select(Subscription.state, func.count())
        .where(Subscription.newsletter_id == newsletter_id)
        .group_by(Subscription.state)
    )
    return dict.fromkeys([str(state) for state in SubscriptionState], 0) | dict(session.execute(query).all())


def editors_count(session: Session) -> int:
    """How many editors a rehearsal goes to."""
    return session.scalar(select(func.count()).select_from(Editor)) or 0


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


def _upcoming(
    session: Session, newsletter: Newsletter, cadence: Cadence, edition: Edition | None, shown: Digest, *, now: datetime
) -> Upcoming:
    if edition is None:  # the next tick makes its row
        send_at = next_occurrence(rule_of(newsletter, cadence), now).at
        cutoff_at = send_at - defaults.CUTOFF_BEFORE_SEND
    else:
        send_at, cutoff_at = edition.send_at, edition.cutoff_at
    is_closed = edition is not None and edition.state == EditionState.CLOSED
    return Upcoming(
        name=digest_name(newsletter, cadence),
        starts=clock_time(send_at, newsletter.zone),
        zone=zone_in_words(newsletter.zone),
        is_closed=is_closed,
        closed_at=clock_time(cutoff_at, newsletter.zone),
        closes_in=span((send_at if is_closed else cutoff_at) - now),
        readers=_active_readers(session, newsletter.id, cadence),
        articles=len(shown.article_ids),
        more=shown.more,
        least=newsletter.minimum_articles,
        is_enough=len(shown.article_ids) >= newsletter.minimum_articles,
    )


def _active_readers(session: Session, newsletter_id: int, cadence: Cadence) -> int:
    query = (
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.newsletter_id == newsletter_id)
        .where(Subscription.state == SubscriptionState.ACTIVE, Subscription.cadence == cadence)
    )
    return session.scalar(query) or 0


def _due_to_all(frame: Frame, cadence: Cadence) -> list[int]:
    reader = ReaderView(joined_at=frame.cutoff_at)
    span_of = frame.spans[cadence]
    return [each.article_id for each in due(frame.candidates, reader, cutoff=frame.cutoff_at, span=span_of)]
