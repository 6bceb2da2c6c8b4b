"""Looking at a site before anything of it is connected."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import GazetteError
from newsletter.feeds.articles import FeedKind
from newsletter.feeds.connected import entered_address
from newsletter.feeds.extracting.finding import find
from newsletter.feeds.extracting.found import Found, FoundFeed
from newsletter.feeds.fetching.fetcher import Fetched, Wanted
from newsletter.feeds.intake import Intake
from newsletter.web.desk.proposals import Part, Proposal, proposals


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at an address that an editor typed."""

    typed: str
    address: str
    found: Found
    logo: str  # as a picture that stands in the page itself; empty where it cannot be shown
    logo_trouble: str

    @property
    def feeds(self) -> Sequence[FoundFeed]:
        """The feeds, the best first; pages that would be read for their links are none."""
        return [each for each in self.found.feeds if each.kind is not FeedKind.PAGE]

    @property
    def pages(self) -> Sequence[FoundFeed]:
        """Pages whose links may become articles: those that were looked through, or else the address itself."""
        read = [each for each in self.found.feeds if each.kind is FeedKind.PAGE]
        is_feed = self.address in {each.url for each in self.found.feeds}
        return read or ([] if is_feed else [FoundFeed(self.address, "", FeedKind.PAGE, 0)])


def look_at(intake: Intake, typed: str) -> Seen:
    """Look at a site, with no transaction open. Raises GazetteError when there is nothing to see."""
    address = entered_address(typed)
    found = find(intake, address)
    logo, trouble = _logo(intake, found.look.logo_url)
    return Seen(typed, address, found, logo, trouble)


def proposed(newsletter: Newsletter, seen: Seen) -> list[Proposal]:
    """What the site proposes for the newsletter; a logo that mails cannot show is not to be taken."""
    return [
        replace(each, trouble=seen.logo_trouble, is_ticked=False)
        if each.part is Part.LOGO and seen.logo_trouble
        else each
        for each in proposals(newsletter, seen.found.look)
    ]


def _logo(intake: Intake, url: str) -> tuple[str, str]:
    """The logo as an address that holds it all, since our pages load nothing from elsewhere; or what is wrong."""
    if not url:
        return "", ""
    outcome = intake.fetcher.fetch(url, wanted=Wanted.PICTURE)
    if not isinstance(outcome, Fetched):
        return "", "It could not be fetched just now."
    try:
        made = intake.make_picture(outcome.content)
    except GazetteError as error:
        return "", str(error)
    return f"data:{made.content_type};base64,{base64.b64encode(made.content).decode('ascii')}", ""
