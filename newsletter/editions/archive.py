"""The archive: which editions went out to readers, and what was new in each.

An edition's list holds all that could be due to anybody, also what earlier editions took to most readers. What it
brought is what the edition before it, of the same readers, did not have on its list. Lists are frozen, so that
the answer stays the same for good; what has been held back since is not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.editions import SPECIAL, WENT_OUT, Edition, EditionArticle
from newsletter.feeds.articles import Article, Standing

_LONGEST: Final = 400
"""Places of a list that are looked at: far more than any digest holds."""

_MOST_FOUND: Final = 300
_MOST_WORDS: Final = 6
_LONGEST_QUERY: Final = 100


@dataclass(frozen=True, slots=True)
class Past:
    """An edition that readers got."""

    edition_id: int
    number: int
    cadence: str
    cutoff_at: datetime
    send_at: datetime
    day: date  # in the newsletter's zone
    before_id: int = 0  # the edition whose readers had what is not new in this one; 0: there was none


def past_editions(session: Session, newsletter: Newsletter) -> list[Past]:
    """The editions of a newsletter that went out to readers, newest first; rehearsals and skipped ones are none."""
    query = (
        select(Edition.id, Edition.number, Edition.cadence, Edition.local_date, Edition.cutoff_at, Edition.send_at)
        .where(Edition.newsletter_id == newsletter.id, Edition.number.is_not(None))
        .where(Edition.is_rehearsal.is_(False), Edition.state.in_(WENT_OUT))
        .order_by(Edition.number, Edition.id)
    )
    zone = ZoneInfo(newsletter.zone)
    latest: dict[str, int] = {}  # cadence → its last edition so far
    found: list[Past] = []
    for row in session.execute(query):
        found.append(_past(row, zone, before_id=_before(row.cadence, latest)))
        # The last one stands at the end.
        latest.pop(row.cadence, None)
        latest[row.cadence] = row.id
    return found[::-1]


def _past(row: Row[int, int | None, str, date | None, datetime, datetime], zone: ZoneInfo, *, before_id: int) -> Past:
    day = row.local_date or row.send_at.astimezone(zone).date()
    return Past(row.id, row.number or 0, row.cadence, row.cutoff_at, row.send_at, day, before_id)


def _before(cadence: str, latest: Mapping[str, int]) -> int:
    """The last edition that the readers of this one had: of their cadence, or a special one. Pure.

    A special edition goes to the readers of every cadence; those of the usual one had the least before it.
    """
    usual = defaults.CADENCE if cadence == SPECIAL else cadence
    had = {usual, SPECIAL} if cadence != SPECIAL or usual in latest else latest.keys()
    return next((edition_id for each, edition_id in reversed(list(latest.items())) if each in had), 0)


def brought(session: Session, editions: Sequence[Past], *, now: datetime) -> dict[int, list[int]]:
    """What was new in each of these editions: article ids in the order of its list, by the edition's id.

    Editions of which nothing is to be shown are left out.
    """
    if not editions:
        return {}
    earlier = aliased(EditionArticle)
    before = case({each.edition_id: each.before_id for each in editions}, value=EditionArticle.edition_id, else_=0)
    was_there = exists().where(earlier.edition_id == before, earlier.article_id == EditionArticle.article_id)
    query = (
        select(EditionArticle.edition_id, EditionArticle.article_id, Article.released_at)
        .join(Article, Article.id == EditionArticle.article_id)
        .where(EditionArticle.edition_id.in_([each.edition_id for each in editions]))
        .where(EditionArticle.position <= _LONGEST, _is_public(now), ~was_there)
        .order_by(EditionArticle.edition_id, EditionArticle.position)
    )
    since = {each.edition_id: _reaches_to(each) for each in editions}
    found: dict[int, list[int]] = {}
    for edition_id, article_id, released_at in session.execute(query):
        if released_at is not None and released_at > since[edition_id]:
            found.setdefault(edition_id, []).append(article_id)
    return found


def _is_public(now: datetime) -> ColumnElement[bool]:
    """Articles that anybody may read: what was held, retracted or is never mailed since is not among them."""
    return and_(Article.standing == Standing.FREE, Article.released_at <= now)


def _reaches_to(edition: Past) -> datetime:
    """The instant before which nothing was due to anybody, however new the newsletter is. Pure."""
    usual = defaults.CADENCE if edition.cadence == SPECIAL else edition.cadence
    return edition.cutoff_at - defaults.REACH_BACK.get(usual, timedelta(days=1))


def found_in(
    session: Session, newsletter: Newsletter, editions: Sequence[Past], words: Sequence[str], *, now: datetime
) -> dict[int, list[int]]:
    """The editions that brought an article with all these words in title or summary: article ids by edition id.

    The newest articles are looked at, up to a bound that no page reaches.
    """
    matching = (
        select(Article.id)
        .where(Article.newsletter_id == newsletter.id, _is_public(now), *map(_says, words))
        .order_by(Article.id.desc())
        .limit(_MOST_FOUND)
    )
    query = (
        select(EditionArticle.edition_id, EditionArticle.article_id, Article.released_at)
        .join(Article, Article.id == EditionArticle.article_id)
        .where(EditionArticle.article_id.in_(list(session.scalars(matching))))
        .order_by(EditionArticle.edition_id, EditionArticle.position)
    )
    lists: dict[int, dict[int, datetime]] = {}
    for edition_id, article_id, released_at in session.execute(query):
        if released_at is not None:
            lists.setdefault(edition_id, {})[article_id] = released_at
    found = {
        each.edition_id: [
            article_id
            for article_id, released_at in lists.get(each.edition_id, {}).items()
            if article_id not in lists.get(each.before_id, {}) and released_at > _reaches_to(each)
        ]
        for each in editions
    }
    return {edition_id: article_ids for edition_id, article_ids in found.items() if article_ids}


def words_of(entered: str) -> list[str]:
    """The words to look for in what somebody typed. Pure."""
    plain = "".join(letter if letter.isprintable() else " " for letter in entered[:_LONGEST_QUERY])
    return plain.split()[:_MOST_WORDS]


def _says(word: str) -> ColumnElement[bool]:
    """Articles with this word in what mails and pages show of them, whatever its case."""
    shown = (func.coalesce(Article.own_title, Article.title), func.coalesce(Article.own_summary, Article.summary))
    # SQLite knows no case beyond ASCII: these are the spellings that people type and write.
    spellings = dict.fromkeys((word, word.lower(), word.capitalize()))
    return or_(*chain.from_iterable((each.icontains(one, autoescape=True) for one in spellings) for each in shown))
