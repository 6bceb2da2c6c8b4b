"""The same story twice: found by its title and its beginning, and held for an editor, never dropped. Pure.

Wire services and sister sites publish one text under several addresses, and a site that changes
addresses and guids at once makes all its articles look new. Neither may reach a reader twice unseen.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from newsletter.feeds.sanitizing import plain_text

_PARAGRAPH: Final = re.compile(r"<p\b[^>]*>(.*?)</p>", re.IGNORECASE | re.DOTALL)
_WORD: Final = re.compile(r"\w+")
_FEWEST_WORDS: Final = 4  # a shorter beginning, like "Live blog", says nothing about the story
_MOST_WORDS: Final = 80
_ALIKE: Final = 0.7  # shared pairs of words, of all pairs


def title_key(title: str) -> str:
    """A title in the form in which it is compared: letters and digits only. Empty where it has none."""
    return " ".join(_WORD.findall(title.casefold()))


def beginning_of(html: str, summary: str) -> str:
    """The first paragraph of an article that says something, or else its summary, as plain text."""
    for found in _PARAGRAPH.finditer(html[:20_000]):
        text = plain_text(found[1])
        if len(_WORD.findall(text)) >= _FEWEST_WORDS:
            return text
    return plain_text(html[:2_000]) or summary


def are_alike(one: str, other: str) -> bool:
    """Whether two beginnings are nearly the same; one that is empty or very short is like no other."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs or not others:
        return False
    return len(pairs & others) >= _ALIKE * len(pairs | others)


def teller_of(beginning: str, beginnings: Mapping[int, str]) -> int | None:
    """The first of these articles, by id, whose beginning is nearly the same."""
    return next((each for each in sorted(beginnings) if are_alike(beginning, beginnings[each])), None)


def _pairs(text: str) -> set[tuple[str, str]]:
    words = _WORD.findall(text.casefold())[:_MOST_WORDS]
    return set(pairwise(words)) if len(words) >= _FEWEST_WORDS else set()
