"""What a fetcher is asked for and answers: the seam between the feeds and the network."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final, Protocol, TypeAlias
from urllib.parse import urlsplit

from newsletter.errors import GazetteError

LONGEST_URL: Final = 2_000


class Wanted(StrEnum):
    """What is asked for: it decides what is accepted, how large it may be, and how trouble is worded."""

    FEED = auto()
    PAGE = auto()
    PICTURE = auto()


_WHAT_IS_READ: Final = {
    Wanted.FEED: ("feeds", "feed.xml"),
    Wanted.PAGE: ("articles", "2026/under-the-ice"),
    Wanted.PICTURE: ("pictures", "ice.jpg"),
}
"""In words, and the end of an address of one."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The site answered with content."""

    content: bytes
    content_type: str | None
    url: str  # where it was found in the end; relative links begin there
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # the feed has moved there for good
    links: tuple[tuple[str, str], ...] = ()  # relation and address, as the Link header names them: hub, self


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing is new since the last fetch."""

    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """There is no content this time; the sentence says why and what to do."""

    sentence: str
    retry_after: str | None = None  # as the site wrote it


@dataclass(frozen=True, slots=True)
class Gone:
    """The site says that the feed has ended."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A form that was sent has been taken."""


FetchOutcome: TypeAlias = Fetched | Unchanged | Unreachable | Gone


class FeedFetcher(Protocol):
    """A seam: gets a feed, a page or a picture from where it is."""

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        wanted: Wanted = Wanted.FEED,
        past_caches: bool = False,
    ) -> FetchOutcome:
        """Ask for what is at an address, or only for what is new since the marks of the last fetch. Raises nothing.

        `past_caches` asks every cache on the way, the site's own too, for what is there now.
        """
        ...

    def post(self, url: str, form: Mapping[str, str]) -> Taken | Unreachable:
        """Send a form to an address. Follows no redirect, reads no answer, raises nothing."""
        ...


def check_url(url: str, wanted: Wanted = Wanted.FEED) -> None:
    """Raise GazetteError unless this is a plain http or https address; the sentence names what is wanted there."""
    things, example = _WHAT_IS_READ[wanted]
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        has_secret = "@" in parts.netloc
    except ValueError:
        is_plain, has_secret = False, False
    if has_secret:
        raise GazetteError(f"The address holds a user name or password; {things} are read without one. Leave it out.")
    if not is_plain or len(url) > LONGEST_URL:
        raise GazetteError(
            f"{things.capitalize()} are read from http and https addresses, like https://news.example.org/{example}."
        )
