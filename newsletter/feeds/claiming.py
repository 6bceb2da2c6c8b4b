"""Claiming the feeds that are due, so that no two workers ask one at the same time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from newsletter.feeds import pacing
from newsletter.feeds.articles import Feed, FeedKind
from newsletter.feeds.asking import NO_MARKS, Marks
from newsletter.feeds.health import last_success


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a feed that has been claimed: what is asked, and how the feed was doing before."""

    feed_id: int
    url: str
    kind: FeedKind
    marks: Marks
    past_caches: bool
    due_at: datetime
    is_healthy: bool  # the answer that nothing is new changes nothing then
    last_success_at: datetime | None


def is_any_due(session: Session, *, now: datetime) -> bool:
    """Whether a feed is to be asked now."""
    return session.scalar(select(Feed.id).where(_is_due(now)).limit(1)) is not None


def claim_due(session: Session, *, now: datetime, most: int) -> list[Look]:
    """Take the feeds that are to be asked now, those that wait longest first.

    Their next look is put off at once: a second worker passes them over, and a feed that ends a worker does not
    end the next one too.
    """
    query = select(Feed).where(_is_due(now)).order_by(Feed.next_poll_at, Feed.id).limit(most)
    return _claimed(session, list(session.scalars(query.with_for_update(skip_locked=True))), now=now)


def claim_one(session: Session, feed_id: int, *, now: datetime, only_due: bool = False) -> Look | None:
    """Take one feed; None where it is not there, or somebody has just taken it and only a due one is wanted."""
    query = select(Feed).where(Feed.id == feed_id).with_for_update()
    looks = _claimed(session, session.scalars(query.where(_is_due(now)) if only_due else query).all(), now=now)
    return looks[0] if looks else None


def give_back(session: Session, looks: Iterable[Look]) -> None:
    """Let feeds be due again that were claimed and then not asked."""
    rows = [{"feed_id": look.feed_id, "due_at": look.due_at} for look in looks]
    if rows:
        one = update(Feed).where(Feed.id == bindparam("feed_id")).values(next_poll_at=bindparam("due_at"))
        session.connection().execute(one, rows)  # as it stands: a feed may have been removed meanwhile


def wake(session: Session, newsletter_id: int, *, now: datetime) -> None:
    """Let the feeds of a newsletter be asked at once, since an edition is about to close.

    Left alone are those that have ended, whose site asks for a pause, or that were asked a moment ago, so that
    this may be called again and again.
    """
    query = select(Feed.id, Feed.next_poll_at, Feed.asked_every, Feed.failures)
    query = query.where(Feed.newsletter_id == newsletter_id, Feed.ended_at.is_(None), Feed.next_poll_at > now)
    ids = [
        feed_id
        # One that is locked is just being stored; waiting for it could tie a knot with those who wait for us.
        for feed_id, next_poll_at, asked_every, failures in session.execute(query.with_for_update(skip_locked=True))
        if next_poll_at - timedelta(seconds=asked_every) < now - pacing.RECENT
        and not pacing.waits_as_asked(failures, asked_every)
    ]
    if ids:
        session.execute(update(Feed).where(Feed.id.in_(ids)).values(next_poll_at=now))


def pause_of(feed: Feed, *, now: datetime) -> timedelta:
    """How long a feed that answers is left alone now."""
    return pacing.pause_after_success(feed.last_change_at or feed.connected_at, now)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """A feed that has ended is asked only when an editor wants it."""
    return and_(Feed.next_poll_at <= now, or_(Feed.ended_at.is_(None), Feed.wants_fresh))


def _claimed(session: Session, feeds: Sequence[Feed], *, now: datetime) -> list[Look]:
    looks = [_look(feed, now=now) for feed in feeds]
    by_pause: dict[tuple[timedelta, bool], list[int]] = defaultdict(list)
    for feed in feeds:
        pause = pacing.own_pause(feed.failures) if feed.failures else pause_of(feed, now=now)
        by_pause[pause, feed.asked_every == pause.total_seconds()].append(feed.id)
    for (pause, is_as_before), ids in by_pause.items():
        values: dict[str, object] = {"next_poll_at": now + pause}
        if not is_as_before:
            values["asked_every"] = int(pause.total_seconds())
        session.execute(
            update(Feed).where(Feed.id.in_(ids)).values(values).execution_options(synchronize_session=False)
        )
    return looks


def _look(feed: Feed, *, now: datetime) -> Look:
    return Look(
        feed_id=feed.id,
        url=feed.url,
        kind=FeedKind(feed.kind),
        marks=NO_MARKS if feed.wants_fresh else Marks(feed.etag, feed.last_modified),
        past_caches=feed.wants_fresh,
        due_at=feed.next_poll_at,
        is_healthy=not (feed.failures or feed.ended_at or feed.wants_fresh),
        last_success_at=last_success(feed, now=now),
    )
