"""How feeds are doing, in words; and one notice to the editors when one has been broken for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mails
from newsletter.feeds.articles import Feed, FeedKind
from newsletter.language import counted

_SILENT: Final = timedelta(days=30)


class FeedState(StrEnum):
    """How a feed is doing."""

    FINE = auto()
    NEW = auto()  # nothing new has come since it was connected
    TROUBLE = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed is doing, for pages and commands."""

    feed_id: int
    title: str
    url: str
    kind: FeedKind
    state: FeedState
    sentence: str  # what is the matter, and what to do
    last_success_at: datetime | None
    last_change_at: datetime | None
    items_seen: int  # in the last answer with content
    next_look_at: datetime | None  # None: not by itself
    failing_since_at: datetime | None
    remark: str | None  # what was left out of that answer


def health_of(feed: Feed, *, now: datetime) -> FeedHealth:
    """How a feed is doing. Pure."""
    state = _state(feed)
    is_asked = feed.ended_at is None or feed.wants_fresh
    return FeedHealth(
        feed_id=feed.id,
        title=feed.title or feed.url,
        url=feed.url,
        kind=FeedKind(feed.kind),
        state=state,
        sentence=_sentence(feed, state, now=now),
        last_success_at=last_success(feed, now=now),
        last_change_at=feed.last_change_at,
        items_seen=feed.items_seen,
        next_look_at=max(feed.next_poll_at, now) if is_asked else None,
        failing_since_at=feed.failing_since_at,
        remark=feed.remark,
    )


def last_success(feed: Feed, *, now: datetime) -> datetime | None:
    """When a feed answered last.

    The answer that nothing is new is not written down: while a feed works, it is known from when it is to be
    asked next, less the pause that leads there.
    """
    known = feed.last_success_at
    if feed.failures or feed.ended_at is not None or known is None:
        return known
    return min(max(known, feed.next_poll_at - timedelta(seconds=feed.asked_every)), max(known, now))


def tell_editors(session: Session, *, now: datetime) -> None:
    """Write to all editors about each feed that has ended or been broken for a day; once, until it works again."""
    is_long = Feed.failing_since_at <= now - defaults.FEED_TROUBLE_AFTER
    query = select(Feed).where(Feed.told_at.is_(None), or_(Feed.ended_at.is_not(None), is_long))
    # Two sweeps may run at once: each feed is told of by one of them.
    feeds = list(session.scalars(query.with_for_update(skip_locked=True)))
    editors = list(session.scalars(select(Editor.id).order_by(Editor.id))) if feeds else []
    if not editors:
        return  # whoever comes first still hears of it
    for feed in feeds:
        recipients = [Recipient(editor_id=editor_id, feed_id=feed.id) for editor_id in editors]
        queue_mails(session, MailKind.FEED_TROUBLE, recipients, now=now)
        feed.told_at = now


def _state(feed: Feed) -> FeedState:
    if feed.ended_at is not None:
        return FeedState.ENDED
    if feed.failures:
        return FeedState.TROUBLE
    return FeedState.NEW if feed.last_change_at is None else FeedState.FINE


def _sentence(feed: Feed, state: FeedState, *, now: datetime) -> str:
    match state:
        case FeedState.ENDED | FeedState.TROUBLE:
            return feed.trouble or "It could not be read. We try again by ourselves."
        case FeedState.NEW | FeedState.FINE if feed.items_seen == 0:
            return "It answers, but holds no article. Look at its address in a browser if that surprises you."
        case FeedState.NEW:
            return "Nothing new has come since it was connected. What was in it then is never mailed."
        case FeedState.FINE:
            return _about_a_silence(feed.last_change_at or feed.connected_at, now=now)


def _about_a_silence(since: datetime, *, now: datetime) -> str:
    if now - since < _SILENT:
        return "It works."
    days = counted((now - since).days, "day")
    return f"It answers, but nothing in it has changed for {days}. Look whether the site still fills it."
