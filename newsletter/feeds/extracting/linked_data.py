"""What a page says of itself in JSON-LD (schema.org), however it is broken."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from newsletter.feeds.extracting.markup import Element
from newsletter.feeds.sanitizing import plain_text

_MOST_SCRIPTS: Final = 30
_LONGEST_SCRIPT: Final = 400_000
_MOST_NODES: Final = 4_000
_ARTICLES: Final = re.compile(
    r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review|ReviewNewsArticle|SocialMediaPosting|NewsStory)$"
)
_PUBLISHERS: Final = frozenset({"Organization", "NewsMediaOrganization", "WebSite", "Corporation", "Newspaper"})
_WRAPPING: Final = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*;?\s*$")
_COMMA_TOO_MANY: Final = re.compile(r",\s*([}\]])")
# Where nothing else reads it, what matters most is still found by its name.
_FIELD: Final = re.compile(r'"(headline|datePublished|inLanguage|articleBody)"\s*:\s*"((?:[^"\\\n]|\\.){1,200000})"')


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The nodes of all scripts of a page, and those of them that others refer to."""

    nodes: tuple[Mapping[str, Any], ...]
    by_id: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def article(self) -> Mapping[str, Any]:
        """The article that the page is about; empty where it names none."""
        articles = [node for node in self.nodes if any(_ARTICLES.match(kind) for kind in _kinds(node))]
        return next((node for node in articles if node.get("headline")), articles[0] if articles else {})

    @property
    def publisher(self) -> Mapping[str, Any]:
        """Who publishes it, or whose site it is; empty where nobody is named."""
        named = self._one(self.article.get("publisher"))
        if isinstance(named, Mapping) and named.get("name"):
            return named
        houses = [node for node in self.nodes if _PUBLISHERS.intersection(_kinds(node)) and node.get("name")]
        return next((node for node in houses if node.get("logo")), houses[0] if houses else {})

    def names(self, value: object) -> tuple[str, ...]:
        """The names of people or houses: given as texts, nodes, references, or lists of these."""
        found: list[str] = []
        for each in self._all(value):
            name = each.get("name") if isinstance(each, Mapping) else each
            found.extend(_text(part) for part in (name if isinstance(name, list) else [name]))
        return tuple(dict.fromkeys(name for name in found if name))

    def address(self, value: object) -> str:
        """The first address of a picture: given as text, node, reference, or a list of these."""
        for each in self._all(value):
            given = (each.get("contentUrl") or each.get("url")) if isinstance(each, Mapping) else each
            first = given[0] if isinstance(given, list) and given else given
            if isinstance(first, str) and first.strip():
                return first.strip()
        return ""

    def _all(self, value: object) -> Iterator[object]:
        for each in value[:50] if isinstance(value, list) else [value]:
            yield self._one(each)

    def _one(self, value: object) -> object:
        """A node for the reference to it."""
        if isinstance(value, Mapping) and isinstance(value.get("@id"), str) and len(value) <= 2:  # noqa: PLR2004 - with its type
            return self.by_id.get(value["@id"], value)
        return value


def linked_data(tree: Element) -> LinkedData:
    """The JSON-LD of a page. Never fails: what cannot be read is not there."""
    nodes: list[Mapping[str, Any]] = []
    for script in _scripts(tree):
        nodes.extend(_nodes(_read(script), _MOST_NODES - len(nodes)))
    # A reference has nothing but its id; the node itself says more.
    full = [node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2]  # noqa: PLR2004 - with its type
    return LinkedData(tuple(nodes), {node["@id"]: node for node in reversed(full)})


def text_of(value: object) -> str:
    """A text of JSON-LD as plain words; empty where it is none."""
    return _text(value[0] if isinstance(value, list) and value else value)


def _scripts(tree: Element) -> Iterator[str]:
    count = 0
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            count += 1
            if count > _MOST_SCRIPTS:
                return
            yield script.text[:_LONGEST_SCRIPT]


def _read(script: str) -> object:
    bare = _WRAPPING.sub("", script).strip().rstrip(";")
    for attempt in (bare, _COMMA_TOO_MANY.sub(r"\1", bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    fields = {name: _unescaped(value) for name, value in reversed(_FIELD.findall(bare))}
    return {"@type": "Article", **fields} if "headline" in fields else None


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _nodes(data: object, most: int) -> Iterator[Mapping[str, Any]]:
    """All nodes, the outer before the inner, without recursion."""
    waiting: list[object] = [data]
    found = 0
    while waiting and found < most:
        value = waiting.pop(0)
        if isinstance(value, Mapping):
            found += 1
            yield value
            waiting.extend(_nested(value.values(), most - len(waiting)))
        elif isinstance(value, list):
            waiting.extend(_nested(value, most - len(waiting)))


def _nested(values: Iterable[object], most: int) -> Sequence[object]:
    return [value for value in values if isinstance(value, Mapping | list)][: max(most, 0)]


def _kinds(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("@type")
    return [str(each).rpartition("/")[2] for each in (kind if isinstance(kind, list) else [kind])]


def _text(value: object) -> str:
    return plain_text(value) if isinstance(value, str) else ""
