"""Asking for a feed: fetching and reading in one, with no transaction open."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from newsletter.feeds.articles import FeedKind
from newsletter.feeds.extracting.found import FoundLink, PageError
from newsletter.feeds.fetching.fetcher import Fetched, Gone, Unchanged, Unreachable, Wanted
from newsletter.feeds.intake import Intake
from newsletter.feeds.isolation.isolating import IsolationError
from newsletter.feeds.parsing.items import FeedError, ParsedFeed, ParsedItem


@dataclass(frozen=True, slots=True)
class Marks:
    """What a site gave us to ask only for news the next time."""

    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """The site answered with a feed."""

    parsed: ParsedFeed
    marks: Marks
    moved_to: str | None


Answer: TypeAlias = Read | Unchanged | Unreachable | Gone
NO_MARKS = Marks(None, None)


def ask(
    intake: Intake,
    url: str,
    marks: Marks = NO_MARKS,
    *,
    kind: FeedKind = FeedKind.FEED,
    past_caches: bool = False,
) -> Answer:
    """The feed at an address, or what kept us from reading it; of a page, its links to articles are the feed."""
    wanted = Wanted.PAGE if kind is FeedKind.PAGE else Wanted.FEED
    outcome = intake.fetcher.fetch(
        url, etag=marks.etag, last_modified=marks.last_modified, wanted=wanted, past_caches=past_caches
    )
    if not isinstance(outcome, Fetched):
        return outcome
    try:
        parsed = _read(intake, outcome, kind)
    except (FeedError, PageError, IsolationError) as error:
        return Unreachable(str(error))
    named = dict(reversed(outcome.links))
    parsed = replace(
        parsed, hub_url=parsed.hub_url or named.get("hub", ""), self_url=parsed.self_url or named.get("self", "")
    )
    # After half a feed, all of it is asked for again.
    new_marks = Marks(outcome.etag, outcome.last_modified) if parsed.is_complete else NO_MARKS
    return Read(parsed, new_marks, outcome.moved_to)


def _read(intake: Intake, fetched: Fetched, kind: FeedKind) -> ParsedFeed:
    if kind is not FeedKind.PAGE:
        return intake.parse(fetched.content, fetched.content_type, fetched.url)
    links = intake.links_in(fetched.content, fetched.content_type, fetched.url)
    if not links:
        raise PageError("There is no link to an article on this page. Give the page of a section, or the site's feed.")
    items = tuple(_item(link) for link in links)
    return ParsedFeed(title="", home_url=fetched.url, language="", items=items, kind=FeedKind.PAGE)


def _item(link: FoundLink) -> ParsedItem:
    """What a link says of its article; the rest stands on the article's own page."""
    return ParsedItem(
        guid="",
        url=link.url,
        title=link.title,
        summary="",
        html="",
        author="",
        image_url="",
        image_alt="",
        minutes=1,
        categories=(),
        published_at=None,
        updated_at=None,
        language="",
    )
