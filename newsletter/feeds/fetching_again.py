"""*Fetch again now*: what an editor wants anew is asked for at once, past all caches, however often that has failed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.database import ask_for
from newsletter.feeds.articles import Article, Feed, Standing
from newsletter.feeds.pages import PAUSES
from newsletter.feeds.placing import place_all
from newsletter.feeds.polling import fetch_again
from newsletter.jobs import Job, JobKind

_REACHED: Final = max(defaults.REACH_BACK.values())  # what is older comes into no digest
_MOST_PAGES: Final = 200  # as many as are read of one section page


def fetch_feed_again(session: Session, feed: Feed, *, now: datetime) -> None:
    """Ask a feed past its pace and all caches, and read the pages of its articles again that gave nothing so far."""
    fetch_again(session, feed, now=now)
    wanted = (
        select(Article)
        .where(Article.feed_id == feed.id, Article.first_seen_at > now - _REACHED)
        .where(Article.has_page_text.is_(False), _gave_nothing(feed))
        .order_by(Article.id.desc())
        .limit(_MOST_PAGES)
    )
    _read_again(session, session.scalars(wanted).all(), now=now)


def fetch_article_again(session: Session, article: Article, *, now: datetime) -> None:
    """Read the page of an article again, and ask its feed, unless that has ended."""
    feed = None if article.feed_id is None else session.get(Feed, article.feed_id)
    if feed is not None and feed.ended_at is None:
        fetch_again(session, feed, now=now)
    _read_again(session, [article], now=now)


def was_not_answered(article: Article) -> bool:
    """Whether the page of an article has been given up, since each try to read it failed. Pure."""
    return article.page_due_at is None and not article.has_page_text and article.page_tries > len(PAUSES)


def _gave_nothing(feed: Feed) -> ColumnElement[bool]:
    """The condition of articles whose page should have said more than it did."""
    is_no_article = Article.standing.in_({Standing.NO_ARTICLE, Standing.UNREAD})
    if not feed.wants_full_text:
        return is_no_article
    return or_(is_no_article, and_(Article.page_tries > 0, Article.standing != Standing.OLD))


def _read_again(session: Session, articles: Sequence[Article], *, now: datetime) -> None:
    for article in articles:
        article.page_due_at, article.page_tries = now, 0
    place_all(session, articles, now=now)
    if articles:
        ask_for(session, Job(JobKind.READ_PAGES))
