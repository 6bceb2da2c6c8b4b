"""When a page says that it was published."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from trafilatura.metadata import extract_metadata

from newsletter.feeds.extracting.markup import Element

_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_LONGEST: Final = 60
_ISO: Final = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_FORMAT: Final = "%Y-%m-%dT%H:%M:%S"
# Pages with more words than any article are not searched for a date in their text.
_MOST_SEARCHED: Final = 15_000


def instant(value: str) -> datetime | None:
    """An instant as pages write it, in UTC; a time without a zone is taken for UTC, a day for its first minute."""
    text = value.strip()[:_LONGEST]
    found = _iso(text) or _of_mails(text)
    return found if found is not None and _EARLIEST < found < _LATEST else None


def searched(tree: Element, url: str) -> datetime | None:
    """The date of publication that trafilatura finds in the address, the markup or the text of a page."""
    is_large = sum(1 for _each in tree.iter()) > _MOST_SEARCHED
    found = _searched(tree, url, is_extensive=not is_large)
    # Where the text has but a year, it is given as the year's first day.
    return _searched(tree, url, is_extensive=False) if found and (found.month, found.day) == (1, 1) else found


def _searched(tree: Element, url: str, *, is_extensive: bool) -> datetime | None:
    how = {"extensive_search": is_extensive, "original_date": True, "outputformat": _FORMAT}
    try:
        found = extract_metadata(tree, url or None, date_config=how).date
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError, RecursionError):
        return None  # it takes much for a date that is none
    return instant(found) if found else None


def _iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if found is None:
        return None
    year, month, day, clock, zone = found.groups()
    zone = "+00:00" if not zone or zone.upper() in {"Z", "UTC", "GMT"} else zone
    hours = (clock or "00:00").zfill(5)
    try:
        written = f"{year}-{int(month):02}-{int(day):02}T{hours}{zone}"
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _of_mails(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
