"""`gazette feed parse`: what Gazette reads in a feed, without storing anything; needs no set-up."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from config.settings import Settings, read_settings
from newsletter.commands.named_files import content_of, is_web_address, shown
from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import Fetched, Gone, Unchanged, Unreachable, check_url
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.intake import Parse
from newsletter.feeds.isolation.isolating import Isolation
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed, ParsedItem


@click.command("parse")
@click.argument("places", metavar="FILE|URL…", nargs=-1, required=True)
def parse_feeds(places: tuple[str, ...]) -> None:
    """Print what is read in feeds: JSON, a line per article. What is amiss is said on standard error."""
    settings, has_trouble = read_settings(), False
    with _isolated() as parse_isolated:
        for place in places:
            name = shown(place)
            try:
                feed = _read(place, parse_isolated, settings)
            except GazetteError as error:
                has_trouble = True
                _say(f"{name}: {error}", is_error=True)
                continue
            for item in feed.entries:
                _say(json.dumps({"file": name, **_data(item)}, ensure_ascii=False))
            for sentence in feed.left_out:
                _say(f"{name}: {sentence}", is_error=True)
    if has_trouble:
        raise SystemExit(1)


@contextmanager
def _isolated() -> Iterator[Parse]:
    """The reader of feeds in a child process, one for all files."""
    isolation = Isolation(children=1)
    try:
        yield isolation.isolated(parse)
    finally:
        isolation.close()


def _read(place: str, parse_isolated: Parse, settings: Settings) -> ParsedFeed:
    """The feed in a file or at an address. Raises GazetteError with what to do."""
    if not is_web_address(place):
        return parse_isolated(content_of(place), None, "")
    check_url(place)
    fetcher = HttpFetcher(allow=settings.fetch_allow, user_agent=f"Gazette/0.1 (+{settings.base_url})")
    outcome = fetcher.fetch(place)
    match outcome:
        case Fetched():
            return parse_isolated(outcome.content, outcome.content_type, outcome.url)
        case Unreachable(sentence=sentence) | Gone(sentence=sentence):
            raise GazetteError(sentence)
        case Unchanged():
            raise GazetteError("The site answered that nothing is new, though it was not asked so. Try again later.")


def _data(item: ParsedItem) -> dict[str, object]:
    return {
        "guid": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "html": item.html,
        "author": item.author or item.author_address,
        "image": item.image_url,
        "topics": list(item.categories),
        "published_at": _written(item.published_at),
        "updated_at": _written(item.updated_at),
        "language": item.language,
    }


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _say(words: str, *, is_error: bool = False) -> None:
    """One line in UTF-8, whatever the terminal is set to."""
    click.echo(words.encode("utf-8", "replace"), err=is_error)
