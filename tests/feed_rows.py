"""Feeds as rows, without asking anybody."""

from typing import Any

from sqlalchemy.orm import Session

from newsletter.feeds.articles import Feed
from tests.data import NOW


def a_feed(session: Session, newsletter_id: int, url: str, **values: Any) -> int:
    """A feed that works and changed just now, unless said otherwise; its id."""
    usual = {
        "title": "The Proof",
        "connected_at": NOW,
        "next_poll_at": NOW,
        "last_success_at": NOW,
        "last_change_at": NOW,
        "items_seen": 1,
    }
    feed = Feed(newsletter_id=newsletter_id, url=url, **{**usual, **values})
    session.add(feed)
    session.flush()
    return feed.id
