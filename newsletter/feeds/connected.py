"""The feeds that are connected to a newsletter: finding one by its address, making one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import GazetteError, RefusedError
from newsletter.feeds import pacing
from newsletter.feeds.articles import Feed, FeedKind
from newsletter.feeds.asking import Read
from newsletter.feeds.fetching.fetcher import check_url
from newsletter.feeds.parsing.items import ParsedFeed

_LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class NewFeed:
    """What somebody says of a feed that they connect; the rest is read from it."""

    url: str
    topic_id: int | None = None  # of articles whose categories name none that we know
    is_page: bool = False  # read the links of a web page, where there is no feed
    wants_full_text: bool = False  # take the text of each article from its page


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


def add_feed(session: Session, newsletter_id: int, url: str, new: NewFeed, read: Read, *, now: datetime) -> Feed:
    """Make the record of a feed that has just been read."""
    parsed = read.parsed
    pause = pacing.pause_after_success(now, now)
    feed = Feed(
        newsletter_id=newsletter_id,
        kind=parsed.kind,
        url=url,
        title=_title(parsed, url),
        home_url=parsed.home_url,
        language=parsed.language,
        default_topic_id=new.topic_id,
        # A sitemap or a page says little more of an article than where it is.
        wants_full_text=new.wants_full_text or parsed.kind != FeedKind.FEED,
        connected_at=now,
        next_poll_at=now + pause,
        asked_every=int(pause.total_seconds()),
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


def note(feed: Feed, parsed: ParsedFeed, remarks: Iterable[str]) -> None:
    """Write down how much was in an answer, and what editors should know of it."""
    feed.items_seen = len(parsed.items)
    feed.remark = " ".join([*parsed.left_out, *remarks]) or None


def _title(parsed: ParsedFeed, url: str) -> str:
    """What the feed calls itself, or else where it is; of a page also its path, since a site has many."""
    parts = urlsplit(url)
    host = parts.hostname or url
    fallback = f"{host}{parts.path.rstrip('/')}" if parsed.kind == FeedKind.PAGE else host
    return (parsed.title or fallback)[:_LONGEST_TITLE]
