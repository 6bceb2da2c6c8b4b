"""Knowing an article again: by its guid within its feed, or else by its link. Pure.

Every guid and link ever seen of an article is kept as an alias, so that a changed guid or address does
not make an old article new. Links are known across the feeds of a newsletter: a site's feed of
everything and its feed of one topic hold the same articles.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.tracking import is_tracking

# An index row holds some 2,700 bytes; longer values are known by their hash.
_LONGEST_VALUE: Final = 500
_RESERVED: Final = re.compile(r"%(2[35f]|3f)", re.IGNORECASE)  # these mean something else unescaped
_PATH: Final = "/:@!$&'()*+,;=~"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class AliasKind(StrEnum):
    """What an article is known by."""

    GUID = auto()
    LINK = auto()
    TITLE = auto()  # with the link; only where a feed gives nothing better


@dataclass(frozen=True, slots=True)
class Alias:
    """One thing that an article is known by."""

    kind: AliasKind
    value: str


def without_tracking(url: str) -> str:
    """A link without the parameters that only tell where a reader came from."""
    parts = urlsplit(url)
    fragment = "" if is_tracking(parts.fragment) else parts.fragment
    return parts._replace(query=_plain_query(parts), fragment=fragment).geturl()


def canonical_link(url: str) -> str:
    """A link in the form in which it is compared: what commonly changes while the page stays is left out."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    query = _plain_query(parts)
    return f"{host}{port}{_plain_path(parts.path).rstrip('/')}{'?' if query else ''}{query}"


def aliases_of(items: Sequence[ParsedItem], home_urls: Iterable[str]) -> list[tuple[Alias, ...]]:
    """By what each item of one fetch is known, the surest first; each has at least one.

    A guid that stands for several links names none of them, nor does a link that several items share,
    or that leads to the front page.
    """
    links = [canonical_link(item.url) for item in items]
    homes = {canonical_link(url) for url in home_urls if url}
    links_of_guid = Counter(
        guid for guid, _link in {(item.guid, link) for item, link in zip(items, links, strict=True)}
    )
    items_of_link = Counter(
        link for _name, link in {(item.guid or item.title, link) for item, link in zip(items, links, strict=True)}
    )
    found = []
    for item, link in zip(items, links, strict=True):
        aliases = []
        if item.guid and links_of_guid[item.guid] == 1:
            aliases.append(Alias(AliasKind.GUID, _bounded(item.guid)))
        if items_of_link[link] == 1 and link not in homes and not _is_front_page(link):
            aliases.append(Alias(AliasKind.LINK, _bounded(link)))
        found.append(tuple(aliases) or (Alias(AliasKind.TITLE, _hash(f"{link}\n{item.title.casefold()}")),))
    return found


def known_article(aliases: Iterable[Alias], known: Mapping[Alias, int]) -> int | None:
    """The article that these aliases belong to, by the surest that is known."""
    return next((known[alias] for alias in aliases if alias in known), None)


def _plain_path(path: str) -> str:
    """A path in one of its spellings: some sites write ü, some %C3%BC, some %c3%bc."""
    return quote(unquote(_RESERVED.sub(r"%25\1", path), errors="surrogateescape"), safe=_PATH, errors="surrogateescape")


def _plain_query(parts: SplitResult) -> str:
    return "&".join(pair for pair in parts.query.split("&") if pair and not is_tracking(pair))


def _is_front_page(link: str) -> bool:
    return "/" not in link and "?" not in link


def _bounded(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else _hash(value)


def _hash(value: str) -> str:
    return f"sha256:{sha256(value.encode()).hexdigest()}"
