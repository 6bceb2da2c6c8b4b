"""Finding the feeds of a site from any of its addresses, as somebody types them who does not know what a feed is."""

import re
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from newsletter.errors import GazetteError
from newsletter.feeds.articles import FeedKind
from newsletter.feeds.connected import entered_address
from newsletter.feeds.extracting.found import Found, FoundFeed, SiteLook
from newsletter.feeds.fetching.fetcher import Fetched, Unchanged, Wanted
from newsletter.feeds.identity import canonical_link
from newsletter.feeds.intake import Intake
from newsletter.feeds.parsing.decoding import decode
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.feeds.sanitizing import absolute
from newsletter.language import counted

_SECONDS: Final = 12.0
_AT_ONCE: Final = 8
_MOST_TRIED: Final = 24
_MOST_SITEMAPS: Final = 3
_FEWEST_LINKS: Final = 5  # a page with fewer links to articles is no section
_GUESSES: Final = ("/blog-feed.xml", "/feed", "/rss.xml", "/atom.xml", "/feed.json", "/news-sitemap.xml")
_ROBOTS: Final = "/robots.txt"
_SITEMAP: Final = re.compile(r"^\s*sitemap:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_MOST_ROBOTS: Final = 100_000
_COMMENTS: Final = re.compile(r"comment|kommentar", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An address that may be a feed's: its place in the order of hope, and what the page calls it."""

    place: int
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Tried:
    """A candidate that is a feed."""

    place: int
    feed: FoundFeed
    first_links: frozenset[str]


def find(intake: Intake, url: str) -> Found:
    """What the site at an address offers to connect, the best first, within some 12 seconds.

    Raises RefusedError where it cannot be an address. A site that does not answer, or has no feed, is told of in the
    sentence.
    """
    ends_at = time.monotonic() + _SECONDS
    entered = entered_address(url)
    outcome = intake.fetcher.fetch(entered, wanted=Wanted.PAGE)
    if isinstance(outcome, Unchanged):
        return Found(SiteLook(), (), "The site answered that nothing is new, though it was not asked so. Try again.")
    if not isinstance(outcome, Fetched):
        return Found(SiteLook(), (), outcome.sentence)
    try:
        parsed = intake.parse(outcome.content, outcome.content_type, outcome.url)
    except GazetteError:
        return _of_page(intake, outcome, ends_at)
    return _of_feed(intake, outcome, parsed)


def _of_feed(intake: Intake, fetched: Fetched, parsed: ParsedFeed) -> Found:
    """The address is that of a feed; what its site looks like is read from its front page."""
    feed = _found(fetched, parsed, "")
    look = SiteLook()
    if parsed.home_url:
        page = intake.fetcher.fetch(parsed.home_url, wanted=Wanted.PAGE)
        if isinstance(page, Fetched):
            look = _look(intake, page) or look
    name, language = look.name or parsed.title, look.language or parsed.language
    look = replace(look, name=name, language=language, logo_url=look.logo_url or parsed.logo_url)
    return Found(look, (feed,), f"This is a feed, with {counted(feed.articles, 'article')} in it now.")


def _of_page(intake: Intake, page: Fetched, ends_at: float) -> Found:
    """The address is that of a page: the feeds it names, those at the usual addresses, or the page itself."""
    try:
        look = intake.site_of(page.content, page.content_type, page.url)
    except GazetteError as error:
        return Found(SiteLook(), (), str(error))
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="find")
    try:
        sitemaps = pool.submit(_sitemaps_of, intake, page.url)
        tried = _tried(pool, intake, _candidates(look, page.url), ends_at)
        if not tried:
            wait([sitemaps], timeout=max(0.0, ends_at - time.monotonic()))
            named = sitemaps.result() if sitemaps.done() else ()
            tried = _tried(pool, intake, [_Candidate(at, each) for at, each in enumerate(named)], ends_at)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    feeds = (*_sorted(tried), *_page_itself(intake, page, look))
    return Found(look, feeds, _sentence(feeds))


def _candidates(look: SiteLook, page_url: str) -> list[_Candidate]:
    """The feeds that the page names, then the usual addresses on its site; none twice, comments only if named first."""
    named = [link for link in look.feeds if not _COMMENTS.search(f"{link.url} {link.title}")]
    guesses = [urljoin(page_url, guess) for guess in _GUESSES]
    if urlsplit(page_url).path.strip("/"):
        guesses.insert(0, f"{page_url.partition('?')[0].rstrip('/')}/feed")  # of this section alone
    titles = {link.url: link.title for link in named}
    urls = dict.fromkeys([*titles, *guesses])
    return [_Candidate(at, url, titles.get(url, "")) for at, url in enumerate(urls)][:_MOST_TRIED]


def _tried(pool: ThreadPoolExecutor, intake: Intake, candidates: Sequence[_Candidate], ends_at: float) -> list[_Tried]:
    """Those of the candidates that turned out to be feeds in time."""
    runs = [pool.submit(_try, intake, each) for each in candidates]
    done, _late = wait(runs, timeout=max(0.0, ends_at - time.monotonic()))
    return [found for run in runs if run in done and (found := run.result()) is not None]


def _try(intake: Intake, candidate: _Candidate) -> _Tried | None:
    outcome = intake.fetcher.fetch(candidate.url, wanted=Wanted.FEED)
    if not isinstance(outcome, Fetched):
        return None
    try:
        parsed = intake.parse(outcome.content, outcome.content_type, outcome.url)
    except GazetteError:
        return None
    links = frozenset(canonical_link(item.url) for item in parsed.items[:5])
    return _Tried(candidate.place, _found(outcome, parsed, candidate.title), links)


def _sitemaps_of(intake: Intake, page_url: str) -> tuple[str, ...]:
    """The sitemaps that the site's robots.txt names; those of news first."""
    outcome = intake.fetcher.fetch(urljoin(page_url, _ROBOTS), wanted=Wanted.PAGE)
    if not isinstance(outcome, Fetched):
        return ()
    text = decode(outcome.content[:_MOST_ROBOTS], outcome.content_type)
    named = [address for each in _SITEMAP.findall(text) if (address := absolute(each, outcome.url))]
    return tuple(sorted(dict.fromkeys(named), key=lambda each: "news" not in each.lower()))[:_MOST_SITEMAPS]


def _sorted(tried: Iterable[_Tried]) -> list[FoundFeed]:
    """The best first; of feeds with the same address or the same articles only the first."""
    feeds: list[FoundFeed] = []
    known: set[object] = set()
    for each in sorted(tried, key=lambda one: (not one.feed.articles, one.feed.kind is not FeedKind.FEED, one.place)):
        names = {canonical_link(each.feed.url), each.first_links or each.feed.url}
        if not names & known:
            feeds.append(each.feed)
        known |= names
    return feeds


def _page_itself(intake: Intake, page: Fetched, look: SiteLook) -> tuple[FoundFeed, ...]:
    """The page as a source of its own, where it links to enough articles."""
    try:
        links = intake.links_in(page.content, page.content_type, page.url)
    except GazetteError:
        return ()
    if len(links) < _FEWEST_LINKS:
        return ()
    return (FoundFeed(page.url, look.name, FeedKind.PAGE, len(links)),)


def _found(fetched: Fetched, parsed: ParsedFeed, title: str) -> FoundFeed:
    return FoundFeed(fetched.moved_to or fetched.url, parsed.title or title, parsed.kind, len(parsed.items))


def _look(intake: Intake, page: Fetched) -> SiteLook | None:
    try:
        return intake.site_of(page.content, page.content_type, page.url)
    except GazetteError:
        return None


def _sentence(feeds: Sequence[FoundFeed]) -> str:
    count = sum(1 for each in feeds if each.kind is not FeedKind.PAGE)
    if count:
        return f"This site has {counted(count, 'feed')} to choose from."
    if feeds:
        return "This site names no feed, but its page links to articles: Gazette can read them from there."
    return (
        "No feed was found on this site, and no list of articles on this page. Try the address of one of its sections."
    )
