"""The articles that a section page links to."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from newsletter.feeds.extracting.found import FoundLink
from newsletter.feeds.extracting.hosts import same_site
from newsletter.feeds.extracting.judging import (
    SHORTEST_TITLE,
    heading_around,
    is_no_title,
    leads_elsewhere,
    worth_of_address,
    worth_of_place,
    worth_of_words,
)
from newsletter.feeds.extracting.markup import Element, base_of, tree_of, words_of
from newsletter.feeds.identity import canonical_link, without_tracking
from newsletter.feeds.sanitizing import LONGEST_TITLE, absolute, line
from newsletter.language import shortened

MOST_LINKS: Final = 200
_MOST_LOOKED_AT: Final = 5_000
_ENOUGH: Final = 4  # of the points that address, place and words give
_NAMES_ITS_ARTICLE: Final = 3


@dataclass(slots=True)
class _Seen:
    """All links to one address: the best place, and the words."""

    url: str
    worth: int = -100
    titles: list[tuple[bool, int, str]] = field(default_factory=list)  # whether from a heading; length; words


def links_in(content: bytes, content_type: str | None, url: str) -> tuple[FoundLink, ...]:
    """The articles that the page at `url` links to, in its order, at most 200; raises PageError for no web page.

    Only links within the site count, and only those that look like articles by their address, their place on
    the page and their words; navigation, topics, authors, logins and the like are left out.
    """
    tree, url = tree_of(content, content_type), absolute(url, "")
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
    path_alone = parts._replace(query="").geturl()
    return path_alone if worth_of_address(path_alone) >= _NAMES_ITS_ARTICLE else without_tracking(parts.geturl())


def _may_be_article(address: str, page_url: str) -> bool:
    parts, page = urlsplit(address), urlsplit(page_url)
    return (
        same_site(parts.hostname or "", page.hostname or "")
        and canonical_link(address) != canonical_link(page_url)
        and bool(parts.path.strip("/") or parts.query)
        and not leads_elsewhere(parts.path)
    )


def _note(seen: dict[str, _Seen], anchor: Element, address: str) -> None:
    """Add what this link tells of its address."""
    each = seen.setdefault(canonical_link(address), _Seen(address))
    heading = heading_around(anchor)
    words = words_of(anchor) or line(anchor.get("title")) or line(anchor.get("aria-label"))
    title = words if heading is None else words_of(heading)
    # A heading may hold a whole section; its words are the title where they are near those of the link.
    if heading is not None and len(title) <= LONGEST_TITLE:
        each.titles.append((True, 0, title))
    each.titles.append((False, len(words), words))
    worth = worth_of_place(anchor) + worth_of_address(address) + worth_of_words(title)
    each.worth = max(each.worth, worth)


def _title(each: _Seen) -> str:
    """The words of its heading, or else the longest words that link to it; empty where none name it."""
    usable = [title for title in each.titles if len(title[2]) >= SHORTEST_TITLE and not is_no_title(title[2])]
    best = max(usable, key=lambda title: title[:2], default=(False, 0, ""))
    return shortened(best[2], LONGEST_TITLE)
