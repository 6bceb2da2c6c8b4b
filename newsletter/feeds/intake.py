"""What taking in articles works with: the way to the network, and the readers of what comes from there.

The readers take bytes that nobody vouches for. An installation has them run in child processes with
bounded memory and time; tests of other things call them where they stand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from newsletter.feeds.extracting.found import ExtractedPage, FoundLink, SiteLook
from newsletter.feeds.extracting.links import links_in
from newsletter.feeds.extracting.page import extract
from newsletter.feeds.extracting.site import site_of
from newsletter.feeds.fetching.fetcher import FeedFetcher
from newsletter.feeds.isolation.isolating import Isolation
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.feeds.pictures.making import MadePicture, make_picture

_PICTURE_SECONDS: Final = 10.0  # the largest take four where nothing else runs

Parse: TypeAlias = Callable[[bytes, str | None, str], ParsedFeed]
"""Content, content type and address to a feed; raises FeedError."""

Extract: TypeAlias = Callable[[bytes, str | None, str], ExtractedPage]
"""Content, content type and address to the article on a page; raises PageError."""

LinksIn: TypeAlias = Callable[[bytes, str | None, str], tuple[FoundLink, ...]]
"""Content, content type and address to the links to articles on a section page; raises PageError."""

SiteOf: TypeAlias = Callable[[bytes, str | None, str], SiteLook]
"""Content, content type and address of a page to the look of its site and the feeds it names; raises PageError."""

MakePicture: TypeAlias = Callable[[bytes], MadePicture]
"""A picture as a site has it to one that mails can show; raises PictureError."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The fetcher and the readers. Isolated, a reader raises IsolationError too, when it had to be given up."""

    fetcher: FeedFetcher
    parse: Parse = parse
    extract: Extract = extract
    links_in: LinksIn = links_in
    site_of: SiteOf = site_of
    make_picture: MakePicture = make_picture


def isolated_intake(fetcher: FeedFetcher, isolation: Isolation) -> Intake:
    """The intake of an installation: every reader in a child process."""
    return Intake(
        fetcher,
        parse=isolation.isolated(parse),
        extract=isolation.isolated(extract),
        links_in=isolation.isolated(links_in),
        site_of=isolation.isolated(site_of),
        make_picture=isolation.isolated(make_picture, seconds=_PICTURE_SECONDS, is_one_by_one=True),
    )
