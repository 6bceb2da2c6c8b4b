"""A feed in XML as the texts of its entries and what stands around them, found without reading the XML.

It serves where a feed is too long to be read whole, or too damaged: its newest or its sound entries make a
feed of their own. Everything here takes time that grows with the length of the text only.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from newsletter.feeds.parsing.instants import instant_of
from newsletter.feeds.parsing.making import MOST_ITEMS
from newsletter.feeds.parsing.watching import MOST_PARTS

_ROOT: Final = re.compile(r"<((?:[A-Za-z_][\w.-]{0,60}:)?[A-Za-z_][\w.-]{0,60})(?=[\s>/])")
_OPENING: Final = re.compile(r"<[^<>]{1,20000}>")
_MARK: Final = re.compile(
    r"(?P<cdata><!\[CDATA\[)|(?P<comment><!--)|<(?P<end>/?)(?:[\w.-]{1,40}:)?(?P<name>item|entry|url|sitemap)(?=[\s>/])",
    re.IGNORECASE,
)
_DATE: Final = r"<(?:[\w.-]{1,40}:)?(?:%s)(?:\s[^<>]{0,200})?>\s{0,20}(?:<!\[CDATA\[)?\s{0,20}([^<\]]{4,60})"
_PUBLISHED: Final = re.compile(_DATE % "pubDate|published|publication_date|date|issued|created", re.IGNORECASE)
_UPDATED: Final = re.compile(_DATE % "updated|modified|lastmod", re.IGNORECASE)
_KINDS: Final = (("feed", "entry"), ("urlset", "url"), ("sitemapindex", "sitemap"))
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Segments:
    """What stands before the entries, each entry, and what stands after them."""

    head: str
    entries: tuple[str, ...]
    tail: str
    is_cut_off: bool

    def with_entries(self, entries: Iterable[str]) -> str:
        """The same feed with other entries."""
        return "".join((self.head, *entries, self.tail))


def root_in(text: str, at: int) -> str:
    """The name of the element that begins at a place of a text, with its prefix; empty where there is none."""
    found = _ROOT.match(text, at)
    return found[1] if found else ""


def segmented(text: str) -> Segments:
    """The entries of a text that begins with its root; one that has no end reaches to the next, or is left out."""
    root = root_in(text, 0)
    kind = next((name for ending, name in _KINDS if root.lower().endswith(ending)), "item")
    places = list(_places(text, kind))
    first = places[0][0] if places else len(text)
    rest = text[places[-1][1] :] if places else ""
    is_cut_off = f"</{root}" not in rest
    closing = f"</channel></{root}>" if root.lower() == "rss" else f"</{root}>"
    entries = tuple(text[start:end] for start, end in places)
    return Segments(text[:first], entries, closing if is_cut_off else rest, is_cut_off)


def bare(parts: Segments) -> Segments:
    """The same entries within nothing but the root, for a head that is damaged."""
    root = root_in(parts.head, 0)
    opening = _OPENING.match(parts.head)
    channel = root.lower() == "rss"
    head = (opening[0] if opening else f"<{root}>") + ("<channel>" if channel else "")
    return Segments(head, parts.entries, f"</channel></{root}>" if channel else f"</{root}>", parts.is_cut_off)


def newest_segments(entries: Sequence[str]) -> list[str]:
    """The newest entries, at most 2,000 and no more than can be read, in their order; those without a date are new."""
    order = sorted(range(len(entries)), key=lambda at: _date_of(entries[at]), reverse=True)
    chosen: list[int] = []
    tags = 0
    for at in order[:MOST_ITEMS]:
        tags += entries[at].count("<")
        if tags > MOST_PARTS and chosen:
            break
        chosen.append(at)
    return [entries[at] for at in sorted(chosen)]


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """From where to where each entry reaches."""
    at, start = 0, -1
    while found := _MARK.search(text, at):
        at = found.end()
        if found["cdata"] or found["comment"]:
            end = text.find("]]>" if found["cdata"] else "-->", at)
            if end < 0:
                return  # all that follows is part of it
            at = end
        elif found["name"].lower() != name:
            continue
        elif found["end"]:
            close = text.find(">", at)
            if close < 0:
                return
            if start >= 0:
                yield start, close + 1
            at, start = close + 1, -1
        else:
            if start >= 0:
                yield start, found.start()
            start = found.start()


def _date_of(entry: str) -> datetime:
    found = _PUBLISHED.search(entry) or _UPDATED.search(entry)
    return (instant_of(found[1]) if found else None) or _LATEST
