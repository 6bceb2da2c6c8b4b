"""Reading the pages of articles whose feeds leave out their text or their picture.

No transaction is open while the network is talked to; each page is stored in one of its own.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import GazetteError
from newsletter.feeds.articles import Article
from newsletter.feeds.deciding import settle
from newsletter.feeds.extracting.found import ExtractedPage, PageError
from newsletter.feeds.fetching.fetcher import Fetched, Gone, Unchanged, Unreachable, Wanted
from newsletter.feeds.intake import Intake
from newsletter.feeds.page_texts import take_page

PAUSES: Final = (timedelta(minutes=2), timedelta(minutes=20))
"""After each failure; after one more the page is given up, until an editor wants it fetched again."""

_CLAIMED_FOR: Final = timedelta(minutes=5)
_AT_ONCE: Final = 16
_PER_HOST: Final = 4
_BATCH: Final = 48
_ANSWERED: Final = 1  # tries, once there was an answer: more are those that failed


@dataclass(frozen=True, slots=True)
class _Claim:
    id: int
    url: str
    tries: int  # this one counted
    is_first: bool  # it was not read before; later a cache may hold what stood there then


def read_due_pages(database: Database, intake: Intake, clock: Clock, *, limit: int = 500, seconds: float = 25) -> int:
    """Read pages that are due, at most so many and for about so many seconds; how many were tried."""
    ends_at = time.monotonic() + seconds
    tried = 0
    while tried < limit and time.monotonic() < ends_at:
        claims = _claim(database, now=clock.now(), most=min(_BATCH, limit - tried))
        if not claims:
            break
        lanes = _lanes(claims)
        with ThreadPoolExecutor(min(_AT_ONCE, len(lanes)), thread_name_prefix="page") as pool:
            runs = [pool.submit(_read_lane, database, intake, clock, lane, ends_at) for lane in lanes]
        tried += sum(run.result() for run in runs)
    return tried


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a page is to be read now."""
    return session.scalar(select(Article.id).where(Article.page_due_at <= now).limit(1)) is not None


def _claim(database: Database, *, now: datetime, most: int) -> list[_Claim]:
    """The pages to try next. Their next try is put off at once, so that a second worker leaves them alone."""
    with database.write() as session:
        _give_up_endless(session, now=now)
        due = select(Article.id, Article.page_due_at, Article.first_seen_at).where(Article.page_due_at <= now)
        rows = session.execute(due.order_by(Article.page_due_at, Article.id).limit(most)).all()
        first = {article_id: due_at == seen_at for article_id, due_at, seen_at in rows}
        taken = (
            update(Article)
            # Looked at once more: another worker may have been first.
            .where(Article.id.in_(first), Article.page_due_at <= now)
            .values(page_due_at=now + _CLAIMED_FOR, page_tries=Article.page_tries + 1)
            .returning(Article.id, Article.url, Article.page_tries)
            .execution_options(synchronize_session=False)
        )
        return [_Claim(*row, is_first=first[row.id]) for row in session.execute(taken)]


def _give_up_endless(session: Session, *, now: datetime) -> None:
    """A page that was claimed so often and never answered for has ended its worker each time."""
    query = select(Article).where(Article.page_due_at <= now, Article.page_tries > len(PAUSES))
    for article in session.scalars(query.limit(_BATCH).with_for_update(skip_locked=True)).all():
        _give_up(session, article, now=now)


def _lanes(claims: Iterable[_Claim]) -> list[list[_Claim]]:
    """The claims in rows, to be read side by side; no host is in more than four of them. Pure."""
    by_host: dict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        by_host[_host(claim.url)].append(claim)
    return [lane for of_host in by_host.values() for start in range(_PER_HOST) if (lane := of_host[start::_PER_HOST])]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _read_lane(database: Database, intake: Intake, clock: Clock, lane: Sequence[_Claim], ends_at: float) -> int:
    """Read these one after the other; how many there was time for. The others are due again."""
    for place, claim in enumerate(lane):
        if time.monotonic() >= ends_at:
            _give_back(database, lane[place:], now=clock.now())
            return place
        answer = _read(intake, claim)
        with database.write() as session:
            _settle(session, claim, answer, now=clock.now())
    return len(lane)


def _read(intake: Intake, claim: _Claim) -> ExtractedPage | PageError | Unreachable | Gone:
    match intake.fetcher.fetch(claim.url, wanted=Wanted.PAGE, past_caches=not claim.is_first):
        case Fetched(content=content, content_type=content_type, url=found_at):
            try:
                return intake.extract(content, content_type, found_at)
            except PageError as error:
                return error
            except GazetteError as error:
                return Unreachable(str(error))
        case Unchanged():
            return Unreachable("The site answered that nothing is new, though it was not asked so.")
        case outcome:
            return outcome


def _settle(
    session: Session, claim: _Claim, answer: ExtractedPage | PageError | Unreachable | Gone, *, now: datetime
) -> None:
    """Store what came of a page."""
    article = session.get(Article, claim.id, with_for_update=True)
    if article is None:
        return
    if article.url != claim.url:  # it has another page by now
        article.page_due_at, article.page_tries = now, 0
        return
    match answer:
        case ExtractedPage():
            article.page_tries, article.page_trouble = _ANSWERED, None
            take_page(session, article, answer, now=now)
        case Unreachable(sentence=sentence) if claim.tries <= len(PAUSES):
            article.page_due_at, article.page_trouble = now + PAUSES[claim.tries - 1], sentence
        case Unreachable(sentence=sentence):
            article.page_trouble = sentence
            _give_up(session, article, now=now)
        case PageError() | Gone():
            article.page_tries = _ANSWERED
            article.page_trouble = str(answer) if isinstance(answer, PageError) else answer.sentence
            _give_up(session, article, now=now)


def _give_up(session: Session, article: Article, *, now: datetime) -> None:
    """The page will not be read: what the feed says is all there is."""
    article.page_due_at = None
    settle(session, article, now=now)


def _give_back(database: Database, claims: Sequence[_Claim], *, now: datetime) -> None:
    with database.write() as session:
        session.execute(
            update(Article)
            .where(Article.id.in_([claim.id for claim in claims]), Article.page_due_at.is_not(None))
            .values(page_due_at=now, page_tries=Article.page_tries - 1)
            .execution_options(synchronize_session=False)
        )
