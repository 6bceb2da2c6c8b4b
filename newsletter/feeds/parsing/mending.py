"""Mending what is often wrong with the XML of feeds, in time that grows with its length only."""

import re
import sys
from collections.abc import Callable, Collection
from html.entities import html5
from typing import Final
from xml.sax.saxutils import escape

_MOST_AMPERSANDS: Final = 300_000  # each may become five letters
_MOST_PREFIXES: Final = 50
NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE: Final = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_NAMED: Final = re.compile(r"&([A-Za-z_][\w.:-]{0,60});")
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


def mended(text: str, root: str) -> str:
    """A feed without what is often wrong: ampersands, entities of HTML, prefixes not declared, a tail after the end."""
    if text.count("&") > _MOST_AMPERSANDS:
        return text
    if text.rstrip().endswith(f"</{root}"):
        text = f"{text.rstrip()}>"  # the last sign gets lost more often than others
    end = text.rfind(f"</{root}")
    if end >= 0 and (close := text.find(">", end)) >= 0:
        text = text[: close + 1]
    return _declare_prefixes(_outside_cdata(text, lambda part: _REFERENCE.sub(_reference, part)), root)


def without_references(text: str, names: Collection[str]) -> str:
    """The text without references to entities of these names; those that HTML knows are its letters."""
    if not names:
        return text

    def _reference_to_own(found: re.Match[str]) -> str:
        name = found[1] or ""
        letters = html5.get(f"{name};")
        return found[0] if name not in names or name in _OWN_NAMES else escape(letters or "")

    return _outside_cdata(text, lambda part: _NAMED.sub(_reference_to_own, part))


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
    is_letter = number <= sys.maxunicode and not NOT_XML.match(chr(number))
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
