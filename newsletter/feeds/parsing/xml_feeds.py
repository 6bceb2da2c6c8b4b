"""RSS, RDF and Atom, read by feedparser from text that has been checked."""

import calendar
import html
import io
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import feedparser

from newsletter.feeds.parsing.items import FeedError, ParsedFeed, ParsedItem
from newsletter.feeds.parsing.making import Raw, made_item, newest
from newsletter.feeds.parsing.wellformed import checked_xml
from newsletter.feeds.pictures.lookup import picture_of
from newsletter.feeds.sanitizing import absolute, line, plain_text, safe_html

_MARKUP: Final = frozenset({"text/html", "application/xhtml+xml"})


def parse_xml(text: str, url: str) -> ParsedFeed:
    """Read a feed in XML; raises FeedError."""
    xml = checked_xml(text)
    # Given as a stream, since feedparser opens strings that look like files or addresses.
    stream = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + xml.text.encode())
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # Cleaning and relative links within texts are left to nh3, which is a hundred times faster.
    found = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    channel: Mapping[str, Any] = found["feed"]
    entries: list[Mapping[str, Any]] = found["entries"]
    if not entries and not found["version"]:
        raise FeedError("This is XML, but not a feed. Look on the site for the address of its feed.")
    title = _plain(channel, "title")
    language = line(channel.get("language"))
    home_url = absolute(channel.get("link"), url)
    items = (_item(entry, title=title, language=language, url=url) for entry in newest(entries, _published))
    return ParsedFeed(title, home_url, language, tuple(item for item in items if item), xml.is_complete)


def _item(entry: Mapping[str, Any], *, title: str, language: str, url: str) -> ParsedItem | None:
    body, base = _body(entry, url)
    clean = safe_html(body, base)
    picture = picture_of(entry, clean, base)
    return made_item(
        Raw(
            guid=line(entry.get("id")),
            url=absolute(entry.get("feedburner_origlink") or entry.get("link"), url),
            title=_plain(entry, "title"),
            summary=_plain(entry, "summary"),
            html=clean,
            author=_author(entry),
            image_url=picture.url,
            image_alt=picture.alt,
            categories=_categories(entry),
            published_at=_published(entry) or _instant(entry, "updated_parsed"),
            updated_at=_instant(entry, "updated_parsed"),
            language=_language(entry) or language,
        ),
        feed_title=title,
    )


def _body(entry: Mapping[str, Any], url: str) -> tuple[str, str]:
    """The longest text of an entry as HTML, and where its relative links begin."""
    details = [*_mappings(entry.get("content")), *_mappings([entry.get("summary_detail")])]
    texts = [each for each in details if str(each.get("type")) in _MARKUP or str(each.get("type")).startswith("text/")]
    longest = max(texts, key=lambda each: len(str(each.get("value") or "")), default={})
    return _markup(longest), absolute(longest.get("base"), url) or url


def _markup(detail: Mapping[str, Any]) -> str:
    value = str(detail.get("value") or "")
    return value if detail.get("type") in _MARKUP else html.escape(value, quote=False)


def _plain(entry: Mapping[str, Any], name: str) -> str:
    detail = entry.get(f"{name}_detail")
    if isinstance(detail, Mapping):
        return plain_text(_markup(detail))
    return plain_text(str(entry.get(name) or ""))


def _author(entry: Mapping[str, Any]) -> str:
    """The names of the authors; addresses stay out."""
    authors = _mappings(entry.get("authors"))
    names = [line(each.get("name")) for each in authors]
    if len(authors) <= 1:
        # feedparser cuts addresses with a long last part in two and takes the rest for a name.
        names = [line(entry.get("author")) or "".join(names)]
    without = (" ".join(word for word in name.split() if "@" not in word).strip(' ()<>"') for name in names)
    return ", ".join(dict.fromkeys(name for name in without if name))


def _categories(entry: Mapping[str, Any]) -> tuple[str, ...]:
    tags = _mappings(entry.get("tags"))
    return tuple(name for tag in tags for part in ("label", "term") if (name := plain_text(str(tag.get(part) or ""))))


def _language(entry: Mapping[str, Any]) -> str:
    details = [*_mappings(entry.get("content")), *_mappings([entry.get("title_detail")])]
    return next((found for each in details if (found := line(each.get("language")))), "")


def _published(entry: Mapping[str, Any]) -> datetime | None:
    return _instant(entry, "published_parsed") or _instant(entry, "created_parsed")


def _instant(entry: Mapping[str, Any], name: str) -> datetime | None:
    """A date as feedparser has read it; what no calendar knows is no date."""
    # feedparser's own `get` warns and answers with another date where this one is missing.
    value = dict.get(entry, name) if isinstance(entry, dict) else None
    if not isinstance(value, time.struct_time):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [each for each in values if isinstance(each, Mapping)] if isinstance(values, Iterable) else []
