"""Watching XML go by: whether it is whole, and whether it is made to do harm. By expat, which is fast and strict."""

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from newsletter.feeds.parsing.items import FeedError

DEEPEST: Final = 256
# Elements on whose text the feed parser uses slow patterns; no name or date is so long.
_SHORT: Final = frozenset(
    {
        *("author", "contributor", "creator", "name", "email", "managingeditor", "webmaster", "editor", "publisher"),
        *("owner", "credit", "date", "pubdate", "published", "updated", "modified", "created", "issued"),
        *("lastbuilddate", "expirationdate"),
    }
)
_LONGEST_SHORT: Final = 2_000
# The start of an e-mail address as the feed parser looks for it, in quadratic time.
_LONG_WORD_IN_SHORT: Final = re.compile(r"[A-Za-z0-9_.+-]{100}")
MOST_PARTS: Final = 120_000  # elements and namespaces; 2,000 rich articles have half as many
_MOST_ATTRIBUTES: Final = 200


@dataclass(frozen=True, slots=True)
class Damage:
    """Where a text stops being XML, as a place in it and in words."""

    at: int
    sentence: str


def damage_in(text: str) -> Damage | None:
    """Where the text stops being XML, if it does. Raises FeedError when it is made to do harm."""
    parser = expat.ParserCreate(namespace_separator=" ")
    watch = _Watch()
    parser.StartElementHandler = watch.start
    parser.EndElementHandler = watch.end
    parser.CharacterDataHandler = watch.letters
    parser.StartNamespaceDeclHandler = watch.namespace
    parser.EntityDeclHandler = watch.entity
    parser.buffer_text = True
    try:
        parser.Parse(text, True)  # noqa: FBT003 - "this is all", in C without names
    except expat.ExpatError as error:
        at = len(text.encode()[: parser.ErrorByteIndex].decode(errors="ignore"))
        return Damage(at, f"line {error.lineno}: {expat.ErrorString(error.code)}")
    return None


class _Watch:
    """Sees the parts of XML go by and raises FeedError at the first that is made to do harm."""

    def __init__(self) -> None:
        self._depth = 0
        self._parts = 0
        self._short: str | None = None  # the text of the short element that is open

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._count()
        if self._depth > DEEPEST:
            raise FeedError(f"The feed nests its parts more than {DEEPEST} deep; they were not read.")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise FeedError(f"The feed has a part with more than {_MOST_ATTRIBUTES} attributes; that was not read.")
        self._short = "" if name.rpartition(" ")[2].lower() in _SHORT else None

    def end(self, _name: str) -> None:
        """An element ends."""
        self._depth -= 1
        self._short = None

    def letters(self, text: str) -> None:
        """A piece of text."""
        if self._short is not None:
            self._short += text[: _LONGEST_SHORT + 1]
            if len(self._short) > _LONGEST_SHORT or _LONG_WORD_IN_SHORT.search(self._short):
                raise FeedError("The feed has a name or date that no name or date looks like; that was not read.")

    def namespace(self, _prefix: str | None, _uri: str | None) -> None:
        """A prefix is declared."""
        self._count()

    def entity(self, *_declared: object) -> None:
        """An entity is declared, past the document type that was taken away."""
        raise FeedError("The feed declares entities of its own, which can do harm; they were not read. Tell the site.")

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise FeedError(f"The feed has more than {MOST_PARTS:,} parts. Ask the site for a shorter one.")
