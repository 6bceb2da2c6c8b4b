"""Public holidays from a calendar file (ICS, RFC 5545), as blackout dates."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar
from recurring_ical_events import of as recurring_of  # type: ignore[import-untyped]  # the library ships no types

from newsletter.catalogue.blackouts import in_lines
from newsletter.errors import RefusedError

LARGEST_FILE: Final = 1_000_000
"""Bytes of a calendar file that is read at all."""

_UNREADABLE: Final = "This calendar file cannot be read. Save it as .ics (iCalendar) and try again."
_AHEAD: Final = timedelta(days=5 * 366)  # rules that repeat for ever are written out for so long
_LONGEST: Final = 14  # days; school holidays and the like are no public holidays


def holidays_in(content: bytes, *, today: date) -> str:
    """The days of all whole-day events of a calendar file from today on, for five years, as blackout dates are kept.

    Raises RefusedError with what is wrong: no calendar, no whole-day event that is still to come, or too many.
    """
    if len(content) > LARGEST_FILE:
        raise RefusedError("This calendar file is larger than 1 MB. Take one that holds public holidays only.")
    if b"BEGIN:VCALENDAR" not in content.upper():
        raise RefusedError(_UNREADABLE)
    try:
        calendar = Calendar.from_ical(content)
        events = recurring_of(calendar, components=["VEVENT"]).between(today, today + _AHEAD)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, UnicodeDecodeError):
        # The library raises whatever a broken line leads it to.
        raise RefusedError(
            "This is no calendar file that can be read. Save it as .ics (iCalendar) and try again."
        ) from None
    days = [each for event in events for each in _days(event)]
    if not days:
        raise RefusedError("There is no whole day to come in this calendar, so nothing was taken from it.")
    return in_lines((day.year, day, name) for day, name in days if day >= today)


def _days(event: object) -> Iterator[tuple[date, str]]:
    """The days of a whole-day event; nothing for one that has an hour, or is longer than a holiday."""
    start, end = getattr(event, "start", None), getattr(event, "end", None)
    if not isinstance(start, date) or isinstance(start, datetime) or not isinstance(end, date):
        return
    length = max((end - start).days, 1)
    if length > _LONGEST:
        return
    name = str(event.get("SUMMARY", "")) if hasattr(event, "get") else ""
    for place in range(length):
        yield start + timedelta(days=place), name
