"""Having feedparser read checked XML. What it stumbles over costs one entry, not the feed."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import feedparser

from newsletter.feeds.parsing.items import FeedError
from newsletter.feeds.parsing.segments import Segments, bare, segmented

# What odd attributes and addresses make it raise.
_STUMBLES: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_MOST_TRIES: Final = 300

Entry = Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """What feedparser has read: of the feed itself, of its entries, and how many it could not read."""

    channel: Mapping[str, Any]
    is_feed: bool
    entries: list[Entry] = field(default_factory=list)
    refused: int = 0


def read(text: str, url: str) -> Reading:
    """Read XML without its declaration, found at `url`. Raises FeedError where not even its frame can be read."""
    try:
        found = _parsed(text, url)
    except _STUMBLES:
        return _read_in_parts(segmented(text), url)
    return Reading(found["feed"], bool(found["version"]), list(found["entries"]))


def _read_in_parts(parts: Segments, url: str) -> Reading:
    for frame in (parts, bare(parts)):
        try:
            found = _parsed(frame.with_entries(()), url)
        except _STUMBLES:
            continue
        reading = Reading(found["feed"], bool(found["version"]))
        _add(reading, frame, url)
        return reading
    raise FeedError("The feed is damaged in what it says of itself, and cannot be read. Tell the site.")


def _add(reading: Reading, frame: Segments, url: str) -> None:
    """Read the entries within a frame: all at once, and where that fails each half, down to the one to blame."""
    waiting: list[Sequence[str]] = [frame.entries]
    tries = 0
    while waiting:
        entries = waiting.pop()
        tries += 1
        if tries > _MOST_TRIES:  # somebody means it
            reading.refused += len(entries)
            continue
        try:
            reading.entries += _parsed(frame.with_entries(entries), url)["entries"]
        except _STUMBLES:
            middle = len(entries) // 2
            if middle == 0:
                reading.refused += len(entries)
            else:
                waiting += [entries[middle:], entries[:middle]]


def _parsed(text: str, url: str) -> Mapping[str, Any]:
    # Given as a stream, since feedparser opens strings that look like files or addresses.
    stream = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode())
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # Cleaning and relative links within texts are left to nh3, which is a hundred times faster.
    found: Mapping[str, Any] = feedparser.parse(
        stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    return found
