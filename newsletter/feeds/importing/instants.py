"""Dates that people and programs hand in. Pure."""

import re
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.errors import RefusedError

_YEARS: Final = range(1900, 9999)
# A bare number would count as seconds since 1970 where only a date makes sense.
_WRITTEN: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d.*)?", re.DOTALL)
TOO_FAR: Final = "This date lies too far away. Give one in the years that people live in."


def in_reach(at: datetime) -> datetime:
    """The instant in UTC. Raises ValueError with a sentence for one that no zone could show."""
    try:
        there = at.astimezone(UTC)
    except OverflowError:
        raise ValueError(TOO_FAR) from None
    if there.year not in _YEARS:
        raise ValueError(TOO_FAR)
    return there


def as_written(value: object) -> object:
    """An instant, or one that is written as a date; raises ValueError with a sentence for anything else."""
    if value is None or isinstance(value, datetime) or (isinstance(value, str) and _WRITTEN.fullmatch(value.strip())):
        return value
    raise ValueError("This is no date. Give one like 2026-11-27T18:00:00+01:00.")


def instant_of(written: str, zone: str) -> datetime:
    """A date, or date and time, as people write it; without a zone of its own it is in `zone`. Raises RefusedError."""
    shown = written.strip()[:50]
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise RefusedError(f"“{shown}” is no date. Write it like 2026-11-27 or 2026-11-27 18:00.") from None
    local = at if at.tzinfo else datetime.combine(at.date(), time(at.hour, at.minute, at.second), ZoneInfo(zone))
    try:
        return in_reach(local)
    except ValueError:
        raise RefusedError(f"“{shown}” lies too far away. Write the date in which it is to appear.") from None
