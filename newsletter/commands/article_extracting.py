"""`gazette article extract …`: the article on each page, as JSON. It needs no database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Final, TypeAlias

import click

from config.settings import read_settings
from newsletter.commands.named_files import content_of, is_web_address, shown
from newsletter.commands.output import answer
from newsletter.errors import GazetteError
from newsletter.feeds.extracting.found import ExtractedPage, PageError
from newsletter.feeds.extracting.page import extract
from newsletter.feeds.fetching.fetcher import FeedFetcher, Fetched, Unchanged, Wanted
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.isolation.isolating import Isolation

_AT_ONCE: Final = 2  # as many as there are child processes

Read: TypeAlias = Callable[[bytes, str | None, str], ExtractedPage]


@click.command("extract")
@click.argument("places", metavar="FILE|URL…", nargs=-1, required=True)
@click.option("--url", default="", help="Where a file was found, if it does not say so itself; its links begin there.")
def extract_articles(places: tuple[str, ...], url: str) -> None:
    """Show the article on each of these pages, a line of JSON each."""
    trouble = False
    fetcher = _fetcher() if any(map(is_web_address, places)) else None
    with closing(Isolation(children=_AT_ONCE)) as isolation, ThreadPoolExecutor(_AT_ONCE) as pool:
        read = isolation.isolated(extract)
        for place, found in zip(places, pool.map(lambda each: _outcome(each, url, read, fetcher), places), strict=True):
            if isinstance(found, ExtractedPage):
                answer(_data(place, found))
            else:
                trouble = True
                click.echo(f"{shown(place)}: {found}".encode("utf-8", "replace"), err=True)
    if trouble:
        raise SystemExit(1)


def _outcome(place: str, url: str, read: Read, fetcher: FeedFetcher | None) -> ExtractedPage | str:
    """The article, or a sentence about what is wrong."""
    try:
        if fetcher is not None and is_web_address(place):
            return read(*_fetched(fetcher, place))
        return read(content_of(place), None, url)
    except GazetteError as error:
        return str(error)


def _fetched(fetcher: FeedFetcher, url: str) -> tuple[bytes, str | None, str]:
    match fetcher.fetch(url, wanted=Wanted.PAGE):
        case Fetched(content=content, content_type=content_type, url=found_at):
            return content, content_type, found_at
        case Unchanged():
            raise PageError("The site answered that nothing is new, though it was not asked so. Try again later.")
        case outcome:
            raise PageError(outcome.sentence)


def _fetcher() -> FeedFetcher:
    settings = read_settings()
    return HttpFetcher(allow=settings.fetch_allow, user_agent=f"Gazette/0.1 (+{settings.base_url})")


def _data(place: str, page: ExtractedPage) -> dict[str, Any]:
    return {
        "file": shown(place),
        "url": page.url,
        "title": page.title,
        "author": page.author,
        "published_at": page.published_at,
        "image": page.image_url,
        "text": page.text,
        "html": page.html,
        "language": page.language,
    }
