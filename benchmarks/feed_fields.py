"""What feedparser reads of a feed and what we read of it, field by field in one form."""

import calendar
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin

import feedparser

from benchmarks.feed_differences import BASE_URL, Value
from newsletter.feeds.parsing.items import ParsedFeed, ParsedItem
from newsletter.feeds.pictures.lookup import first_in
from newsletter.feeds.sanitizing import absolute, line, plain_text, safe_html

ENTRY_FIELDS: Final = (
    *("guid", "link", "title", "text", "author", "published", "updated", "topics", "language", "image"),
)
FEED_FIELDS: Final = ("title", "link", "language", "image")
_SMALL: Final = 200

Theirs = Mapping[str, Sequence[Value]]
Ours = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TheirFeed:
    """What feedparser has of a feed, and its own result."""

    feed: Theirs
    entries: Sequence[Theirs]
    result: Mapping[str, Any]


def read_with_feedparser(content: bytes, content_type: str | None, url: str) -> TheirFeed:
    """What feedparser has; read twice, since only uncleaned HTML shows what its cleaning made of it."""
    headers = {"content-location": url, **({"content-type": content_type} if content_type else {})}
    found = feedparser.parse(io.BytesIO(content), response_headers=headers)
    raw = feedparser.parse(io.BytesIO(content), response_headers=headers, sanitize_html=False)
    channel, raw_channel = found.feed, raw.feed
    feed = {
        "title": _titles(channel, raw_channel),
        "link": [Value(line(channel.get("link")))],
        "language": [Value(line(channel.get("language")))],
        "image": _logos(channel),
    }
    pairs = zip(found.entries, raw.entries, strict=True)
    return TheirFeed(feed, [_entry(entry, uncleaned) for entry, uncleaned in pairs], found)


def _entry(entry: dict[str, Any], raw: dict[str, Any]) -> Theirs:
    details = [*entry.get("content", []), entry.get("summary_detail") or {}, entry.get("title_detail") or {}]
    names = [line(each.get("name")) for each in entry.get("authors", [])]
    origin = entry.get("feedburner_origlink")
    return {
        "guid": [Value(line(entry.get("id")))],
        "link": [Value(line(entry.get("link")), others=(line(origin),) if origin else ())],
        "title": _titles(entry, raw),
        "text": _texts(entry, raw),
        "author": [Value(each) for each in dict.fromkeys([line(entry.get("author")), *names])],
        "published": [Value(instant(dict.get(entry, "published_parsed")))],
        "updated": [Value(instant(dict.get(entry, "updated_parsed")))],
        "topics": [Value(line(tag.get(part))) for tag in entry.get("tags", []) for part in ("term", "label")],
        "language": [Value(found) for each in details if (found := line(each.get("language")))][:1],
        "image": _pictures(entry, raw),
    }


def instant(value: object) -> str:
    """A date of feedparser in the form of ours; empty for what no calendar knows."""
    if not isinstance(value, tuple):  # which that of feedparser is too
        return ""
    try:
        return datetime.fromtimestamp(calendar.timegm(time.struct_time(value)), UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        return ""


def _markup(value: object, detail: object) -> str:
    """A text as HTML."""
    text = str(value or "")
    is_plain = isinstance(detail, Mapping) and str(detail.get("type")) == "text/plain"
    return text.replace("&", "&amp;").replace("<", "&lt;") if is_plain else text


def _titles(entry: Mapping[str, Any], raw: Mapping[str, Any]) -> list[Value]:
    return [Value(line(entry.get("title")), _markup(raw.get("title"), raw.get("title_detail")))]


def _texts(entry: dict[str, Any], raw: dict[str, Any]) -> list[Value]:
    """The summary and the contents of an entry."""
    summary = _markup(dict.get(raw, "summary"), raw.get("summary_detail"))
    contents = [_markup(each.get("value"), each) for each in raw.get("content", [])]
    shown = [line(each.get("value")) for each in entry.get("content", [])]
    texts = [Value(line(dict.get(entry, "summary")), summary)]
    for each, markup in zip(shown, contents, strict=True):
        texts.append(Value(each, markup, others=(summary, *contents), is_main=False))
    return texts


def _pictures(entry: dict[str, Any], raw: dict[str, Any]) -> list[Value]:
    """Every address that an entry names as a picture, with the first that its text shows besides."""
    texts = [str(dict.get(raw, "summary") or ""), *(str(each.get("value")) for each in raw.get("content", []))]
    base = str(entry.get("link") or BASE_URL)
    shown = tuple(found for each in texts if (found := first_in(safe_html(each, base)).url))
    named = [(each.get("url"), each) for each in entry.get("media_content", []) if "image" in str(each)]
    named += [(each.get("url"), each) for each in entry.get("media_thumbnail", [])]
    named += [
        (each.get("href"), {})
        for each in entry.get("links", [])
        if each.get("rel") == "enclosure" and str(each.get("type")).startswith("image/")
    ]
    return [Value(absolute(url, BASE_URL), others=shown, is_small=_is_small(sized)) for url, sized in named]


def _is_small(sized: Mapping[str, Any]) -> bool:
    sides = [str(sized.get(side) or "") for side in ("width", "height")]
    return any(side.isdecimal() and 0 < int(side) < _SMALL for side in sides)


def _logos(channel: Mapping[str, Any]) -> list[Value]:
    image = channel.get("image") or {}
    named = [channel.get("logo"), image.get("href") or image.get("url"), channel.get("icon")]
    return [Value(urljoin(BASE_URL, line(each))) for each in named if each]


def ours_of(item: ParsedItem) -> Ours:
    """What we have of an article, by field."""
    dates = [at.isoformat() if at else "" for at in (item.published_at, item.updated_at)]
    return {
        "guid": [item.guid],
        "link": [item.url],
        "title": [item.title],
        "text": [item.summary, plain_text(item.html)],
        "author": [item.author, *item.author_address.split(", ")],
        "published": [dates[0]],
        "updated": [dates[1]],
        "topics": list(item.categories),
        "language": [item.language],
        "image": [item.image_url],
    }


def ours_of_feed(feed: ParsedFeed) -> Ours:
    """What we have of a feed itself, by field."""
    return {"title": [feed.title], "link": [feed.home_url], "language": [feed.language], "image": [feed.logo_url]}
