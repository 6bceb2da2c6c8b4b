"""Dates as people write them, in feeds that do not keep to any standard: `12 mars 2014 10:00`, `12.03.2014`."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_LONGEST: Final = 60
# How the names of each month begin in the languages around us, January first.
_BEGINNINGS: Final = (
    "jan gen ene янв sty led",
    "feb fév fev фев lut",
    "mar mär mrt maa мар",
    "apr avr abr апр kwi",
    "may mai mag mei maj май мая",
    "jun juin giu июн cze",
    "jul juil lug июл lip",
    "aug aoû aou ago авг sie",
    "sep set сен wrz",
    "oct okt ott out окт paź",
    "nov ноя",
    "dec dez déc dic дек gru",
)
_MONTHS: Final = {name: at for at, names in enumerate(_BEGINNINGS, start=1) for name in names.split()}
_CLOCK: Final = (
    r"(?:\D{1,8}?(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,3}([ap]m\b)?)?(?:\s{0,3}(?:gmt|utc)?([+-]\d{2}):?(\d{2})\b)?"
)
_DAY_FIRST: Final = re.compile(
    r"(?:^|\s)(\d{1,2})\.?\s+(?:de\s+)?([^\W\d_]{3,20})\.?,?\s+(?:de\s+)?(\d{4})\b" + _CLOCK, re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(r"(?:^|\s)([^\W\d_]{3,20})\.?\s+(\d{1,2}),?\s+(\d{4})\b" + _CLOCK, re.IGNORECASE)
# Numbers with slashes have the month first here and the day first there, and are no date.
_IN_NUMBERS: Final = re.compile(r"(?:^|\s)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b" + _CLOCK, re.IGNORECASE)
_IN_SIGNS: Final = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]" + _CLOCK)
_SECONDS: Final = re.compile(r"\d{9,10}")


def instant_in_words(written: str) -> datetime | None:
    """The instant that somebody wrote, in UTC where no zone is given; None for what is no date."""
    text = written.strip()
    if len(text) > _LONGEST:
        return None
    if found := _DAY_FIRST.search(text):
        return _instant(found, found[3], _month(found[2]), found[1])
    if found := _MONTH_FIRST.search(text):
        return _instant(found, found[3], _month(found[1]), found[2])
    if found := _IN_NUMBERS.search(text):
        return _instant(found, found[3], int(found[2]), found[1])
    return instant_unmistakable(text)


def instant_unmistakable(written: str) -> datetime | None:
    """The instant of seconds since 1970, or of a date in Chinese, Japanese or Korean; None for any other."""
    if _SECONDS.fullmatch(written):
        return datetime.fromtimestamp(int(written), UTC)
    found = _IN_SIGNS.search(written[:_LONGEST])
    return _instant(found, found[1], int(found[2]), found[3]) if found else None


def _month(name: str) -> int:
    """1 to 12; 0 for a word that is no month."""
    name = name.casefold()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) or 0


def _instant(found: re.Match[str], year: str, month: int, day: str) -> datetime | None:
    hours, minutes, seconds, half, zone, zone_minutes = found.groups()[3:]
    try:
        hour = int(hours or 0)
        if half:
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
        clock = timedelta(hours=hour, minutes=int(minutes or 0), seconds=min(int(seconds or 0), 59))
        east = timedelta(hours=int(zone or 0), minutes=int(f"{(zone or '+')[0]}{zone_minutes or 0}"))
        return (datetime(int(year), month, int(day), tzinfo=timezone(east)) + clock).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
