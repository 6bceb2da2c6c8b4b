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
# Emoticons and counters are pictures too, but not of the article.
_ORNAMENT: Final = re.compile(r"/(?:emoji|smilies|smileys)/|feedburner\.com|gravatar\.com|/pixel\b", re.IGNORECASE)
_SMALLEST: Final = 60


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """Where a picture is, and what it shows in words; both may be empty."""

    url: str
    alt: str


def picture_of(entry: Mapping[str, Any], safe_html: str, base_url: str) -> FoundPicture:
    """The picture of an entry as feedparser gives it."""
    in_text = first_in(safe_html)
    media = [each for each in _list(entry, "media_content") if _is_picture(each)]
    largest = sorted(media, key=lambda each: -_number(each.get("width")))
    enclosures = [
        {"url": each.get("href")}
        for each in _list(entry, "links")
        if each.get("rel") == "enclosure" and _is_picture(each)
    ]
    named = [*largest, *_list(entry, "media_thumbnail"), *enclosures, _image_element(entry)]
    url = first_address((each.get("url") for each in named), base_url)
    if not url:
        return in_text
    return FoundPicture(url, _alt(entry, url) or (in_text.alt if _same(in_text.url, url) else ""))


def first_in(safe_html: str) -> FoundPicture:
    """The first picture of some safe HTML that is large enough to be one of the article."""
    for found in _IMAGE.finditer(safe_html):
        attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        url = absolute(attributes.get("src", ""), "")
        sides = [_number(attributes[side]) for side in ("width", "height") if side in attributes]
        is_small = any(0 < side < _SMALLEST for side in sides)
        if url and not is_small and not _ORNAMENT.search(url):
            return FoundPicture(url, shortened(line(attributes.get("alt", "")), _LONGEST_ALT))
    return FoundPicture("", "")


def first_address(candidates: Iterable[object], base_url: str) -> str:
    """The first candidate that is an absolute web address, or becomes one."""
    return next((url for each in candidates if (url := absolute(each, base_url))), "")


def _alt(entry: Mapping[str, Any], url: str) -> str:
    """The words that a feed has for its picture, where they are about this one."""
    for each in _list(entry, "media_content"):
        if each.get("url") == url and isinstance(each.get("alt"), str):
            return shortened(line(each["alt"]), _LONGEST_ALT)
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
    found = re.match(r"\d{1,6}", value) if isinstance(value, str) else None
    return int(found[0]) if found else 0


def _same(one: str, other: str) -> bool:
    """Whether two addresses are of one picture, whatever its size."""
    return one.partition("?")[0] == other.partition("?")[0]
