"""When a mail is tried again: pure functions of its history and `now`."""

from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.kinds import Policy

_FIRST_PAUSES: Final = tuple(timedelta(minutes=m) for m in (5, 10, 20, 40, 60))
_LATER_PAUSE: Final = timedelta(minutes=63.5)
_JITTER: Final = 0.2
_RELAY_FIRST_PAUSE: Final = timedelta(seconds=2)
_RELAY_LONGEST_PAUSE: Final = timedelta(seconds=60)


def next_attempt(
    policy: Policy, *, created_at: datetime, deferrals: int, now: datetime, chance: float
) -> datetime | None:
    """The instant of the next attempt after `deferrals` deferrals (1 or more), or None to give up.

    After 5, 10, 20, 40, 60 minutes, then about every hour, each ± 20 % by `chance` (0 to 1), so
    that mails deferred together do not come back together; within the kind's lifetime.
    """
    step = _FIRST_PAUSES[deferrals - 1] if deferrals <= len(_FIRST_PAUSES) else _LATER_PAUSE
    due = now + step * (1 + _JITTER * (2 * chance - 1))
    return due if due <= created_at + policy.lifetime else None


def relay_pause(failures: int) -> timedelta:
    """How long a relay that took no mail is left alone after `failures` failures in a row."""
    doublings: int = 2 ** min(max(failures - 1, 0), 10)
    return min(_RELAY_FIRST_PAUSE * doublings, _RELAY_LONGEST_PAUSE)
