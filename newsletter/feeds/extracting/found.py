"""What web pages say, in one form for all of them."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import GazetteError
from newsletter.feeds.articles import FeedKind


class PageError(GazetteError):
    """What was fetched is no web page, or holds nothing of what was looked for."""


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """The article on a page: text is plain, html is safe, addresses are absolute. What is unknown is empty."""

    url: str  # by which the site itself calls the page, or else where it was found
    title: str  # without the name of the site
    author: str
    published_at: datetime | None
    image_url: str
    image_alt: str
    text: str  # paragraphs, with an empty line between them
    html: str
    language: str
    site_name: str


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link of a section page that leads to an article."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names; the title is often empty."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class SiteLook:
    """How a site presents itself; what it does not say is empty."""

    name: str = ""
    logo_url: str = ""
    accent: str = ""  # "#rrggbb", dark enough for white letters on it
    language: str = ""
    zone: str = ""  # as in "Europe/Berlin"
    feeds: tuple[FeedLink, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that has been read and can be connected."""

    url: str
    title: str
    kind: FeedKind
    articles: int  # that are in it now


@dataclass(frozen=True, slots=True)
class Found:
    """What an address leads to: the look of the site, its feeds, the best first, and a sentence about it."""

    look: SiteLook
    feeds: tuple[FoundFeed, ...]
    sentence: str
