"""Looking at a site before anything of it is connected."""

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlowError
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import GazetteError, RefusedError
from newsletter.feeds.articles import FeedKind
from newsletter.feeds.connected import entered_address
from newsletter.feeds.extracting.finding import find
from newsletter.feeds.extracting.found import Found, FoundFeed
from newsletter.feeds.fetching.fetcher import Fetched, Wanted
from newsletter.feeds.intake import Intake
from newsletter.web.desk.proposals import Part, Proposal, proposals

_LOGO_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Logo:
    """The logo as a picture that stands in the page itself, since our pages load nothing from elsewhere."""

    data_url: str = ""  # empty: there is none to show
    trouble: str = ""  # why mails could not show it


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at an address that an editor typed."""

    typed: str
    address: str
    found: Found
    logo: Logo

    @property
    def name(self) -> str:
        """The site by its name, or else by its host."""
        return self.found.look.name or urlsplit(self.address).hostname or self.address

    @property
    def feeds(self) -> Sequence[FoundFeed]:
        """The feeds, the best first."""
        return [each for each in self.found.feeds if each.kind is not FeedKind.PAGE]

    @property
    def pages(self) -> Sequence[FoundFeed]:
        """The pages whose links may become articles."""
        return [each for each in self.found.feeds if each.kind is FeedKind.PAGE]


def look_at(intake: Intake, typed: str) -> Seen:
    """Look at a site, with no transaction open.

    Raises RefusedError with what to try when there is nothing to connect.
    """
    address = entered_address(typed)
    found = find(intake, address)
    if not found.feeds:
        raise RefusedError(found.sentence)
    return Seen(typed, address, found, _logo_in_time(intake, found.look.logo_url))


def proposed(newsletter: Newsletter, seen: Seen) -> list[Proposal]:
    """What the site proposes for the newsletter; a logo that mails cannot show is not to be taken."""
    return [
        replace(each, trouble=seen.logo.trouble, is_ticked=False)
        if each.part is Part.LOGO and seen.logo.trouble
        else each
        for each in proposals(newsletter, seen.found.look)
    ]


def _logo_in_time(intake: Intake, url: str) -> Logo:
    """The logo, unless it takes too long: somebody waits for the page."""
    if not url:
        return Logo()
    pool = ThreadPoolExecutor(1, thread_name_prefix="logo")
    try:
        return pool.submit(_logo, intake, url).result(_LOGO_SECONDS)
    except TooSlowError:
        return Logo()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _logo(intake: Intake, url: str) -> Logo:
    outcome = intake.fetcher.fetch(url, wanted=Wanted.PICTURE)
    if not isinstance(outcome, Fetched):
        return Logo(trouble="It could not be fetched just now.")
    try:
        made = intake.make_picture(outcome.content)
    except GazetteError as error:
        return Logo(trouble=str(error))
    return Logo(f"data:{made.content_type};base64,{base64.b64encode(made.content).decode('ascii')}")
