"""The picture of an article: what the feed names as such, or else the first in its text."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from newsletter.feeds.sanitizing import absolute, line
from newsletter.language import shortened

_LONGEST_ALT: Final = 250
_IMAGE: Final = re.compile(r'<img((?:\s[\w-]+="[^"]*")*)\s*/?>')  # as safe_html leaves it
_ATTRIBUTE: Final = re.compile(r'\s([\w-]+)="([^"]*)"')
_NAME: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])", re.IGNORECASE)
_WIX: Final = re.compile(r"https?://static\.wixstatic\.com/media/[^/]+")
_FILE_NAME: Final = re.compile(
    r"[\w.() -]*(?:\.(?:jpe?g|png|gif|webp|avif)|(?:IMG|DSC|DSCN|image)[_-]?\d+)", re.IGNORECASE
)
# Emoticons, faces, marks and counters are pictures too, but not of the article.
_ORNAMENT: Final = re.compile(
    r"/(?:emojis?|smilies|smileys|avatars?|icons?)/|feedburner\.com|gravatar\.com|/wp-includes/"
    r"|/(?:tracking[_-]?)?pixel\b|/(?:1x1|spacer|blank|transparent)\.(?:gif|png)"
    r"|[/_-](?:logo|avatar|favicon)(?:[_-](?:\d+(?:x\d+)?|small|white|black|dark|light|square))?\.(?:jpe?g|png|gif|webp)",
    re.IGNORECASE,
)
_DECENT: Final = 200  # px on a side that is named; a smaller one looks poor in a mail
_WIDEST: Final = 2_400  # px; more than a mail can use
_MOST_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """Where a picture is, and what it shows in words; both may be empty."""

    url: str
    alt: str


def picture_of(entry: Mapping[str, Any], safe_html: str, base_url: str) -> FoundPicture:
    """The picture of an entry as feedparser gives it.

    In this order: an enclosure, media:content, media:thumbnail, the entry's image, the first decent one in the
    text. Those that are said to be small come last.
    """
    in_text = first_in(safe_html)
    named = [each for each in _named(entry) if not _ORNAMENT.search(str(each.get("url")))]
    decent = first_address((each.get("url") for each in named if not _is_small(each)), base_url)
    if not decent and in_text.url:
        return in_text
    url = decent or first_address((each.get("url") for each in named), base_url)
    return FoundPicture(url, _alt(entry, url) or (in_text.alt if url and _same(in_text.url, url) else ""))


def first_in(safe_html: str) -> FoundPicture:
    """The first picture of some safe HTML that is one of the article, and not small where it says how large it is."""
    for found in _IMAGE.finditer(safe_html):
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        url = absolute(attributes.get("src", ""), "")
        if url and not _is_small(attributes) and not _ORNAMENT.search(url):
            return FoundPicture(url, alternative(attributes.get("alt", "")))
    return FoundPicture("", "")


def alternative(words: str) -> str:
    """What a picture shows, as its site says; empty, which marks it as ornament, where that is but the file's name."""
    shown = shortened(line(words), _LONGEST_ALT)
    return "" if _FILE_NAME.fullmatch(shown) else shown


def first_address(candidates: Iterable[object], base_url: str) -> str:
    """The first candidate that is an absolute web address, or becomes one."""
    return next((url for each in candidates if (url := absolute(each, base_url))), "")


def _named(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a feed names as pictures of an entry, the likeliest first."""
    enclosures = [
        {"url": each.get("href")}
        for each in _list(entry, "links")
        if each.get("rel") == "enclosure" and _is_picture(each) and _number(each.get("length")) <= _MOST_BYTES
    ]
    media = [each for each in _list(entry, "media_content") if _is_picture(each)]
    return [*enclosures, *sorted(media, key=_by_width), *_list(entry, "media_thumbnail"), _image_element(entry)]


def _by_width(media: Mapping[str, Any]) -> tuple[bool, int]:
    """The widest first; those that are wider than is of use come last, the widest at the end."""
    width = _number(media.get("width"))
    return (True, width) if width > _WIDEST else (False, -width)


def _is_small(sized: Mapping[str, Any]) -> bool:
    return any(0 < _number(sized.get(side)) < _DECENT for side in ("width", "height"))


def _alt(entry: Mapping[str, Any], url: str) -> str:
    """The words that a feed has for its picture, where they are about this one."""
    for each in _list(entry, "media_content"):
        if each.get("url") == url and isinstance(each.get("alt"), str):
            return alternative(each["alt"])
    return ""


def _is_picture(each: Mapping[str, Any]) -> bool:
    kind, medium = str(each.get("type", "")), str(each.get("medium", ""))
    if kind or medium:
        return kind.startswith("image/") or medium == "image"
    return bool(_NAME.search(str(each.get("url") or each.get("href") or "")))


def _image_element(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    image = entry.get("image")
    return {"url": image.get("href") or image.get("url")} if isinstance(image, Mapping) else {}


def _list(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = entry.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _number(value: object) -> int:
    found = re.match(r"\d{1,9}", value) if isinstance(value, str) else None
    return int(found[0]) if found else 0


def _same(one: str, other: str) -> bool:
    """Whether two addresses are of one picture, whatever its size."""
    return _original(one) == _original(other)


def _original(url: str) -> str:
    """The address without what asks for a size: the query, and what Wix puts behind the file."""
    path = url.partition("?")[0]
    wix = _WIX.match(path)
    return wix[0] if wix else path
