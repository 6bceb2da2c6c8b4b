"""Making sure that XML is harmless and whole before a feed parser sees it.

A parser that repairs everything takes minutes over damage made on purpose. So the text is checked by
expat, which is fast and strict; common damage is mended; what is still broken is cut after its last
whole article. Entities and outside parts are refused: they can grow without end or read files.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from newsletter.feeds.items import FeedError

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
_LONG_WORD: Final = re.compile(rf"[\w.+-]{{{_LONGEST_SHORT}}}")
_FAR_IN: Final = 4_000  # how much a server may write before the feed begins
_MOST_PREFIXES: Final = 50
_ROOT: Final = re.compile(r"<((?:[A-Za-z_][\w.-]{0,60}:)?[A-Za-z_][\w.-]{0,60})(?=[\s>/])")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE: Final = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_OWN_NAMES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PREFIX: Final = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,40}):(?=[A-Za-z_][\w.-]{0,60}[\s=/>])")
_DECLARED: Final = re.compile(r"\bxmlns:([\w.-]{1,41})\s*=")
_NAMESPACES: Final = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


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
    plain = _NOT_XML.sub("", text)
    start = _root_at(plain)
    if "<!ENTITY" in plain[:start].upper():
        raise _entities()
    plain = plain[start:]
    if _damage(plain) is None:
        return Xml(plain, is_complete=True)
    mended = _mend(plain)
    damage = _damage(mended)
    if damage is None:
        return Xml(mended, is_complete=True)
    is_cut_off = f"</{root_name(mended)}" not in mended
    if not is_cut_off and len(mended) <= _GUESSABLE and not _LONG_WORD.search(mended):
        return Xml(mended, is_complete=True)
    return Xml(_up_to_last_whole_article(mended, damage), is_complete=False)


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
    depth = 0
    short: list[int] = []  # letters in the short element that is open

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise FeedError(f"The feed nests its parts more than {DEEPEST} deep; it was not read.")
        short[:] = [0] if name.rpartition(" ")[2].lower() in _SHORT else []

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        short.clear()

    def data(letters: str) -> None:
        if short:
            short[0] += len(letters)
            if short[0] > _LONGEST_SHORT:
                raise FeedError("The feed has a name or date thousands of letters long; it was not read.")

    def entity(*_declared: object) -> None:
        raise _entities()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(text, True)  # noqa: FBT003 - "this is all", in C without names
    except expat.ExpatError as error:
        at = len(text.encode()[: parser.ErrorByteIndex].decode(errors="ignore"))
        return _Damage(at, f"line {error.lineno}: {expat.ErrorString(error.code)}")
    return None


def _mend(text: str) -> str:
    """Mend what is often wrong: ampersands, entities of HTML, prefixes not declared, a tail after the end."""
    name = root_name(text)
    end = text.rfind(f"</{name}")
    if end >= 0 and (close := text.find(">", end)) >= 0:
        text = text[: close + 1]
    return _declare_prefixes(_outside_cdata(text, lambda part: _REFERENCE.sub(_reference, part)), name)


def _reference(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "&amp;"
    if name in _OWN_NAMES:
        return found[0]
    if not name.startswith("#"):
        letters = html5.get(f"{name};")
        return f"&amp;{name};" if letters is None else escape(letters)
    number = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    is_letter = number <= sys.maxunicode and not _NOT_XML.match(chr(number))
    return f"&#{number};" if is_letter else ""


def _declare_prefixes(text: str, root: str) -> str:
    used = dict.fromkeys(found[1] for found in _PREFIX.finditer(text))
    declared = {found[1] for found in _DECLARED.finditer(text)} | {"xml", "xmlns"}
    missing = [prefix for prefix in used if prefix not in declared][:_MOST_PREFIXES]
    spaces = "".join(f' xmlns:{prefix}="{_NAMESPACES.get(prefix, f"urn:undeclared:{prefix}")}"' for prefix in missing)
    return text.replace(f"<{root}", f"<{root}{spaces}", 1) if root else text


def _outside_cdata(text: str, change: Callable[[str], str]) -> str:
    """The text with a change made everywhere but in CDATA, in one walk."""
    parts, at = [], 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        end = text.find("]]>", start)
        end = len(text) if end < 0 else end + 3
        parts += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, change(text[at:])])


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
