"""What a feed says, in one form for all kinds of feeds."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import GazetteError
from newsletter.feeds.articles import FeedKind


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
    is_title_made: bool = False  # from the address of the page, which has a better one
    author_address: str = ""  # where the feed gives nothing else; no byline


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed and its articles, in the feed's order."""

    title: str
    home_url: str  # of the site
    language: str
    items: tuple[ParsedItem, ...]
    is_complete: bool = True  # False: the end was missing or damaged, these are the whole items before it
    kind: FeedKind = FeedKind.FEED
    left_out: tuple[str, ...] = ()  # what was not taken, in sentences for editors
    # Entries that no mail could lead to, for want of a web address, each with its place among all entries.
    unlinked: tuple[tuple[int, ParsedItem], ...] = ()
    hub_url: str = ""  # tells of news at once to whom asks it (WebSub)
    self_url: str = ""  # the feed's address as its hub knows it
    logo_url: str = ""

    @property
    def entries(self) -> list[ParsedItem]:
        """All entries in the feed's order, those without a web address among them."""
        found = list(self.items)
        for place, item in self.unlinked:
            found.insert(place, item)
        return found
