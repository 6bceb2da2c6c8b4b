"""Where an article stands, and why, in a sentence: from the moment it was seen until it has been mailed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.editions.editions import WENT_OUT, Edition, EditionArticle
from newsletter.editions.mailed import Mailed, last_mailed
from newsletter.feeds.articles import Article, Origin, Standing
from newsletter.feeds.fetching_again import was_not_answered
from newsletter.language import day_and_year, long_date


class ArticleState(StrEnum):
    """Where an article stands."""

    NEW = auto()  # in its grace time
    HELD = auto()
    EMBARGOED = auto()  # until an instant, or its own publication date
    RELEASED = auto()
    CLOSED_IN = auto()  # on the list of an edition that has not begun to go out
    IN_EDITION = auto()
    CARRIED_OVER = auto()  # an edition went out, and no digest of it held it
    CORRECTED = auto()  # changed after it had been mailed
    NEVER = auto()
    OLD = auto()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an article stands, and why."""

    state: ArticleState
    sentence: str
    edition_id: int | None = None


_FURTHEST_BACK: Final = max(defaults.REACH_BACK[cadence] for cadence in defaults.OFFERED)
_DUE: Final = "It goes out with the next edition."
_DUE_TO_NOBODY: Final = "it was due to none of their readers"
_NEXT_TIME: Final = "Where it is still due, it comes with the next one."
_LAPSED: Final = "It is too old for any digest by now. Hold it, then release it anew."
_LOOK_AT_IT: Final = "Look at it in a browser; if it is there, fetch it again."
_NOT_ANSWERED: Final = f"Its page could not be read in three tries, so it is not mailed. {_LOOK_AT_IT}"
_SAME_YEAR: Final = timedelta(days=300)
_OBSTACLES: Final[Mapping[Standing, tuple[ArticleState, str]]] = {
    Standing.OLD: (ArticleState.OLD, "It was there before its feed was connected, so it is not mailed."),
    Standing.HELD: (ArticleState.HELD, "An editor, or whoever handed it in, holds it. Release it to mail it."),
    Standing.HELD_BY_FEED: (ArticleState.HELD, "Everything from its feed waits for an editor. Release it to mail it."),
    Standing.HELD_BY_TOPIC: (ArticleState.HELD, "Everything in its topic waits for an editor. Release it to mail it."),
    Standing.SAME_STORY: (
        ArticleState.HELD,
        "Another article tells the same story: same title, nearly the same beginning. Release it to mail it too.",
    ),
    Standing.UNREAD: (ArticleState.HELD, "Its page is being read; until then nobody knows whether it is an article."),
    Standing.NO_ARTICLE: (
        ArticleState.NEVER,
        "Its page holds no article that could be read, so it is not mailed. If there is one by now, fetch it again.",
    ),
    Standing.NEVER: (ArticleState.NEVER, "An editor said that it is never mailed."),
    Standing.NEVER_BY_FEED: (ArticleState.NEVER, "Nothing from its feed is mailed, as an editor said."),
    Standing.NEVER_BY_TOPIC: (ArticleState.NEVER, "Nothing in its topic is mailed, as an editor said."),
}


def whereabouts_of(
    session: Session, articles: Sequence[Article], zone: str, *, now: datetime
) -> dict[int, Whereabouts]:
    """Where each of these articles stands, by its id."""
    mailed = last_mailed(session, [article.id for article in articles])
    return {article.id: whereabouts(article, mailed.get(article.id), zone, now=now) for article in articles}


def whereabouts(article: Article, mailed: Mailed | None, zone: str, *, now: datetime) -> Whereabouts:
    """Where an article stands, and why. Pure; instants are told in the newsletter's zone."""
    if mailed is not None and (mailed.was_shown or article.standing == Standing.FREE):
        return _in_edition(article, mailed, zone, now=now)
    if article.standing != Standing.FREE or article.released_at is None:
        return _kept_back(article)
    if article.released_at <= now:
        return Whereabouts(ArticleState.RELEASED, _LAPSED if _has_lapsed(article, now) else _DUE)
    until = _moment(article.released_at, zone, now=now)
    if article.released_at == article.embargo_at:
        return Whereabouts(ArticleState.EMBARGOED, f"It is under embargo until {until}.")
    if article.released_at == article.published_at:
        return Whereabouts(ArticleState.EMBARGOED, f"Its own date lies ahead; it waits until {until}.")
    return Whereabouts(ArticleState.NEW, f"It is new; what is mended by {until} is mended in the mail too.")


def _kept_back(article: Article) -> Whereabouts:
    if article.standing == Standing.OLD and article.origin == Origin.IMPORT:
        return Whereabouts(ArticleState.OLD, "It came in with an export of old posts, so it is not mailed.")
    if article.standing == Standing.NO_ARTICLE and article.page_trouble:
        sentence = f"It is not mailed, since its page gave nothing. {article.page_trouble} {_LOOK_AT_IT}"
        return Whereabouts(ArticleState.NEVER, sentence)
    if article.standing == Standing.NO_ARTICLE and was_not_answered(article):
        return Whereabouts(ArticleState.NEVER, _NOT_ANSWERED)
    return Whereabouts(*_OBSTACLES.get(Standing(article.standing), _OBSTACLES[Standing.HELD]))


def already_out(session: Session, newsletter_id: int, *, since: datetime) -> set[int]:
    """The articles that editions since then have taken to readers; later rules do not touch them."""
    query = (
        select(EditionArticle.article_id)
        .join(Edition, Edition.id == EditionArticle.edition_id)
        .where(Edition.newsletter_id == newsletter_id, Edition.cutoff_at > since)
        .where(Edition.is_rehearsal.is_(False), Edition.state.in_(WENT_OUT))
    )
    return set(session.scalars(query))


def _in_edition(article: Article, mailed: Mailed, zone: str, *, now: datetime) -> Whereabouts:
    name = f"edition {mailed.number}" if mailed.number is not None else f"the edition of {_day(mailed.cutoff_at, zone)}"
    if not mailed.was_shown and (mailed.is_being_written or not mailed.has_gone_out):
        how = "is going out now" if mailed.has_gone_out else "is closed"
        return Whereabouts(ArticleState.CLOSED_IN, f"It is on the list of {name}, which {how}.", mailed.edition_id)
    if not mailed.was_shown:
        return Whereabouts(ArticleState.CARRIED_OVER, _why_left(article, mailed, name, now=now), mailed.edition_id)
    if mailed.cutoff_at < article.updated_at <= now:
        changed = _moment(article.updated_at, zone, now=now)
        sentence = f"It went out in {name}, and was changed after that, {changed}."
        return Whereabouts(ArticleState.CORRECTED, sentence, mailed.edition_id)
    return Whereabouts(ArticleState.IN_EDITION, f"It went out in {name}.", mailed.edition_id)


def _why_left(article: Article, mailed: Mailed, name: str, *, now: datetime) -> str:
    """Why no digest of an edition held an article that was on its list, and what comes of it."""
    if mailed.unfollowed:
        topics = " or ".join(mailed.unfollowed)
        return (
            f"Nobody follows {topics} yet, so no digest of {name} held it. Give it a topic that has readers, or none."
        )
    # Which of the two it was would take all readers of that day to tell.
    why = "they were full, or it was due to none of their readers" if mailed.some_were_full else _DUE_TO_NOBODY
    return f"No digest of {name} held it: {why}. {_LAPSED if _has_lapsed(article, now) else _NEXT_TIME}"


def _has_lapsed(article: Article, now: datetime) -> bool:
    return article.released_at is not None and article.released_at <= now - _FURTHEST_BACK


def _moment(at: datetime, zone: str, *, now: datetime) -> str:
    local = at.astimezone(ZoneInfo(zone))
    day = long_date(local.date()) if abs(at - now) < _SAME_YEAR else day_and_year(local.date())
    return f"{day}, {local:%H:%M}"


def _day(at: datetime, zone: str) -> str:
    return long_date(at.astimezone(ZoneInfo(zone)).date())
