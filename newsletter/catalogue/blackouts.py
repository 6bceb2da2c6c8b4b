"""The days on which a newsletter sends no digest, as an editor writes them: one a line, with or without a year."""

import re
from calendar import month_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from newsletter.errors import RefusedError

MOST_DATES: Final = 300
_LEAP: Final = 2024  # any leap year: 29 February may be a blackout date of every year
_LONGEST_NAME: Final = 80
_MONTHS: Final = tuple(each.lower() for each in month_name[1:])
_WAYS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\S)"),
    re.compile(r"(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\S)"),
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?:\s?(?P<year>\d{4}))?(?!\S)"),
    re.compile(r"(?P<day>\d{1,2})\.?\s+(?P<named>[A-Za-z]{3,9})\.?(?:\s+(?P<year>\d{4}))?(?!\S)"),
)


class OnBlackout(StrEnum):
    """What becomes of a digest that is due on a blackout date."""

    SKIP = auto()
    BEFORE = auto()  # it goes out on the last day before that is none
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class Blackouts:
    """Blackout dates. Equal where the text is, which is how a newsletter keeps them."""

    text: str = ""
    once: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)
    yearly: Mapping[tuple[int, int], str] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )

    def name_on(self, day: date) -> str | None:
        """What keeps a day free, `24 December` where it has no name; None: it is not a blackout date."""
        name = self.once.get(day)
        if name is None:
            name = self.yearly.get((day.month, day.day))
        return name if name is None or name else f"{day.day} {day:%B}"


NO_BLACKOUTS: Final = Blackouts()


@lru_cache(maxsize=64)
def blackouts_of(text: str) -> Blackouts:
    """The dates that a text names, as `written` makes it."""
    once: dict[date, str] = {}
    yearly: dict[tuple[int, int], str] = {}
    for line in text.splitlines():
        year, day, name = _read(line)
        if year is None:
            yearly[day.month, day.day] = name
        else:
            once[day] = name
    return Blackouts(text, MappingProxyType(once), MappingProxyType(yearly))


def written(typed: str) -> str:
    """What somebody typed, as it is kept: ISO dates in their order, none twice. Raises RefusedError with the line.

    Read are `2026-12-24`, `12-24`, `24.12.2026`, `24.12.` and `24 December 2026`; a name may follow. Without a year
    a date is one of every year.
    """
    return in_lines(_read(line) for line in typed.splitlines() if line.strip())


def in_lines(dates: Iterable[tuple[int | None, date, str]]) -> str:
    """Dates (with None as the year: of every year) and their names, as they are kept. Raises RefusedError."""
    lines: dict[str, str] = {}
    for year, day, name in dates:
        key = f"{day:%m-%d}" if year is None else day.isoformat()
        lines[key] = " ".join(name.split())[:_LONGEST_NAME] or lines.get(key, "")
    if len(lines) > MOST_DATES:
        raise RefusedError(f"These are {len(lines)} dates; {MOST_DATES} can be kept. Leave out old ones.")
    # Those of every year first, then the others as they come.
    return "\n".join(f"{key} {lines[key]}".rstrip() for key in sorted(lines, key=lambda key: (len(key), key)))


def _month(named: str) -> int:
    """The number of a month that is written out, or begun: `Dec`; 0, which no date has, for any other word."""
    return next((number for number, each in enumerate(_MONTHS, 1) if each.startswith(named)), 0)


def _read(line: str) -> tuple[int | None, date, str]:
    line = line.strip()
    for way in _WAYS:
        found = way.match(line)
        if found is None:
            continue
        parts = found.groupdict()
        named = (parts.get("named") or "").lower()
        try:
            month = _month(named) if named else int(parts["month"])
            year = int(parts["year"]) if parts.get("year") else None
            return year, date(_LEAP if year is None else year, month, int(parts["day"])), line[found.end() :].strip()
        except ValueError:
            break
    raise RefusedError(f"“{line[:60]}” does not begin with a date. Write it like 2026-12-24 or 24 December.")
