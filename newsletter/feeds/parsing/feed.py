"""Reading a feed of whatever kind: RSS 0.9 to 2.0, RDF, CDF, Atom, JSON Feed, sitemaps."""

import html
import re
import zlib
from typing import Final

from newsletter.feeds.fetching.bodies import MOST_BYTES
from newsletter.feeds.fetching.fetcher import Wanted
from newsletter.feeds.parsing import sitemaps
from newsletter.feeds.parsing.decoding import decode
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.json_feeds import parse_json
from newsletter.feeds.parsing.wellformed import root_name
from newsletter.feeds.parsing.xml_feeds import parse_xml
from newsletter.feeds.sanitizing import absolute

_ROOTS: Final = frozenset({"rss", "rdf", "feed", "channel"})
_ENTRY: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_BEGINNING: Final = 200_000
_GZIP: Final = b"\x1f\x8b"
_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_LINK: Final = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE: Final = re.compile(r"""type\s*=\s*["']?application/(?:rss\+xml|atom\+xml|feed\+json)""", re.IGNORECASE)
_HREF: Final = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def parse(content: bytes, content_type: str | None, url: str) -> ParsedFeed:
    """Read a feed as it was found at `url`; raises FeedError with what was found instead.

    An entry needs a link to be an article; one without stands in `unlinked`. What the content type says is
    believed only where it names an encoding: servers send feeds as all kinds of things.
    """
    text = decode(_unpacked(content), content_type).lstrip("\ufeff \t\r\n\0")
    if not text:
        raise FeedError("There is nothing at this address: the answer is empty. Check the address.")
    if text.startswith("{"):
        return parse_json(text, url)
    root = root_name(text)
    kind = root.rpartition(":")[2].lower()
    if kind in _ROOTS:
        return parse_xml(text, url)
    if kind in sitemaps.ROOTS:
        return sitemaps.parse_sitemap(text, url)
    if kind == "opml":
        raise FeedError("This is a list of feeds (OPML), not a feed itself. Add each feed that it names.")
    if root.lower() == "html" or _HTML.search(text[:_BEGINNING]):
        raise FeedError(_web_page(text[:_BEGINNING], url))
    if root and _ENTRY.search(text):
        return parse_xml(text, url)
    if root:
        raise FeedError("This is XML, but not a feed. Look on the site for the address of its feed.")
    raise FeedError("This is not a feed. Look on the site for the address of its feed, often /feed or /rss.xml.")


def _unpacked(content: bytes) -> bytes:
    """Sitemaps are often packed files, whatever the server says of them."""
    if not content.startswith(_GZIP):
        return content
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, MOST_BYTES[Wanted.FEED])
    except zlib.error:
        raise FeedError("This is a packed file, but damaged. Tell the site.") from None


def _web_page(text: str, url: str) -> str:
    """What to do with a web page: most of them name their feed."""
    for link in _LINK.findall(text):
        href = _HREF.search(link)
        if href and _FEED_TYPE.search(link):
            named = absolute(html.unescape(href[1] or href[2] or href[3] or ""), url)
            if named and named != url:
                return f"This is a web page, not a feed; its feed is at {named}."
    return "This is a web page, not a feed; look for a link to its feed, often /feed or /rss.xml."
