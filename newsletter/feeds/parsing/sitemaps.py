"""Sitemaps: those with news are nearly feeds; plain ones have addresses only."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from lxml import etree  # type: ignore[import-untyped] # lxml ships no types

from newsletter.feeds.articles import FeedKind
from newsletter.feeds.parsing.instants import instant_of
from newsletter.feeds.parsing.items import FeedError, ParsedFeed
from newsletter.feeds.parsing.making import Raw, made_items
from newsletter.feeds.parsing.wellformed import checked_xml
from newsletter.feeds.sanitizing import absolute, line

ROOTS: Final = frozenset({"urlset", "sitemapindex"})
_MOST_NAMED: Final = 3
_ENDING: Final = re.compile(r"\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:^|[-_])(?:[a-z]{0,3}\d{5,}|[0-9a-f]{12,})(?=$|[-_])", re.IGNORECASE)
_NEWS: Final = re.compile(r"news|aktuell|actu|noticias|artic|post", re.IGNORECASE)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def parse_sitemap(text: str, url: str) -> ParsedFeed:
    """Read a sitemap; raises FeedError, for a list of sitemaps with the one that is most like a feed."""
    xml = checked_xml(text)
    root = _tree(xml.text)
    if _name(root) == "sitemapindex":
        raise FeedError(_better_one(root, url))
    entries = [each for each in root if _name(each) == "url"]
    if xml.guessable:
        entries += [each for each in _tree(xml.guessable) if _name(each) == "url"]
    title = next((name for each in entries if (name := _text(each, "name"))), "") or (urlsplit(url).hostname or "")
    made = made_items(entries, _published, lambda entry: _raw(entry, url), feed_title=title, beyond=xml.beyond)
    return ParsedFeed(
        title=title,
        home_url=absolute("/", url),
        language=made.items[0].language if made.items else "",
        items=made.items,
        unlinked=made.unlinked,
        left_out=(*xml.left_out, *made.left_out),
        is_complete=xml.is_complete,
        kind=FeedKind.SITEMAP,
    )


def title_from(url: str) -> str:
    """Words for a page of which only the address is known: `Under the ice` for `…/2026/under-the-ice-10482.html`."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    for part in reversed(parts):
        slug = _NUMBER.sub("", _ENDING.sub("", unquote(part)))
        words = line(re.sub(r"[-_+\s]+", " ", slug)).strip(" .,")
        if any(letter.isalpha() for letter in words) and words.lower() != "index":
            return words[0].upper() + words[1:]
    return ""


def _tree(text: str) -> Any:
    """The root; entities are left as they are, and nothing is fetched."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(text.encode(), parser)
    if root is None:
        raise FeedError("This begins like a sitemap, but is damaged. Tell the site.")
    return root


def _raw(entry: Any, url: str) -> Raw:
    address = absolute(_text(entry, "loc"), url)
    title = _text(entry, "title", within="news")
    image = next((each for each in entry if _name(each) == "image"), None)
    updated_at = instant_of(_text(entry, "lastmod"))
    return Raw(
        guid="",
        url=address,
        title=title or title_from(address),
        is_title_made=not title,
        summary="",
        html="",
        author="",
        image_url="" if image is None else absolute(_text(image, "loc"), url),
        image_alt="" if image is None else _text(image, "caption") or _text(image, "title"),
        categories=[name for word in re.split(r"[,;]", _text(entry, "keywords")) if (name := line(word))],
        published_at=_published(entry),
        updated_at=updated_at,
        language=_text(entry, "language"),
    )


def _published(entry: Any) -> datetime | None:
    return instant_of(_text(entry, "publication_date")) or instant_of(_text(entry, "lastmod"))


def _better_one(root: Any, url: str) -> str:
    """What to add instead of a list of sitemaps."""
    found = [(address, each) for each in root if (address := absolute(_text(each, "loc"), url))]
    if not found:
        return "This is a list of sitemaps, and there are none in it. Look on the site for the address of its feed."
    found.sort(key=lambda each: (bool(_NEWS.search(urlsplit(each[0]).path)), _changed(each[1])), reverse=True)
    best, *others = (address for address, _entry in found[:_MOST_NAMED])
    more = f" Others are {' and '.join(others)}." if others else ""
    return f"This is a list of sitemaps, not a sitemap itself. Most likely {best} is the right one; add that.{more}"


def _changed(entry: Any) -> datetime:
    return instant_of(_text(entry, "lastmod")) or _EARLIEST


def _text(entry: Any, name: str, *, within: str = "") -> str:
    """The words of the first part of that name, at whatever depth."""
    for each in _parts(entry, within) if within else [entry]:
        for part in _parts(each, name):
            return line("".join(part.itertext()))
    return ""


def _parts(entry: Any, name: str) -> Iterator[Any]:
    return (each for each in entry.iter() if each is not entry and _name(each) == name)


def _name(element: Any) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    # Damaged XML keeps a prefix whose declaration is lost.
    return re.split("[}:]", element.tag)[-1].lower() if isinstance(element.tag, str) else ""
