"""When a feed is asked again. Pure.

A feed that answers is asked the oftener the more lately it changed: every five minutes for two days after
a change, so that a paper which appears daily is never kept waiting; then at every step less often, yet at least every
half hour while its last change is within a week; only a sleepy feed waits longer, three hours at most. There are
few steps, so that the pause of a feed seldom changes and need seldom be written.

A feed that fails is asked ever later, and never before the pause is over that its site asks for.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from config import defaults

LONGEST_PAUSE: Final = timedelta(hours=6)
LONGEST_PAUSE_ASKED_FOR: Final = timedelta(hours=24)
RECENT: Final = timedelta(minutes=3)
"""A look that is not longer ago than this need not be repeated before a cutoff."""

_STEPS: Final = (  # how long ago the last change is, and the pause until then
    (timedelta(days=2), defaults.POLL_INTERVAL),
    (timedelta(days=3), timedelta(minutes=10)),
    (timedelta(days=5), timedelta(minutes=15)),
    (timedelta(days=7), timedelta(minutes=30)),
    (timedelta(days=21), timedelta(hours=1)),
    (timedelta(days=60), timedelta(hours=2)),
)
_MOST_DOUBLINGS: Final = 10
_LONGEST_NUMBER: Final = 9
_A_MOMENT: Final = timedelta(seconds=1)


def pause_after_success(changed_at: datetime, now: datetime) -> timedelta:
    """How long a feed that answers is left alone; it last changed, or was connected, at `changed_at`."""
    since = now - changed_at
    return next((pause for within, pause in _STEPS if since <= within), defaults.LONGEST_POLL_INTERVAL)


def own_pause(failures: int) -> timedelta:
    """How long a feed that has failed so often in a row is left alone, when its site asks for nothing."""
    pause: timedelta = defaults.POLL_INTERVAL * (1 << min(max(failures, 1) - 1, _MOST_DOUBLINGS))
    return min(pause, LONGEST_PAUSE)


def pause_after_failure(failures: int, retry_after: str | None, now: datetime) -> timedelta:
    """The same, where the site may have said in Retry-After when it wants to see us again.

    Such a pause is a moment longer than any of ours, so that `waits_as_asked` can tell it.
    """
    asked = _asked_for(retry_after, now)
    if asked <= timedelta(0):
        return own_pause(failures)
    return max(own_pause(failures), min(asked, LONGEST_PAUSE_ASKED_FOR)) + _A_MOMENT


def waits_as_asked(failures: int, asked_every: int) -> bool:
    """Whether the pause of a feed, in seconds, is one that its site asked for: then nobody cuts it short."""
    return failures > 0 and timedelta(seconds=asked_every) > own_pause(failures)


def _asked_for(retry_after: str | None, now: datetime) -> timedelta:
    """The pause that a site asks for in Retry-After, as seconds or as a date."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:_LONGEST_NUMBER]))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return timedelta(0)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
