"""How a site presents itself, read from one of its pages: name, logo, colour, language, zone, feeds."""

import re
from typing import Final
from urllib.parse import urlsplit

from newsletter.feeds.extracting.colours import accent, variables_of
from newsletter.feeds.extracting.found import FeedLink, SiteLook
from newsletter.feeds.extracting.languages import language_of
from newsletter.feeds.extracting.linked_data import LinkedData, linked_data, text_of
from newsletter.feeds.extracting.markup import Element, base_of, links_of, metas, tree_of
from newsletter.feeds.extracting.zones import zone_of
from newsletter.feeds.sanitizing import absolute, line
from newsletter.language import shortened

_LONGEST_NAME: Final = 80
_LONGEST_TITLE: Final = 200
_MOST_FEEDS: Final = 20
_MOST_CSS: Final = 200_000
_FEED_TYPES: Final = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "text/xml",
        "application/xml",
    }
)
_OTHER_JSON: Final = re.compile(r"/wp-json/|oembed", re.IGNORECASE)
_FEED_PATH: Final = re.compile(
    r"(?:/(?:feed|rss|atom)/?$|(?:/|-)(?:feed|rss|atom)\.(?:xml|json)$|\.(?:rss|atom|rdf)$)", re.IGNORECASE
)
_COMMENTS: Final = re.compile(r"comment|kommentar|/replies", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*|:\s+")
_HOME: Final = re.compile(
    r"(?:home|homepage|startseite|start|index|welcome|willkommen|accueil|inicio|news|blog)", re.IGNORECASE
)
_SIGNS: Final = re.compile(r"[\W_]+")
_SIZE: Final = re.compile(r"(\d{1,4})x\d")


def site_of(content: bytes, content_type: str | None, url: str) -> SiteLook:
    """The look of the site by its page at `url`; raises PageError where that is no web page."""
    tree, url = tree_of(content, content_type), absolute(url, "")
    said, data = metas(tree), linked_data(tree)
    base = base_of(tree, url)
    language = language_of(tree, said, text_of(data.article.get("inLanguage")))
    return SiteLook(
        name=_name(tree, said, data, url),
        logo_url=_logo(tree, data, base),
        accent=_accent(tree, said),
        language=language,
        zone=zone_of(url, language, said.get("article:published_time") or text_of(data.article.get("datePublished"))),
        feeds=_feeds(tree, base),
    )


def _name(tree: Element, said: dict[str, str], data: LinkedData, url: str) -> str:
    """As the site calls itself; else the piece of the title that is like the host, or its first piece."""
    named = (
        said.get("og:site_name"),
        text_of(data.publisher.get("name")),
        said.get("application-name"),
        said.get("apple-mobile-web-app-title"),
    )
    for name in filter(None, named):
        return shortened(line(name), _LONGEST_NAME)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    title = next((line(each.text) for each in tree.iterfind(".//title")), "") or said.get("og:title", "")
    pieces = [piece for piece in _SEPARATOR.split(title) if piece and not _HOME.fullmatch(piece)]
    like_host = (piece for piece in pieces if _is_like(piece, host))
    # What an article or a section is called is no name of the site.
    is_front = not urlsplit(url).path.strip("/")
    return shortened(next(like_host, pieces[0] if pieces and is_front else host), _LONGEST_NAME)


def _is_like(piece: str, host: str) -> bool:
    """Whether a host is named for this: `quayobserver.example` for "The Quay Observer"."""
    bare = _SIGNS.sub("", piece.casefold().removeprefix("the "))
    return bool(bare) and bare in _SIGNS.sub("", host)


def _logo(tree: Element, data: LinkedData, base: str) -> str:
    """The logo of the publisher; else the largest icon that a telephone or a browser would show."""
    icons: list[tuple[int, int, str]] = []
    for words, link in links_of(tree):
        is_touch = bool(words & {"apple-touch-icon", "apple-touch-icon-precomposed"})
        if is_touch or "icon" in words:
            size = _SIZE.search((link.get("sizes") or "").lower())
            icons.append((is_touch, int(size[1]) if size else 0, link.get("href")))
    best = [href for _touch, _size, href in sorted(icons, key=lambda icon: icon[:2], reverse=True)]
    candidates = [data.address(data.publisher.get("logo")), *best]
    return next((found for each in candidates if (found := absolute(each, base)) and not _is_vector(found)), "")


def _is_vector(url: str) -> bool:
    """Mail programs do not show SVG."""
    return urlsplit(url).path.lower().endswith(".svg")


def _accent(tree: Element, said: dict[str, str]) -> str:
    mask = [link.get("color") or "" for words, link in links_of(tree) if "mask-icon" in words]
    css = "".join(each.text or "" for each in tree.iter("style"))[:_MOST_CSS]
    return accent(said.get("theme-color", ""), said.get("msapplication-tilecolor", ""), *mask, *variables_of(css))


def _feeds(tree: Element, base: str) -> tuple[FeedLink, ...]:
    """The feeds that the page names in its head, then those it links to; feeds of comments last."""
    found: dict[str, FeedLink] = {}
    for words, link in links_of(tree):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        address = absolute(link.get("href"), base)
        is_named = "feed" in words or ("alternate" in words and kind in _FEED_TYPES)
        if address and is_named and not _OTHER_JSON.search(address):
            found.setdefault(address, FeedLink(address, shortened(line(link.get("title")), _LONGEST_TITLE)))
    for anchor in tree.iter("a"):
        address = absolute(anchor.get("href"), base)
        if address and _FEED_PATH.search(urlsplit(address).path) and _is_near(address, base):
            found.setdefault(address, FeedLink(address, shortened(line("".join(anchor.itertext())), _LONGEST_TITLE)))
    return tuple(sorted(found.values(), key=_is_of_comments))[:_MOST_FEEDS]


def _is_near(address: str, base: str) -> bool:
    one, other = (urlsplit(each).hostname or "" for each in (address, base))
    return one.removeprefix("www.") == other.removeprefix("www.")


def _is_of_comments(feed: FeedLink) -> bool:
    return bool(_COMMENTS.search(feed.url) or _COMMENTS.search(feed.title))
