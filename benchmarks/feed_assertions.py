"""What the cases of a public test suite assert of the feeds they are: `Expect: entries[0]['title'] == 'Ice'`.

Read as data, never run. Of an expression only those parts count that name a field which we have too, and say that
it is equal to something.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from benchmarks.feed_differences import BASE_URL, Value
from benchmarks.feed_fields import instant
from newsletter.feeds.sanitizing import line

_EXPECTED: Final = re.compile(r"Expect:[ \t]*(.*?)[ \t]*(?:-->|\r?\n|$)")
# The names that feedparser has for what we have, by its own path without numbers.
_ENTRY: Final = {
    **dict.fromkeys(["id", "guid"], "guid"),
    "link": "link",
    **dict.fromkeys(["title", "title_detail value"], "title"),
    **dict.fromkeys(["summary", "description", "summary_detail value", "content value"], "text"),
    **dict.fromkeys(["author", "author_detail name", "authors name"], "author"),
    **dict.fromkeys(["published_parsed", "issued_parsed", "created_parsed"], "published"),
    **dict.fromkeys(["updated_parsed", "modified_parsed"], "updated"),
    **dict.fromkeys(["category", "tags term", "tags label"], "topics"),
    **dict.fromkeys(["title_detail language", "summary_detail language", "content language"], "language"),
    **dict.fromkeys(["media_thumbnail url", "media_content url"], "image"),
}
_FEED: Final = {
    **dict.fromkeys(["title", "title_detail value"], "title"),
    "link": "link",
    "language": "language",
    **dict.fromkeys(["image href", "image url", "logo", "icon"], "image"),
}


@dataclass(frozen=True, slots=True)
class Assertion:
    """One field that a case says the value of."""

    path: tuple[str | int, ...]  # in feedparser's result, such as ("entries", 0, "title")
    field: str  # as we call it
    value: Any

    @property
    def entry(self) -> int | None:
        """The number of the entry; None for a field of the feed itself."""
        return int(self.path[1]) if self.path[0] == "entries" else None

    def holds_for(self, result: Mapping[str, Any]) -> bool:
        """Whether feedparser's result says so."""
        found: Any = result
        try:
            for step in self.path:
                found = found[step]
        except (LookupError, TypeError):
            return False
        return bool(found == self.value)

    def as_value(self) -> Value:
        """What is asserted, in the form in which fields are compared."""
        if self.field in {"published", "updated"}:
            return Value(instant(self.value))
        shown = line(self.value)
        is_marked_up = self.field in {"title", "text", "topics"}
        is_address = self.field == "image" or (self.field == "link" and self.entry is None)
        return Value(urljoin(BASE_URL, shown) if is_address else shown, shown if is_marked_up else "")


def assertions_in(text: str) -> list[Assertion]:
    """What a case asserts of fields that we have."""
    expected = _EXPECTED.search(text)
    try:
        tree = ast.parse(expected[1] if expected else "", mode="eval").body
    except SyntaxError:
        return []
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return [found for part in parts if (found := _assertion(part)) is not None]


def _assertion(part: ast.expr) -> Assertion | None:
    if not (isinstance(part, ast.Compare) and len(part.ops) == 1 and isinstance(part.ops[0], ast.Eq)):
        return None
    path = _path(part.left)
    field = _field(path)
    try:
        value = ast.literal_eval(part.comparators[0])
    except ValueError:
        return None
    return Assertion(path, field, value) if field and isinstance(value, (str, tuple)) and value else None


def _path(expression: ast.expr) -> tuple[str | int, ...]:
    """The steps of `entries[0]['title']`; empty where it is anything else."""
    steps: list[str | int] = []  # from the last to the first
    while not isinstance(expression, ast.Name):
        if isinstance(expression, ast.Attribute):
            steps.append(expression.attr)
        elif isinstance(expression, ast.Subscript) and isinstance(expression.slice, ast.Constant):
            step = expression.slice.value
            steps.append(step if isinstance(step, int) else str(step))
        else:
            return ()
        expression = expression.value
    return (expression.id, *reversed(steps))


def _field(path: tuple[str | int, ...]) -> str:
    """Our name for what a path leads to; empty where we have no such thing."""
    names = " ".join(step for step in path[1:] if isinstance(step, str))
    match path:
        case ("entries", int(), *_):
            return _ENTRY.get(names, "")
        case ("feed", *_):
            return _FEED.get(names, "")
    return ""
