"""The archive as feeds: RSS 2.0 and JSON Feed 1.1, one item for each edition. Pure but for the template of an item."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from newsletter.language import shortened
from newsletter.web.public import views
from newsletter.web.public.archive_pages import Entry

ATOM: Final = "http://www.w3.org/2005/Atom"
VERSION: Final = "https://jsonfeed.org/version/1.1"

_LONGEST_SUMMARY: Final = 300
# What XML 1.0 cannot hold, however it is written.
_UNSPEAKABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself; the addresses are absolute."""

    title: str
    description: str
    url: str
    feed_url: str
    language: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Item:
    """An edition in a feed."""

    url: str
    title: str
    summary: str
    html: str
    sent_at: datetime
    changed_at: datetime
    image: str


def item_of(entry: Entry, url: str) -> Item:
    """An edition as an item: its first headline, and all of its articles as links."""
    return Item(
        url=url,
        title=entry.lead.title,
        summary=shortened(entry.lead.summary, _LONGEST_SUMMARY),
        html=views.rendered("public/archive_item.html", edition=entry, url=url).strip(),
        sent_at=entry.sent_at,
        changed_at=entry.changed_at,
        image=entry.lead.picture.url if entry.lead.picture else "",
    )


def rss(channel: Channel, items: Sequence[Item]) -> bytes:
    """A feed as RSS 2.0, in UTF-8."""
    ET.register_namespace("atom", ATOM)
    root = ET.Element("rss", version="2.0")
    top = ET.SubElement(root, "channel")
    _say(top, title=channel.title, link=channel.url, description=channel.description, language=channel.language)
    ET.SubElement(top, f"{{{ATOM}}}link", href=channel.feed_url, rel="self", type="application/rss+xml")
    if items:
        _say(top, lastBuildDate=format_datetime(max(each.changed_at for each in items)))
    for each in items:
        item = ET.SubElement(top, "item")
        _say(item, title=each.title, link=each.url, description=each.html, pubDate=format_datetime(each.sent_at))
        ET.SubElement(item, "guid", isPermaLink="true").text = each.url
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(channel: Channel, items: Sequence[Item]) -> str:
    """A feed as JSON Feed 1.1."""
    return json.dumps(
        {
            "version": VERSION,
            "title": channel.title,
            "description": channel.description,
            "home_page_url": channel.url,
            "feed_url": channel.feed_url,
            "language": channel.language,
            "authors": [{"name": channel.publisher}],
            "items": [_json_item(each) for each in items],
        },
        ensure_ascii=False,
    )


def _json_item(item: Item) -> dict[str, str]:
    said = {
        "id": item.url,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        "image": item.image,
        "date_published": item.sent_at.isoformat(timespec="seconds"),
        "date_modified": item.changed_at.isoformat(timespec="seconds"),
    }
    return {name: value for name, value in said.items() if value}


def _say(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = _UNSPEAKABLE.sub("", text)
