"""Calendar rules in a named zone: when the next digest is due. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.subscriptions.subscribers import Cadence

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Rule:
    """Every day, every week on a weekday (Monday is 0) or every month on a day, at an hour in a named zone.

    A month that is shorter than `month_day` has its run on its last day.
    """

    cadence: Cadence
    weekday: int
    hour: int
    zone: str
    month_day: int = 1


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a rule: its local calendar date, and the instant (UTC)."""

    local_date: date
    at: datetime


def next_occurrence(rule: Rule, after: datetime) -> Occurrence:
    """The first run strictly after an instant."""
    day = after.astimezone(ZoneInfo(rule.zone)).date() - _DAY
    while True:
        at = instant_on(rule, day)
        if at is not None and at > after:
            return Occurrence(day, at)
        day += _DAY


def instant_on(rule: Rule, day: date) -> datetime | None:
    """When a rule runs on a local date; None where it does not."""
    return local_instant(day, rule.hour, rule.zone) if _falls_on(rule, day) else None


def local_instant(day: date, hour: int, zone: str) -> datetime:
    """The instant of a local hour on a local date.

    An hour that the clocks skip means the next valid minute; one that occurs twice its first
    occurrence (`fold=0`, PEP 495).
    """
    local = datetime.combine(day, time(hour))
    tz = ZoneInfo(zone)
    # Where a whole day is skipped (Pacific/Apia, 30 December 2011) this walks a day at most.
    while not _exists(local, tz):
        local += _MINUTE
    return local.replace(tzinfo=tz).astimezone(UTC)


def _falls_on(rule: Rule, day: date) -> bool:
    match rule.cadence:
        case Cadence.DAILY:
            return True
        case Cadence.WEEKLY:
            return day.weekday() == rule.weekday % _WEEK
        case Cadence.MONTHLY:
            return day.day == min(rule.month_day, monthrange(day.year, day.month)[1])


def _exists(local: datetime, tz: ZoneInfo) -> bool:
    there = local.replace(tzinfo=tz)
    return there.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == local
