"""JSON Feed, versions 1 and 1.1."""

import html
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.feeds.markup import is_beyond_bounds
from newsletter.feeds.parsing.instants import instant_of
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.making import Raw, made_items
from newsletter.feeds.pictures.lookup import first_address, first_in
from newsletter.feeds.sanitizing import absolute, line, plain_text, relative, safe_html


def parse_json(text: str, url: str) -> ParsedFeed:
    """Read a JSON feed; raises FeedError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedError("This begins like a JSON feed, but is damaged. Tell the site.") from None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise FeedError("This is JSON, but not a feed. Look on the site for the address of its feed.")
    # Of a file nobody knows where it was found, but it may say so.
    url = url or first_address((found.get("feed_url"), found.get("home_page_url")), "")
    title, language = line(found.get("title")), line(found.get("language"))
    entries = [each for each in found["items"] if isinstance(each, dict)]
    made = made_items(
        entries, _published, lambda entry: _raw(entry, feed=found, language=language, url=url), feed_title=title
    )
    return ParsedFeed(
        title=title,
        home_url=absolute(found.get("home_page_url"), url),
        language=language,
        items=made.items,
        unlinked=made.unlinked,
        left_out=made.left_out,
        hub_url=first_address((each.get("url") for each in _mappings(found.get("hubs"))), url),
        self_url=absolute(found.get("feed_url"), url),
        logo_url=first_address((found.get("icon"), found.get("favicon")), url),
    )


def _raw(entry: Mapping[str, Any], *, feed: Mapping[str, Any], language: str, url: str) -> Raw:
    # The id of an entry is mostly its address, and then need not be given twice.
    link = next((link for name in ("url", "external_url") if (link := absolute(entry.get(name), url))), "")
    link = link or absolute(entry.get("id"), "")
    body = _body(entry)
    clean = safe_html(body, link or url)
    in_text = first_in(clean)
    image_url = first_address((entry.get("image"), entry.get("banner_image"), *_attached(entry)), url)
    return Raw(
        guid=_guid(entry.get("id")),
        url=link or relative(entry.get("url")),
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
        was_cut=is_beyond_bounds(body),
    )


def _body(entry: Mapping[str, Any]) -> str:
    markup, text = entry.get("content_html"), entry.get("content_text")
    if isinstance(markup, str) and plain_text(markup):
        return markup
    if not isinstance(text, str):
        return ""
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n") if part.strip())


def _attached(entry: Mapping[str, Any]) -> list[object]:
    """The addresses of the pictures among the attachments."""
    attached = _mappings(entry.get("attachments"))
    return [each.get("url") for each in attached if line(each.get("mime_type")).startswith("image/")]


def _guid(value: object) -> str:
    """The id; some feeds give a number where the specification wants a text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else line(value)


def _author(found: Mapping[str, Any]) -> str:
    """The names of the authors; version 1 knows only one."""
    authors = _mappings([*_list(found.get("authors")), found.get("author")])
    return ", ".join(dict.fromkeys(name for each in authors if (name := line(each.get("name")))))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _published(entry: Mapping[str, Any]) -> datetime | None:
    return _instant(entry.get("date_published"))


def _instant(value: object) -> datetime | None:
    return instant_of(line(value))
