"""Making sure that XML is harmless and whole before a feed parser sees it.

A parser that repairs everything takes minutes over damage made on purpose. So the text is checked by
expat, which is fast and strict; common damage is mended; what is still broken is cut after its last
whole article. Entities and outside parts are refused: they can grow without end or read files.
"""

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from newsletter.feeds.parsing.items import FeedError
from newsletter.feeds.parsing.mending import NOT_XML, mended

DEEPEST: Final = 256
# Small enough for the parser that guesses, which takes quadratic time at worst.
_GUESSABLE: Final = 256_000
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
_LONG_WORD: Final = re.compile(r"[A-Za-z0-9_.+-]{2000}")
_MOST_PARTS: Final = 120_000  # elements and namespaces; 2,000 rich articles have half as many
_MOST_ATTRIBUTES: Final = 200
_FAR_IN: Final = 4_000  # how much a server may write before the feed begins
_ROOT: Final = re.compile(r"<((?:[A-Za-z_][\w.-]{0,60}:)?[A-Za-z_][\w.-]{0,60})(?=[\s>/])")


@dataclass(frozen=True, slots=True)
class Xml:
    """XML that may be parsed, without its declaration and document type."""

    text: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class _Damage:
    at: int
    sentence: str


def root_name(text: str) -> str:
    """The name of the first element, with its prefix; empty where there is none."""
    found = _ROOT.match(text, _root_at(text))
    return found[1] if found else ""


def checked_xml(text: str) -> Xml:
    """The text of a feed, mended where that is needed. Raises FeedError when it is harmful or beyond use."""
    plain = NOT_XML.sub("", text)
    start = _root_at(plain)
    if "<!ENTITY" in plain[:start].upper():
        raise _entities()
    plain = plain[start:]
    if _damage(plain) is None:
        return Xml(plain, is_complete=True)
    better = mended(plain, root_name(plain))
    damage = _damage(better)
    if damage is None:
        return Xml(better, is_complete=True)
    is_cut_off = f"</{root_name(better)}" not in better
    if not is_cut_off and len(better) <= _GUESSABLE and not _LONG_WORD.search(better):
        return Xml(better, is_complete=True)
    return Xml(_up_to_last_whole_article(better, damage), is_complete=False)


def _root_at(text: str) -> int:
    """Where the first element begins: after declaration, comments, document type, and what a server spilled."""
    at = max(text.find("<?xml", 0, _FAR_IN), 0)
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!", at):
            inside, close = text.find("[", at), text.find(">", at)
            end = text.find(">", text.find("]", inside)) if 0 <= inside < close else close
        else:
            return at
        if end < 0:
            break
        at = end + 1
    return len(text)


def _entities() -> FeedError:
    return FeedError("The feed declares entities of its own, which can do harm; it was not read.")


def _damage(text: str) -> _Damage | None:
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
        return _Damage(at, f"line {error.lineno}: {expat.ErrorString(error.code)}")
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
            raise FeedError(f"The feed nests its parts more than {DEEPEST} deep; it was not read.")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise FeedError(f"The feed has a part with more than {_MOST_ATTRIBUTES} attributes; it was not read.")
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
                raise FeedError("The feed has a name or date that no name or date looks like; it was not read.")

    def namespace(self, _prefix: str | None, _uri: str | None) -> None:
        """A prefix is declared."""
        self._count()

    def entity(self, *_declared: object) -> None:
        """An entity is declared."""
        raise _entities()

    def _count(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise FeedError(f"The feed has more than {_MOST_PARTS:,} parts. Ask the site for a shorter one.")


def _up_to_last_whole_article(text: str, damage: _Damage) -> str:
    """The text up to its last whole article before the damage, closed as it has to be."""
    root = root_name(text)
    prefix = root.rpartition(":")[0]
    article = "item" if root.lower().endswith(("rss", "rdf")) else "entry"
    tags = [f"</{article}>", *([f"</{prefix}:{article}>"] if prefix else [])]
    ends = [(at + len(tag)) for tag in tags if (at := text.rfind(tag, 0, damage.at)) >= 0]
    closing = f"</channel></{root}>" if root == "rss" else f"</{root}>"
    whole = text[: max(ends)] + closing if ends else ""
    if not whole or _damage(whole) is not None:
        raise FeedError(f"The feed is damaged ({damage.sentence}) and cannot be read. Tell the site.")
    return whole
