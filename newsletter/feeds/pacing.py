"""When a feed is asked again. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from config import defaults

LONGEST_PAUSE: Final = timedelta(hours=6)
LONGEST_PAUSE_ASKED_FOR: Final = timedelta(hours=24)
PAUSE_WHEN_GONE: Final = timedelta(days=7)
_MOST_DOUBLINGS: Final = 10
_LONGEST_NUMBER: Final = 9


def after_success(now: datetime) -> datetime:
    """The next look at a feed that answers."""
    return now + defaults.POLL_INTERVAL


def after_failure(failures: int, retry_after: str | None, now: datetime) -> datetime:
    """The next look at a feed that has failed so often in a row: each time later, and never before it asks us to."""
    pause: timedelta = defaults.POLL_INTERVAL * (1 << min(max(failures, 1) - 1, _MOST_DOUBLINGS))
    return now + max(min(pause, LONGEST_PAUSE), min(_asked_for(retry_after, now), LONGEST_PAUSE_ASKED_FOR))


def when_gone(now: datetime) -> datetime:
    """The next look at a feed that has ended: seldom, in case that was a mistake."""
    return now + PAUSE_WHEN_GONE


def _asked_for(retry_after: str | None, now: datetime) -> timedelta:
    """The pause that a site asks for in Retry-After, as seconds or as a date."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:_LONGEST_NUMBER]))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
