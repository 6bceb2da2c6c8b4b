"""The picture of an article on its page: what the page names as such, or else the first in its text."""

import re
from typing import Final

from newsletter.feeds.extracting.linked_data import LinkedData
from newsletter.feeds.extracting.markup import Element, links_of
from newsletter.feeds.pictures.lookup import FoundPicture
from newsletter.feeds.sanitizing import absolute, line
from newsletter.language import shortened

_LONGEST_ALT: Final = 250
_NAMED: Final = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "sailthru.image.full",
    "thumbnail",
    "image",
)
# What sites name where an article has no picture of its own.
_NO_PICTURE: Final = re.compile(
    r"(?:^|[/_.-])(?:logos?|placeholder|blank|spacer|favicon|pixel|preload(?:er)?|loading|loader|default[-_]?(?:image|og|share|social|thumb\w*)?"
    r"|share[-_]?(?:logo|image)|no[-_]?image|1x1|transparent|avatar|apple-touch-icon)(?:[/_.\d-]|$)",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[^/?#]*(?:[?#].*)?$")


def picture_of(tree: Element, said: dict[str, str], data: LinkedData, base_url: str) -> FoundPicture:
    """The picture that the page names, with its words; both empty where it names none of its own."""
    meta = [said.get(name) for name in _NAMED]
    given = [*meta[:3], data.address(data.article.get("image")), *meta[3:]]
    given.extend(link.get("href") for words, link in links_of(tree) if "image_src" in words)
    given.append(data.address(data.article.get("thumbnailUrl")))
    for candidate in given:
        url = absolute(candidate, base_url)
        if url and not is_ornament(url):
            return FoundPicture(url, shortened(_alt(tree, said, url, base_url), _LONGEST_ALT))
    return FoundPicture("", "")


def is_ornament(url: str) -> bool:
    """Whether a picture is the site's logo or stands for a missing one, by its name."""
    name = _NAME.search(url)
    return bool(name and _NO_PICTURE.search(name[0].partition("?")[0]))


def _alt(tree: Element, said: dict[str, str], url: str, base_url: str) -> str:
    """The words for a picture: beside its address, or where the page shows it."""
    if said.get("og:image:alt") and absolute(said.get("og:image"), base_url) == url:
        return line(said["og:image:alt"])
    if said.get("twitter:image:alt") and absolute(said.get("twitter:image"), base_url) == url:
        return line(said["twitter:image:alt"])
    bare = url.partition("?")[0]
    for image in tree.iter("img"):
        shown = absolute(image.get("src") or image.get("data-src"), base_url)
        if shown.partition("?")[0] == bare and line(image.get("alt")):
            return line(image.get("alt"))
    return line(said.get("og:image:alt"))
