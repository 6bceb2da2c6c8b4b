"""A newsletter with a feed, and what that feed brings, for the tests of what becomes of it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.ingest import IngestReport, ingest
from newsletter.feeds.parsing.feed import parse
from tests.data import NOW, a_newsletter
from tests.fake_feeds import rss

SCIENCE: Final = 1
TECHNOLOGY: Final = 2
"""The ids of the topics of the one newsletter."""
LATER = NOW + timedelta(hours=1)


def a_feed(database: Database, *, topic: str | None = None, url: str = "https://proof.example/feed.xml") -> int:
    """A connected feed of the one newsletter."""
    with database.write() as session:
        newsletter_id = session.scalar(select(Feed.newsletter_id))
        if newsletter_id is None:
            newsletter = a_newsletter(session)
            newsletter_id = newsletter.id
        ids = {"science": 1, "technology": 2}
        feed = Feed(
            newsletter_id=newsletter_id,
            url=url,
            title="The Proof",
            default_topic_id=ids[topic] if topic else None,
            connected_at=NOW,
            next_poll_at=NOW,
            etag=None,
            last_modified=None,
            last_success_at=None,
            last_change_at=None,
            trouble=None,
        )
        session.add(feed)
        session.flush()
        return feed.id


def take(
    database: Database,
    feed_id: int,
    *items: str,
    at: datetime = LATER,
    is_first: bool = False,
    link: str = "https://proof.example/",
) -> tuple[int, int]:
    """Ingest a feed of these items; how many were new and changed."""
    report = take_all(database, feed_id, *items, at=at, is_first=is_first, link=link)
    return report.new, report.changed


def take_all(
    database: Database,
    feed_id: int,
    *items: str,
    at: datetime = LATER,
    is_first: bool = False,
    link: str = "https://proof.example/",
) -> IngestReport:
    """Ingest a feed of these items."""
    parsed = parse(rss(*items, link=link).encode(), None, "https://proof.example/feed.xml")
    with database.write() as session:
        return ingest(session, session.get_one(Feed, feed_id), parsed, now=at, is_first=is_first)


def articles(database: Database) -> list[Article]:
    with database.read() as session:
        return list(session.scalars(select(Article).order_by(Article.id)))


def the_article(database: Database) -> Article:
    (one,) = articles(database)
    return one
