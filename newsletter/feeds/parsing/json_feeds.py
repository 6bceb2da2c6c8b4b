"""JSON Feed, versions 1 and 1.1."""

import html
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from newsletter.feeds.parsing.items import FeedError, ParsedFeed, ParsedItem
from newsletter.feeds.parsing.making import Raw, made_item, newest
from newsletter.feeds.pictures.lookup import first_address, first_in
from newsletter.feeds.sanitizing import absolute, line, plain_text, safe_html


def parse_json(text: str, url: str) -> ParsedFeed:
    """Read a JSON feed; raises FeedError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedError("This begins like a JSON feed, but is damaged. Tell the site.") from None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise FeedError("This is JSON, but not a feed. Look on the site for the address of its feed.")
    title, language = line(found.get("title")), line(found.get("language"))
    entries = [each for each in found["items"] if isinstance(each, dict)]
    items = [_item(entry, feed=found, title=title, language=language, url=url) for entry in newest(entries, _published)]
    home_url = absolute(found.get("home_page_url"), url)
    return ParsedFeed(title, home_url, language, tuple(item for item in items if item))


def _item(
    entry: Mapping[str, Any], *, feed: Mapping[str, Any], title: str, language: str, url: str
) -> ParsedItem | None:
    # The id of an entry is mostly its address, and then need not be given twice.
    link = next((link for name in ("url", "external_url") if (link := absolute(entry.get(name), url))), "")
    link = link or absolute(entry.get("id"), "")
    clean = safe_html(_body(entry), link or url)
    in_text = first_in(clean)
    image_url = first_address((entry.get("image"), entry.get("banner_image")), url)
    return made_item(
        Raw(
            guid=_guid(entry.get("id")),
            url=link,
            title=line(entry.get("title")),
            summary=line(entry.get("summary")),
            html=clean,
            author=_author(entry) or _author(feed),
            image_url=image_url or in_text.url,
            image_alt=in_text.alt if image_url in {"", in_text.url} else "",
            categories=[name for each in _list(entry.get("tags")) if (name := line(each))],
            published_at=_published(entry) or _instant(entry.get("date_modified")),
            updated_at=_instant(entry.get("date_modified")),
            language=line(entry.get("language")) or language,
        ),
        feed_title=title,
    )


def _body(entry: Mapping[str, Any]) -> str:
    markup, text = entry.get("content_html"), entry.get("content_text")
    if isinstance(markup, str) and plain_text(markup):
        return markup
    if not isinstance(text, str):
        return ""
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n") if part.strip())


def _guid(value: object) -> str:
    """The id; some feeds give a number where the specification wants a text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else line(value)


def _author(found: Mapping[str, Any]) -> str:
    """The names of the authors; version 1 knows only one."""
    authors = [each for each in (*_list(found.get("authors")), found.get("author")) if isinstance(each, dict)]
    return ", ".join(dict.fromkeys(name for each in authors if (name := line(each.get("name")))))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _published(entry: Mapping[str, Any]) -> datetime | None:
    return _instant(entry.get("date_published"))


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(line(value))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
