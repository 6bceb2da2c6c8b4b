"""The title of an article on its page: the headline, without the name of the site."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from newsletter.feeds.extracting.linked_data import LinkedData, text_of
from newsletter.feeds.extracting.markup import Element, words_of
from newsletter.feeds.sanitizing import LONGEST_TITLE, line, plain_text
from newsletter.language import shortened

_SEPARATOR: Final = re.compile(
    r"\s+(?:[|–—·•»«›‹:*~/⁄-]|::|//|\|\||--)\s+|\s*[|｜]\s*|(?<=[^\x00-\x7f])[_-]+(?=[^\x00-\x7f])"
)
_MOST_HEADINGS: Final = 10
_SHORTEST_HEADING: Final = 10
_SIGNS: Final = re.compile(r"[\W_]+")


def headline(tree: Element, said: dict[str, str], data: LinkedData, site_name: str, url: str) -> str:
    """The title; empty where the page has none."""
    headings = [words_of(each) for each in list(tree.iter("h1"))[:_MOST_HEADINGS]]
    given = [
        text_of(data.article.get("headline")),
        *(
            plain_text(said.get(name, ""))
            for name in ("og:title", "twitter:title", "dc.title", "parsely-title", "title")
        ),
        *(line(each.text) for each in tree.iterfind(".//title")),
    ]
    names = _names(site_name, url)
    for title in filter(None, given):
        # Titles of pages and networks have the headline at their beginning, and then what else seemed useful.
        shown = next((each for each in headings if _begins(title, each)), "")
        if bare := shown or without_site(title, names):
            return shortened(bare, LONGEST_TITLE)
    return shortened(next(filter(None, headings), ""), LONGEST_TITLE)


def without_site(title: str, names: Iterable[str]) -> str:
    """A title without the name of the site before or behind it; empty where it is nothing but that name."""
    known = {_bare(name) for name in names} - {""}
    pieces = _SEPARATOR.split(title)
    between = _SEPARATOR.findall(title)
    while len(pieces) > 1 and _bare(pieces[-1]) in known:
        pieces.pop()
        between.pop()
    while len(pieces) > 1 and _bare(pieces[0]) in known:
        del pieces[0], between[0]
    if _bare(pieces[0]) in known and len(pieces) == 1:
        return ""
    return "".join(piece + mark for piece, mark in zip(pieces, [*between, ""], strict=True)).strip()


def _names(site_name: str, url: str) -> list[str]:
    """How titles may name the site: its name, its host, and the part of its host that says most."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    return [site_name, f"the {site_name}", site_name.removeprefix("The "), host, *labels[-2:-1], *labels[:1]]


def _begins(title: str, heading: str) -> bool:
    """Whether a heading is all of a title that is not the name of something."""
    if len(heading) < _SHORTEST_HEADING or len(heading) > len(title):
        return False
    return _bare(title) == _bare(heading) or any(
        _bare(title[: found.start()]) == _bare(heading) for found in _SEPARATOR.finditer(title)
    )


def _bare(text: str) -> str:
    return _SIGNS.sub("", text).casefold()
