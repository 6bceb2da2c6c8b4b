"""Articles in files: JSON as the API takes it, and Markdown with front matter."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from newsletter.errors import RefusedError
from newsletter.feeds.importing.front_matter import split_heading, split_matter
from newsletter.feeds.importing.instants import instant_of
from newsletter.feeds.importing.plain_words import sentence_of
from newsletter.feeds.importing.submitted import Submitted

LARGEST_FILE: Final = 20_000_000
_MOST_ARTICLES: Final = 2_000
_NAMES: Final = {
    "image": "image_url",
    "published": "published_at",
    "date": "published_at",
    "embargo": "embargo_until",
    "description": "summary",
    "excerpt": "summary",
    "tags": "categories",
    "lang": "language",
    "draft": "hold",
}
"""What site generators and people call our fields."""

_LISTS: Final = frozenset({"topics", "categories"})
_YES: Final = {"true": True, "yes": True, "false": False, "no": False}
_INSTANTS: Final = frozenset({"published_at", "embargo_until"})


def submitted_in_json(content: bytes) -> list[Submitted]:
    """The article, or the list of articles, of a JSON file. Raises RefusedError with the first that is wrong."""
    try:
        said = json.loads(content)
    except json.JSONDecodeError as error:
        raise RefusedError(
            f"This is no JSON: something is wrong in line {error.lineno}, column {error.colno}."
        ) from None
    except (ValueError, RecursionError):
        raise RefusedError("This is no JSON that can be read. Save it as UTF-8, with articles in braces.") from None
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
    if b"\0" in content:
        raise RefusedError("This is no text. Articles in Markdown are text files in UTF-8.")
    fields, text = split_matter(content.decode("utf-8-sig", errors="replace"))
    said: dict[str, Any] = {"url": url}
    for name, value in fields.items():
        said[_NAMES.get(name, name)] = value
    for name in _LISTS & said.keys():
        value = said[name]
        said[name] = value if isinstance(value, list) else [each.strip() for each in value.split(",") if each.strip()]
    for name in _INSTANTS & said.keys():
        said[name] = instant_of(str(said[name]), zone)
    if isinstance(said.get("hold"), str):
        said["hold"] = _YES.get(said["hold"].lower(), said["hold"])
    if not said.get("title"):
        said["title"], text = split_heading(text)
    if not said["title"]:
        raise RefusedError("The article has no title. Begin the file with a line like “# The title”.")
    return _checked(said | {"markdown": text}, "")


def _checked(said: Mapping[str, Any] | object, where: str) -> Submitted:
    try:
        return Submitted.model_validate(said)
    except ValidationError as error:
        raise RefusedError(f"{where}{sentence_of(error)}") from None
