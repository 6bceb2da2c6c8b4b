"""The Link header of an answer: which addresses the site names for which purpose, such as its hub."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urljoin

from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import check_url

_MOST_LINKS: Final = 32
_MOST_CHARACTERS: Final = 16_000
_LINK: Final = re.compile(r'<([^<>]*)>((?:[^<>",]|"[^"]*")*)')
_RELATION: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)


def links_of(headers: Iterable[str], url: str) -> tuple[tuple[str, str], ...]:
    """Pairs of relation and absolute address, in their order; what is no web address is left out."""
    text = ", ".join(headers)[:_MOST_CHARACTERS]
    found: list[tuple[str, str]] = []
    for link in _LINK.finditer(text):
        relation = _RELATION.search(link[2])
        address = _absolute(link[1].strip(), url)
        if relation and address:
            found += ((each.lower(), address) for each in (relation[1] or relation[2] or "").split())
    return tuple(found[:_MOST_LINKS])


def _absolute(written: str, url: str) -> str:
    try:
        address = urljoin(url, written)
        check_url(address)
    except (GazetteError, ValueError):
        return ""
    return address
