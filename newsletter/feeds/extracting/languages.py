"""The language a page says it is in, and the zone of the country it speaks to."""

import re
from typing import Final
from urllib.parse import urlsplit

from newsletter.feeds.extracting.markup import Element

_TAG: Final = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z])", re.IGNORECASE)
_ZONES: Final = {
    **{"de": "Europe/Berlin", "at": "Europe/Vienna", "ch": "Europe/Zurich", "li": "Europe/Vaduz", "lu": "Europe/Luxembourg"},
    **{"fr": "Europe/Paris", "be": "Europe/Brussels", "nl": "Europe/Amsterdam", "uk": "Europe/London", "gb": "Europe/London"},
    **{"ie": "Europe/Dublin", "es": "Europe/Madrid", "pt": "Europe/Lisbon", "it": "Europe/Rome", "dk": "Europe/Copenhagen"},
    **{"se": "Europe/Stockholm", "no": "Europe/Oslo", "fi": "Europe/Helsinki", "is": "Atlantic/Reykjavik", "pl": "Europe/Warsaw"},
    **{"cz": "Europe/Prague", "sk": "Europe/Bratislava", "hu": "Europe/Budapest", "ro": "Europe/Bucharest", "bg": "Europe/Sofia"},
    **{"gr": "Europe/Athens", "hr": "Europe/Zagreb", "si": "Europe/Ljubljana", "rs": "Europe/Belgrade", "ua": "Europe/Kyiv"},
    **{"lv": "Europe/Riga", "lt": "Europe/Vilnius", "ee": "Europe/Tallinn", "tr": "Europe/Istanbul", "il": "Asia/Jerusalem"},
    **{"jp": "Asia/Tokyo", "kr": "Asia/Seoul", "cn": "Asia/Shanghai", "tw": "Asia/Taipei", "hk": "Asia/Hong_Kong"},
    **{"in": "Asia/Kolkata", "sg": "Asia/Singapore", "th": "Asia/Bangkok", "vn": "Asia/Ho_Chi_Minh", "ph": "Asia/Manila"},
    **{"pk": "Asia/Karachi", "bd": "Asia/Dhaka", "np": "Asia/Kathmandu", "ae": "Asia/Dubai", "sa": "Asia/Riyadh"},
    **{"nz": "Pacific/Auckland", "za": "Africa/Johannesburg", "ng": "Africa/Lagos", "ke": "Africa/Nairobi", "eg": "Africa/Cairo"},
    **{"ar": "America/Argentina/Buenos_Aires", "cl": "America/Santiago", "pe": "America/Lima"},
}  # fmt: skip
_ALONE: Final = frozenset({"ch", "in", "no", "is", "li", "ar", "si", "ae"})  # also the code of a language, or used as a word
# A language that is the main one of a single zone; English, Spanish, French and others are of many.
_OF_LANGUAGE: Final = {
    **{"de": "Europe/Berlin", "nl": "Europe/Amsterdam", "it": "Europe/Rome", "da": "Europe/Copenhagen", "sv": "Europe/Stockholm"},
    **{"nb": "Europe/Oslo", "nn": "Europe/Oslo", "no": "Europe/Oslo", "fi": "Europe/Helsinki", "pl": "Europe/Warsaw"},
    **{"cs": "Europe/Prague", "sk": "Europe/Bratislava", "hu": "Europe/Budapest", "ro": "Europe/Bucharest", "bg": "Europe/Sofia"},
    **{"el": "Europe/Athens", "hr": "Europe/Zagreb", "sl": "Europe/Ljubljana", "uk": "Europe/Kyiv", "lv": "Europe/Riga"},
    **{"lt": "Europe/Vilnius", "et": "Europe/Tallinn", "tr": "Europe/Istanbul", "he": "Asia/Jerusalem", "ja": "Asia/Tokyo"},
    **{"ko": "Asia/Seoul", "th": "Asia/Bangkok", "vi": "Asia/Ho_Chi_Minh", "is": "Atlantic/Reykjavik"},
}  # fmt: skip


def language_of(tree: Element, said: dict[str, str], in_data: str = "") -> str:
    """The language as a tag like `de` or `en-GB`; empty where the page names none."""
    root = (tree.get("lang"), tree.get("xml:lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang"))
    named = (*root, in_data, said.get("og:locale"), said.get("content-language"), said.get("language"), said.get("dc.language"))
    return next((tag for name in named if name and (tag := language_tag(name))), "")


def language_tag(name: str) -> str:
    """A language as sites write it, `en_US` or `EN-us`, as a tag like `en-US`; empty where it is none."""
    found = _TAG.match(name.strip())
    if found is None:
        return ""
    language, script, region = found.groups()
    return "-".join(
        part for part in (language.lower(), (script or "").title(), (region or "").upper()) if part
    )


def zone_of(url: str, language: str) -> str:
    """The zone that readers of a site most likely live in, by its country; empty where it may be any of several."""
    country = (urlsplit(url).hostname or "").rpartition(".")[2].lower()
    tongue, _dash, region = language.partition("-")
    return _ZONES.get(country) or _ZONES.get(region.rpartition("-")[2].lower()) or _OF_LANGUAGE.get(tongue, "")
