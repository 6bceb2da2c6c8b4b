"""Calendar rules in a named zone: when the next digest is due. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.catalogue.blackouts import NO_BLACKOUTS, Blackouts, OnBlackout
from newsletter.subscriptions.subscribers import Cadence

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_FURTHEST_MOVE: Final = 6  # days; so the runs of a week stay in their order


@dataclass(frozen=True, slots=True)
class Rule:
    """Every day, every week on a weekday (Monday is 0) or every month on a day, at an hour in a named zone.

    A month that is shorter than `month_day` has its run on its last day. On a blackout date there is no run; one that
    is not daily may be moved to the last day before it, or the first one after it.
    """

    cadence: Cadence
    weekday: int
    hour: int
    zone: str
    month_day: int = 1
    blackouts: Blackouts = NO_BLACKOUTS
    on_blackout: OnBlackout = OnBlackout.SKIP


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a rule: the local calendar date it belongs to, moved or not, and the instant (UTC)."""

    local_date: date
    at: datetime


def next_occurrence(rule: Rule, after: datetime) -> Occurrence:
    """The first run strictly after an instant that no blackout date leaves out."""
    while True:
        run = next_run(rule, after)
        if kept_free_by(rule, run.local_date) is None:
            return run
        after = run.at


def next_run(rule: Rule, after: datetime) -> Occurrence:
    """The first run strictly after an instant, also one that a blackout date leaves out."""
    day = after.astimezone(ZoneInfo(rule.zone)).date() - (1 + _FURTHEST_MOVE) * _DAY
    while True:
        at = instant_on(rule, day)
        if at is not None and at > after:
            return Occurrence(day, at)
        day += _DAY


def instant_on(rule: Rule, day: date) -> datetime | None:
    """When the run of a local date takes place; None where there is none."""
    return local_instant(moved(rule, day), rule.hour, rule.zone) if _falls_on(rule, day) else None


def moved(rule: Rule, day: date) -> date:
    """The day on which the digest of a date goes out; the same where it is not moved, or left out."""
    if rule.on_blackout is OnBlackout.SKIP or rule.cadence is Cadence.DAILY:
        return day
    step = -_DAY if rule.on_blackout is OnBlackout.BEFORE else _DAY
    tried = (day + place * step for place in range(1 + _FURTHEST_MOVE))
    return next((each for each in tried if rule.blackouts.name_on(each) is None), day)


def kept_free_by(rule: Rule, day: date) -> str | None:
    """The name of the blackout date that leaves the digest of a date out; None where it goes out."""
    return rule.blackouts.name_on(moved(rule, day))


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


def next_in_hours(hours: tuple[int, int], zone: str, at: datetime) -> datetime:
    """The instant itself where it lies between two local hours, or else the first one after it that does."""
    opens, closes = hours
    local = at.astimezone(ZoneInfo(zone))
    if opens <= local.hour < closes:
        return at
    day = local.date() if local.hour < opens else local.date() + _DAY
    return local_instant(day, opens, zone)


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
