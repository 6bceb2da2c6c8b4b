"""WebSub: a feed's hub is asked to tell us of news at once (https://www.w3.org/TR/websub/).

A push is a doorbell: the feed is asked past all caches then, by the code that polls it. Polling goes on
beside it, so that a hub which forgets us costs minutes and nothing else.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.feeds.articles import Feed, FeedPush
from newsletter.feeds.fetching.fetcher import Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import fetch_again

RENEWED_EVERY: Final = timedelta(days=1)
_TRIED_AGAIN: Final = timedelta(hours=1)
_LEASE: Final = timedelta(days=10)  # what is asked for; see ADR 13
_MOST_AT_ONCE: Final = 50
# The methods that WebSub names. The first is weak, and still what many hubs use.
_METHODS: Final = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}

Spell: TypeAlias = Callable[[int, str], str]
"""From a feed's id and the nonce of its push to an address or a secret."""


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a hub is to be asked now."""
    return session.scalar(select(FeedPush.feed_id).where(FeedPush.renew_at <= now).limit(1)) is not None


def renew_due(database: Database, intake: Intake, clock: Clock, *, callback: Spell, secret: Spell) -> int:
    """Ask the hubs of all feeds whose turn it is to tell us of news; how many took it."""
    taken = 0
    with database.write() as session:
        query = select(FeedPush).where(FeedPush.renew_at <= clock.now()).order_by(FeedPush.renew_at)
        pushes = session.scalars(query.limit(_MOST_AT_ONCE).with_for_update(skip_locked=True)).all()
        for push in pushes:
            push.renew_at = clock.now() + RENEWED_EVERY
    for push in pushes:
        form = {
            "hub.mode": "subscribe",
            "hub.topic": push.topic_url,
            "hub.callback": callback(push.feed_id, push.nonce),
            "hub.secret": secret(push.feed_id, push.nonce),
            "hub.lease_seconds": str(int(_LEASE.total_seconds())),
        }
        answer = intake.fetcher.post(push.hub_url, form)
        taken += _note(database, push.feed_id, answer.sentence if isinstance(answer, Unreachable) else None, clock)
    return taken


def is_wanted(push: FeedPush, mode: str, topic_url: str) -> bool:
    """Whether a hub's question is about something that we asked for. Pure: nothing is written for it."""
    return mode == "subscribe" and topic_url == push.topic_url


def take_push(session: Session, push: FeedPush, body: bytes, signature: str, secret: str, *, now: datetime) -> bool:
    """A hub says that there is news: the feed is asked at once. False where the hub has not signed it rightly."""
    if not is_signed(body, signature, secret):
        return False
    feed = session.get(Feed, push.feed_id)
    push.last_push_at = now
    if feed is not None and feed.ended_at is None:
        fetch_again(session, feed, now=now)
    return True


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `X-Hub-Signature` (method=hex) is of this body, compared in constant time."""
    method, _equals, given = signature.strip().partition("=")
    if method not in _METHODS or not given.isascii():
        return False
    expected = hmac.new(secret.encode(), body, _METHODS[method]).hexdigest()
    return hmac.compare_digest(expected, given.lower())


def _note(database: Database, feed_id: int, trouble: str | None, clock: Clock) -> bool:
    with database.write() as session:
        push = session.get(FeedPush, feed_id)
        if push is None:
            return False
        push.trouble = trouble
        if trouble is not None:
            push.renew_at = clock.now() + _TRIED_AGAIN
        else:
            push.lease_until_at = clock.now() + RENEWED_EVERY
        return trouble is None
