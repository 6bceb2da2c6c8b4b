"""What a feed says, in one form for all kinds of feeds."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import GazetteError


class FeedError(GazetteError):
    """What was fetched is not a feed, or damaged beyond use."""


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One article as its feed has it: text is plain, html is safe, addresses are absolute."""

    guid: str  # empty where the feed gives none
    url: str
    title: str
    summary: str
    html: str
    author: str
    image_url: str
    image_alt: str
    minutes: int
    categories: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    language: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed and its articles, in the feed's order."""

    title: str
    home_url: str  # of the site
    language: str
    items: tuple[ParsedItem, ...]
    is_complete: bool = True  # False: the end was missing or damaged, these are the whole items before it
