"""Names from bylines: who wrote it, without what is around it. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from newsletter.feeds.sanitizing import line
from newsletter.language import shortened

_LONGEST: Final = 150
_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 8
_BEFORE: Final = re.compile(
    r"^(?:(?:(?:story|text|words|written|reported|posted|published|article|opinion|analysis|geschrieben|eine? \w+"
    r"|texte|publié)\s+)?(?:by|von|par|por|di|door|af|av|autore?:|autor(?:in|en)?:|authors?:|text:|von:|by:)(?=[\s:])"
    r"|(?-i:[Bb]y(?=[A-Z])))[\s:]*",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(
    r"\s*(?:[;|/•·\n]|,\s*(?:and|und|et|y|&)\s|,(?!\s*(?:jr|sr|ph\.?d|md|ii|iii)\b)"
    r"|\s(?:and|und|et|y|&|with|mit)\s)\s*",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\B@\w+")
_IN_BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]")
# What follows a name in the same line: a date, a clock time, a job.
_AFTER: Final = re.compile(
    r"\s*(?:[–—]|\s-\s|\bupdated\b|\bpublished\b|\bposted\b|\b(?:on|am|at)\s+\w+\s+\d|\b\d{1,2}[.:/]\d{1,2}|\b(?:19|20)\d\d\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_NOBODY: Final = re.compile(
    r"(?:the\s+)?(?:(?:staff|web|news|online|guest|special|digital)\s*)*"
    r"(?:staff|admin(?:istrator)?|author|autor|editors?|editorial(?: (?:team|staff))?|redaktion|redaction|rédaction"
    r"|redacción|desk|writers?|reporters?|contributors?|correspondents?|unknown|none|null|anonymous"
    r"|view (?:all|profile)|read more|follow|share|subscribe|root|user|webmaster|facebook|twitter|n/?a)\.?",
    re.IGNORECASE,
)
_JOB: Final = re.compile(
    r",?\s+(?:(?:senior|chief|staff|associated|national|politics|science|business|washington)\s+)*"
    r"(?:staff writer|correspondent|reporter|editor|columnist|contributor|press|producer|journalist)s?$",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[^\W\d_]")


def byline(candidates: Iterable[str], site_name: str = "") -> str:
    """The names in what a page gives as its authors, joined by commas; empty where nobody is named.

    Each candidate may hold several names; the house itself and words like "Staff" are no authors.
    """
    names: dict[str, str] = {}
    for candidate in candidates:
        for part in _BETWEEN.split(_BEFORE.sub("", _without_addresses(candidate))):
            name = _name(part)
            is_house = bool(site_name) and name.casefold() == site_name.casefold()
            if name and not is_house:
                names.setdefault(name.casefold(), name)
    return shortened(", ".join(list(_longest(names.values()))[:_MOST_NAMES]), _LONGEST)


def _without_addresses(candidate: str) -> str:
    return line(_IN_BRACKETS.sub(" ", _ADDRESS.sub(" ", candidate[:1_000])))


def _name(part: str) -> str:
    name = _JOB.sub("", _AFTER.sub("", _BEFORE.sub("", part.strip()))).strip(" ,.:;-–—|\"'*")
    if not _LETTER.search(name) or name[0].isdecimal() or len(name) > _LONGEST_NAME or _NOBODY.fullmatch(name):
        return ""
    is_shouted = name.isupper() and " " in name
    return name.title() if is_shouted else name


def _longest(names: Iterable[str]) -> Iterable[str]:
    """Names that are not just a part of another: "Woods" beside "Alan Woods"."""
    known = list(names)
    return (
        name
        for name in known
        if not any(name != other and f" {name.casefold()} " in f" {other.casefold()} " for other in known)
    )
