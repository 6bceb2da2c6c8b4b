"""How English says dates, hours, zones, lists and numbers. Pure; other languages get their place here later."""

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Final

_HOURS: Final = (
    *("midnight", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("noon", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
)
_NOON: Final = 12
_EVENING: Final = 18
_HALVES: Final = frozenset({0, _NOON})


def long_date(day: date) -> str:
    """`Friday 4 December`."""
    return f"{calendar.day_name[day.weekday()]} {day.day} {calendar.month_name[day.month]}"


def day_and_year(day: date) -> str:
    """`4 December 2026`."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def hour_in_words(hour: int) -> str:
    """An hour from 0 to 23 as people say it: `seven in the morning`, `noon`."""
    if hour in _HALVES:
        return _HOURS[hour]
    if hour < _NOON:
        return f"{_HOURS[hour]} in the morning"
    return f"{_HOURS[hour]} in the {'afternoon' if hour < _EVENING else 'evening'}"


def zone_in_words(zone: str) -> str:
    """A named zone by its town: `Berlin time` for `Europe/Berlin`; `UTC` stays what it is."""
    town = zone.rpartition("/")[2].replace("_", " ")
    return "UTC" if town in {"UTC", "Etc", "GMT"} else f"{town} time"


def joined(words: Sequence[str]) -> str:
    """`science, technology and AI`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 article`, `4,812 articles`; the plural takes an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters; a longer one ends at a word, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: max(most - 1, 0)]
    at_word, space, _rest = cut.rpartition(" ")
    # A script without spaces is cut anywhere.
    return (at_word if space and len(at_word) > most // 2 else cut).rstrip(" ,;:.–—-…") + "…"
