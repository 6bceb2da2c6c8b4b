"""Dates as sitemaps, JSON feeds and most other feeds write them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_LONGEST: Final = 60


def instant_of(written: str) -> datetime | None:
    """The instant that ISO 8601 or a mail's date names, in UTC where no zone is given; None for what is no date."""
    text = written.strip()
    if not text or len(text) > _LONGEST:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    return None
