"""Asking for a feed: fetching and reading in one, with no transaction open."""

from dataclasses import dataclass
from typing import TypeAlias

from newsletter.feeds.fetching.fetcher import Fetched, Gone, Unchanged, Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.parsing.items import FeedError, ParsedFeed


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


def ask(intake: Intake, url: str, marks: Marks = NO_MARKS) -> Answer:
    """The feed at an address, or what kept us from reading it."""
    outcome = intake.fetcher.fetch(url, etag=marks.etag, last_modified=marks.last_modified)
    if not isinstance(outcome, Fetched):
        return outcome
    try:
        parsed = intake.parse(outcome.content, outcome.content_type, outcome.url)
    except FeedError as error:
        return Unreachable(str(error))
    # After half a feed, all of it is asked for again.
    new_marks = Marks(outcome.etag, outcome.last_modified) if parsed.is_complete else NO_MARKS
    return Read(parsed, new_marks, outcome.moved_to)
