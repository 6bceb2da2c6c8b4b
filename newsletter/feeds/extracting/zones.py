"""The zone that a site's readers most likely live in. Pure."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_OF_COUNTRY: Final = {
    "de": "Europe/Berlin", "at": "Europe/Vienna", "ch": "Europe/Zurich", "li": "Europe/Vaduz",
    "lu": "Europe/Luxembourg", "fr": "Europe/Paris", "be": "Europe/Brussels", "nl": "Europe/Amsterdam",
    "uk": "Europe/London", "gb": "Europe/London", "ie": "Europe/Dublin", "es": "Europe/Madrid",
    "pt": "Europe/Lisbon", "it": "Europe/Rome", "dk": "Europe/Copenhagen", "se": "Europe/Stockholm",
    "no": "Europe/Oslo", "fi": "Europe/Helsinki", "is": "Atlantic/Reykjavik", "pl": "Europe/Warsaw",
    "cz": "Europe/Prague", "sk": "Europe/Bratislava", "hu": "Europe/Budapest", "ro": "Europe/Bucharest",
    "bg": "Europe/Sofia", "gr": "Europe/Athens", "hr": "Europe/Zagreb", "si": "Europe/Ljubljana",
    "rs": "Europe/Belgrade", "ua": "Europe/Kyiv", "lv": "Europe/Riga", "lt": "Europe/Vilnius",
    "ee": "Europe/Tallinn", "tr": "Europe/Istanbul", "il": "Asia/Jerusalem", "jp": "Asia/Tokyo",
    "kr": "Asia/Seoul", "cn": "Asia/Shanghai", "tw": "Asia/Taipei", "hk": "Asia/Hong_Kong",
    "in": "Asia/Kolkata", "sg": "Asia/Singapore", "th": "Asia/Bangkok", "vn": "Asia/Ho_Chi_Minh",
    "ph": "Asia/Manila", "pk": "Asia/Karachi", "bd": "Asia/Dhaka", "np": "Asia/Kathmandu",
    "ae": "Asia/Dubai", "sa": "Asia/Riyadh", "nz": "Pacific/Auckland", "za": "Africa/Johannesburg",
    "ng": "Africa/Lagos", "ke": "Africa/Nairobi", "eg": "Africa/Cairo", "pe": "America/Lima",
    "ar": "America/Argentina/Buenos_Aires", "co": "America/Bogota",
}  # fmt: skip
# These end the names of sites anywhere in the world.
_ANYWHERE: Final = frozenset({"co", "is", "in", "li"})
# The one zone of a language, or the several that an offset chooses from.
_OF_LANGUAGE: Final = {
    "de": ("Europe/Berlin",), "nl": ("Europe/Amsterdam",), "it": ("Europe/Rome",), "da": ("Europe/Copenhagen",),
    "sv": ("Europe/Stockholm",), "nb": ("Europe/Oslo",), "no": ("Europe/Oslo",), "fi": ("Europe/Helsinki",),
    "pl": ("Europe/Warsaw",), "cs": ("Europe/Prague",), "sk": ("Europe/Bratislava",), "hu": ("Europe/Budapest",),
    "ro": ("Europe/Bucharest",), "bg": ("Europe/Sofia",), "el": ("Europe/Athens",), "hr": ("Europe/Zagreb",),
    "sl": ("Europe/Ljubljana",), "uk": ("Europe/Kyiv",), "lv": ("Europe/Riga",), "lt": ("Europe/Vilnius",),
    "et": ("Europe/Tallinn",), "tr": ("Europe/Istanbul",), "he": ("Asia/Jerusalem",), "ja": ("Asia/Tokyo",),
    "ko": ("Asia/Seoul",), "th": ("Asia/Bangkok",), "vi": ("Asia/Ho_Chi_Minh",),
    "en": (
        "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/London",
        "Australia/Sydney",
    ),
    "fr": ("Europe/Paris", "America/Toronto"),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires"),
    "pt": ("America/Sao_Paulo", "Europe/Lisbon"),
    "zh": ("Asia/Shanghai",),
    "ru": ("Europe/Moscow",),
}  # fmt: skip


def zone_of(url: str, language: str, written_at: str = "") -> str:
    """The zone of a site by the country in its address, its language, and an instant as it writes it.

    `written_at` is like `2026-11-24T09:00:00+01:00`. Empty where it may be any of several.
    """
    country = (urlsplit(url).hostname or "").rpartition(".")[2].lower()
    tongue, *parts = language.split("-")
    region = parts[-1].lower() if parts else ""
    of_country = [] if country in _ANYWHERE else [_OF_COUNTRY.get(country, "")]
    certain = [zone for zone in (*of_country, _OF_COUNTRY.get(region, "")) if zone]
    possible = _OF_LANGUAGE.get(tongue, ())
    if len(possible) == 1:
        certain.extend(possible)
    at = _instant(written_at)
    if at is None or not at.utcoffset():  # many sites write UTC, wherever they are
        return certain[0] if certain else ""
    return next((zone for zone in (*certain, *possible) if _offset(zone, at) == at.utcoffset()), "")


def _instant(written_at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written_at.strip()[:40])
    except ValueError:
        return None


def _offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()
