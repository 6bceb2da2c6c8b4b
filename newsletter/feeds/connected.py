"""The feeds that are connected to a newsletter: finding one by its address, making one."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import GazetteError, RefusedError
from newsletter.feeds import pacing
from newsletter.feeds.articles import Feed
from newsletter.feeds.asking import Read
from newsletter.feeds.fetching.fetcher import check_url

_LONGEST_TITLE: Final = 200


def entered_address(text: str) -> str:
    """The address of a feed as somebody entered it, completed; raises RefusedError when it cannot be one."""
    url = text.strip().partition("#")[0]
    for prefix in ("feed://", "feed:"):
        url = url.removeprefix(prefix)
    if "://" not in url:
        url = f"https://{url}"
    try:
        check_url(url)
    except GazetteError as error:
        raise RefusedError(str(error)) from None
    return url


def feed_at(session: Session, newsletter_id: int, url: str) -> Feed | None:
    """The newsletter's feed with this address, if there is one."""
    return session.scalar(select(Feed).where(Feed.newsletter_id == newsletter_id, Feed.url == url))


def refuse_double(session: Session, newsletter_id: int, url: str) -> None:
    """Raise RefusedError when this feed is connected already."""
    there = feed_at(session, newsletter_id, url)
    if there is not None:
        raise RefusedError(f"This feed is connected already: {there.title} (feed {there.id}).")


def add_feed(
    session: Session, newsletter_id: int, url: str, read: Read, *, topic_id: int | None, now: datetime
) -> Feed:
    """Make the record of a feed that has just been read."""
    feed = Feed(
        newsletter_id=newsletter_id,
        url=url,
        title=read.parsed.title[:_LONGEST_TITLE] or urlsplit(url).hostname or url,
        default_topic_id=topic_id,
        connected_at=now,
        next_poll_at=pacing.after_success(now),
        etag=read.marks.etag,
        last_modified=read.marks.last_modified,
        last_success_at=now,
        last_change_at=None,
        failures=0,
        trouble=None,
    )
    session.add(feed)
    session.flush()
    return feed
