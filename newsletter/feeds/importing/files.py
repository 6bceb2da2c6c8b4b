"""Articles in files: JSON as the API takes it, and Markdown with front matter."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from newsletter.errors import RefusedError
from newsletter.feeds.importing.front_matter import split_heading, split_matter
from newsletter.feeds.importing.submitted import Submitted, sentence_of

LARGEST_FILE: Final = 20_000_000
_MOST_ARTICLES: Final = 2_000
_NAMES: Final = {"image": "image_url", "published": "published_at", "date": "published_at", "embargo": "embargo_until"}
_LISTS: Final = frozenset({"topics", "categories"})
_INSTANTS: Final = frozenset({"published_at", "embargo_until"})


def submitted_in_json(content: bytes) -> list[Submitted]:
    """The article, or the list of articles, of a JSON file. Raises RefusedError with the first that is wrong."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"This is no JSON: {error}.") from None
    listed = said if isinstance(said, list) else [said]
    if len(listed) > _MOST_ARTICLES:
        raise RefusedError(f"There are more than {_MOST_ARTICLES:,} articles in it. Split it, and add the parts.")
    return [
        _checked(each, f"Article {at} of {len(listed)}: " if len(listed) > 1 else "")
        for at, each in enumerate(listed, start=1)
    ]


def submitted_in_markdown(content: bytes, *, url: str, zone: str) -> Submitted:
    """The article that a Markdown file is; a title missing from its front matter is its first heading.

    `url` stands in for one that the file does not name; dates without a zone are in `zone`. Raises RefusedError.
    """
    fields, text = split_matter(content.decode("utf-8-sig", errors="replace"))
    said: dict[str, Any] = {"url": url}
    for name, value in fields.items():
        said[_NAMES.get(name, name)] = value
    for name in _LISTS & said.keys():
        value = said[name]
        said[name] = value if isinstance(value, list) else [each.strip() for each in value.split(",") if each.strip()]
    for name in _INSTANTS & said.keys():
        said[name] = instant_of(str(said[name]), zone)
    if not said.get("title"):
        said["title"], text = split_heading(text)
    return _checked(said | {"markdown": text}, "")


def instant_of(written: str, zone: str) -> datetime:
    """A date, or date and time, as people write it; without a zone of its own it is in `zone`. Raises RefusedError."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise RefusedError(f"“{written[:50]}” is no date. Write it like 2026-11-27 or 2026-11-27 18:00.") from None
    local = at if at.tzinfo else datetime.combine(at.date(), time(at.hour, at.minute, at.second), ZoneInfo(zone))
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise RefusedError(f"“{written[:50]}” lies too far away. Write the date in which it is to appear.") from None


def _checked(said: Mapping[str, Any] | object, where: str) -> Submitted:
    try:
        return Submitted.model_validate(said)
    except ValidationError as error:
        raise RefusedError(f"{where}{sentence_of(error)}") from None
