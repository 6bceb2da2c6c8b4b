"""The articles that a section page links to."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from newsletter.feeds.extracting.found import FoundLink
from newsletter.feeds.extracting.markup import Element, base_of, tree_of, words_of
from newsletter.feeds.extracting.hosts import same_site
from newsletter.feeds.identity import canonical_link, without_tracking
from newsletter.feeds.sanitizing import LONGEST_TITLE, absolute, line
from newsletter.language import shortened

MOST_LINKS: Final = 200
_MOST_LOOKED_AT: Final = 5_000
_ENOUGH: Final = 4  # of the points that `_place`, `_looks` and `_reads` give
_NAMES_ITS_ARTICLE: Final = 3
_SHORTEST_TITLE: Final = 8
_WORDS_OF_A_HEADLINE: Final = 4
_LEVELS_UP: Final = 12
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5"})
_ASIDE: Final = frozenset({"nav", "footer", "aside", "form"})
_ASIDE_ROLES: Final = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "banner", "dialog"})
_ASIDE_NAMES: Final = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|footer|breadcrumbs?|cookies?|consent|share|social|sponsor(?:ed)?|advert\w*|ads?|promo|sidebar|pagination|tags?|byline|author)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_TEASER_NAMES: Final = re.compile(r"teaser|headline|story|article|post|entry|card|news|title|item-?link", re.IGNORECASE)
_NO_ARTICLE: Final = re.compile(
    r"/(?:tags?|topics?|themen?|category|categories|kategorie|author|authors|autor|autoren|autors|auteurs?|by|people|profile|user|users|account|login|logout|signin|sign-in"
    r"|register|subscribe|abo|abonnement|newsletters?|contact|kontakt|impressum|imprint|about|about-us|ueber-uns|privacy|datenschutz|terms|agb|cookies?|help|faq|jobs|careers"
    r"|advertise|mediadaten|search|suche|feed|feeds|rss|sitemap|cart|shop|store|wp-admin|wp-login\.php|cdn-cgi|share|print|page|seite)(?:/|$)",
    re.IGNORECASE,
)
_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp3|mp4|zip|xml|rss|json|ics|css|js)$", re.IGNORECASE)
_DATE: Final = re.compile(r"/(?:19|20)\d\d[/-]?(?:\d{1,2}|[a-z]{3})(?:[/-]|\d\d)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d{5,}")
_WORD_BREAK: Final = re.compile(r"[-_+ ]")
_NO_TITLE: Final = re.compile(
    r"(?:read|learn|see|show|find out|continue|view|load)\b.{0,12}\b(?:more|reading|all|full story)?|more|mehr(?: lesen| erfahren)?|weiter(?:lesen)?|weiterlesen.*"
    r"|(?:\d+\s*)?(?:comments?|kommentare?|photos?|bilder)|share|teilen|video|audio|listen|watch|full story|en savoir plus|lire la suite|leer más|»|→",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Seen:
    """All links to one address: the first place, the best place, the best words."""

    url: str
    worth: int = -100
    titles: list[tuple[bool, int, str]] = field(default_factory=list)  # from a heading; length; words


def links_in(content: bytes, content_type: str | None, url: str) -> tuple[FoundLink, ...]:
    """The articles that the page at `url` links to, in its order, at most 200; raises PageError for no web page.

    Only links within the site count, and only those that look like articles by their address, their place on
    the page and their words; navigation, topics, authors, logins and the like are left out.
    """
    tree = tree_of(content, content_type)
    base = base_of(tree, url)
    seen: dict[str, _Seen] = {}
    for anchor in list(tree.iter("a"))[:_MOST_LOOKED_AT]:
        address = absolute(anchor.get("href"), base)
        if address and _may_be_article(address, url):
            _note(seen, anchor, _bare(address))
    found = (FoundLink(each.url, title) for each in seen.values() if each.worth >= _ENOUGH and (title := _title(each)))
    return tuple(found)[:MOST_LINKS]


def _bare(address: str) -> str:
    """A link without what only says from where on the page it was followed.

    An address that names its article in the path needs no query; pages put the place of the link into it,
    and it would be another article whenever it moves.
    """
    parts = urlsplit(address)._replace(fragment="")
    is_named = _looks(parts._replace(query="").geturl()) >= _NAMES_ITS_ARTICLE
    return parts._replace(query="").geturl() if is_named else without_tracking(parts.geturl())


def _may_be_article(address: str, page_url: str) -> bool:
    parts, page = urlsplit(address), urlsplit(page_url)
    path = parts.path.rstrip("/")
    return (
        same_site(parts.hostname or "", page.hostname or "")
        and canonical_link(address) != canonical_link(page_url)
        and bool(path.strip("/") or parts.query)
        and not _NO_ARTICLE.search(f"{path}/")
        and not _FILE.search(path)
    )


def _note(seen: dict[str, _Seen], anchor: Element, address: str) -> None:
    """Add what this link tells of its address."""
    each = seen.setdefault(canonical_link(address), _Seen(address))
    place, heading = _place(anchor)
    words = words_of(anchor) or line(anchor.get("title")) or line(anchor.get("aria-label"))
    if heading is not None:
        each.titles.append((True, 0, words_of(heading)))
    inner = next((words_of(inside) for inside in anchor.iter(*_HEADINGS)), "")
    if inner:
        each.titles.append((True, 0, inner))
    each.titles.append((False, len(words), words))
    each.worth = max(each.worth, place + _looks(address) + _reads(inner or words))


def _place(anchor: Element) -> tuple[int, Element | None]:
    """What the place of a link says for it, and the heading around it."""
    worth, heading, level, around = 0, None, 0, anchor
    has_inner = next(anchor.iter(*_HEADINGS), None) is not None
    while around is not None and level < _LEVELS_UP:
        names = f"{around.get('class') or ''} {around.get('id') or ''}"
        if around.tag in _HEADINGS:
            heading = around
        if around.tag in _ASIDE or around.get("role") in _ASIDE_ROLES or (level <= 8 and around.tag not in {"body", "html"} and _ASIDE_NAMES.search(names)):  # noqa: PLR2004 - further out stand the names of whole pages
            worth -= 3 if around.tag in {"nav", "footer"} or around.get("role") in _ASIDE_ROLES else 2
            break
        if around.tag in {"article", "main"}:
            worth += 2 if around.tag == "article" else 1
        elif level <= 3 and _TEASER_NAMES.search(names):  # noqa: PLR2004 - close to the link
            worth += 1
        around, level = around.getparent(), level + 1
    return min(worth, 4) + (2 if heading is not None or has_inner else 0), heading


def _looks(address: str) -> int:
    """What an address says for being an article's."""
    path = unquote(urlsplit(address).path).strip("/")
    last = path.rpartition("/")[2]
    worth = 2 if _DATE.search(f"/{path}/") else 0
    worth += 2 if len(_WORD_BREAK.split(last)) >= _WORDS_OF_A_HEADLINE else 0
    worth += 1 if _NUMBER.search(path) or urlsplit(address).query else 0
    worth += 1 if path.count("/") >= 1 and len(last) >= 12 or last.endswith((".html", ".htm")) else 0  # noqa: PLR2004 - longer than the names of sections
    return worth


def _reads(words: str) -> int:
    """What the words of a link say for being a headline."""
    if _NO_TITLE.fullmatch(words) or len(words) < _SHORTEST_TITLE:
        return -1
    count = len(words.split())
    is_headline = count >= _WORDS_OF_A_HEADLINE or (count <= 2 and len(words.encode()) >= 30)  # noqa: PLR2004 - scripts without spaces
    return 2 if is_headline else 0


def _title(each: _Seen) -> str:
    """The words of its heading, or else the longest words that link to it; empty where none name it."""
    usable = [(is_heading, length, words) for is_heading, length, words in each.titles if not _NO_TITLE.fullmatch(words)]
    best = max((entry for entry in usable if _SHORTEST_TITLE <= len(entry[2])), default=(False, 0, ""), key=lambda entry: entry[:2])
    return shortened(best[2], LONGEST_TITLE)

