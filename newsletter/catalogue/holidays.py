"""Public holidays from a calendar file (ICS, RFC 5545), as blackout dates."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Component, Event, vRecur
from recurring_ical_events import of as recurring_of  # type: ignore[import-untyped]  # the library ships no types

from newsletter.catalogue.blackouts import MOST_DATES, in_lines
from newsletter.errors import RefusedError

LARGEST_FILE: Final = 500_000
"""Bytes of a calendar file that is read at all."""

_TOO_LARGE: Final = "This calendar file holds too much. Take one with the public holidays of one country only."
_UNREADABLE: Final = "This calendar file cannot be read. Save it as .ics (iCalendar) and try again."
_AHEAD: Final = timedelta(days=5 * 366)  # rules that repeat for ever are written out for so long
_LONGEST: Final = 14  # days; school holidays and the like are no public holidays


def holidays_in(content: bytes, *, today: date) -> str:
    """The days of all whole-day events of a calendar file from today on, for five years, as blackout dates are kept.

    Raises RefusedError with what is wrong: no calendar, no whole-day event that is still to come, or too many.
    """
    if len(content) > LARGEST_FILE:
        raise RefusedError(_TOO_LARGE)
    if b"BEGIN:VCALENDAR" not in content.upper():
        raise RefusedError(_UNREADABLE)
    try:
        calendar = Calendar.from_ical(content)
        calendar.subcomponents = _holidays_of(calendar)
        events = recurring_of(calendar, components=["VEVENT"]).between(today, today + _AHEAD)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        # The library raises whatever a broken line leads it to.
        raise RefusedError(_UNREADABLE) from None
    days = [each for event in events for each in _days(event) if each[0] >= today]
    if not days:
        raise RefusedError("There is no whole day to come in this calendar, so nothing was taken from it.")
    return in_lines((day.year, day, name) for day, name in days)


def _holidays_of(calendar: Calendar) -> list[Component]:
    """The events that may be holidays: what repeats more often than once a year is none, and would take for ever.

    Raises RefusedError where so many repeat that their days could not be kept.
    """
    events = [each for each in calendar.walk("VEVENT") if not isinstance(each.decoded("DTSTART"), datetime)]
    repeating = [each for each in events if "RRULE" in each or "RDATE" in each]
    if len(repeating) > MOST_DATES:
        raise RefusedError(_TOO_LARGE)
    return [each for each in events if "RRULE" not in each or _is_yearly(each["RRULE"])]


def _is_yearly(rule: object) -> bool:
    return isinstance(rule, vRecur) and rule.get("FREQ") == ["YEARLY"] and len(rule.get("BYDAY", [])) <= 1


def _days(event: Event) -> Iterator[tuple[date, str]]:
    """The days of a whole-day event; nothing for one that is longer than a holiday."""
    length = max((event.end - event.start).days, 1)
    for place in range(length if length <= _LONGEST else 0):
        yield event.start + timedelta(days=place), str(event.get("SUMMARY", ""))
