"""What taking in articles works with: the way to the network, and the readers of what comes from there.

The readers take bytes that nobody vouches for. An installation has them run in child processes with
bounded memory and time; tests of other things call them where they stand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from newsletter.feeds.fetching.fetcher import FeedFetcher
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed

Parse: TypeAlias = Callable[[bytes, str | None, str], ParsedFeed]
"""Content, content type and address to a feed; raises FeedError."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The fetcher and the readers."""

    fetcher: FeedFetcher
    parse: Parse = parse
