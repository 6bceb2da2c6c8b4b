"""What the board is about: the next edition, what is in it, what waits, and for whom."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.building import due_in, frame_at, frame_of
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import Edition, EditionState
from newsletter.editions.outlook import gets, old_hand
from newsletter.editions.rhythms import rule_of
from newsletter.editions.runs import upcoming
from newsletter.editions.selection import Digest
from newsletter.feeds.articles import Article
from newsletter.language import zone_in_words
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState
from newsletter.web.desk.article_list import count_held
from newsletter.web.desk.listing import ListedArticle, listed
from newsletter.web.desk.wording import clock_time, digest_name, span

MAIN: Final = Cadence(defaults.CADENCE)
"""The newsletter's own rhythm, which the board is about."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next edition of a cadence, as the sentence says it."""

    name: str
    starts: str
    zone: str
    is_closed: bool
    closed_at: str
    closes_in: str  # how long until it closes, or starts when it has closed
    readers: int
    articles: int
    more: int  # due, and do not fit
    least: int
    is_enough: bool
    waits_for_approval: bool  # it does not go out by itself


@dataclass(frozen=True, slots=True)
class Next:
    """The next edition with its list."""

    upcoming: Upcoming
    articles: Sequence[ListedArticle]
    waiting: Sequence[ListedArticle]
    held: int  # articles that wait for an editor's decision


def next_edition(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Next:
    """What comes next, by the very code that sends."""
    edition = upcoming(session, newsletter, cadence, now=now)
    is_closed = edition is not None and edition.state == EditionState.CLOSED
    reader = old_hand(session, newsletter, cadence, now=now)
    so_far = frame_at(session, newsletter, cadence, now)
    frame = frame_of(session, edition) if edition is not None and is_closed else so_far
    shown = gets(frame, reader, cadence)
    # What came after the cutoff, and what does not fit.
    every = [candidate.article_id for candidate in due_in(so_far, reader, cadence)]
    waiting = [each for each in every if each not in set(shown.article_ids)]
    held = session.scalars(
        select(Article.id)
        .where(Article.newsletter_id == newsletter.id, Article.released_at > now)
        .order_by(Article.released_at)
    )
    return Next(
        _upcoming(session, newsletter, cadence, edition, shown, now=now),
        listed(session, newsletter, shown.article_ids, now=now),
        _waiting(listed(session, newsletter, [*waiting, *held], now=now), is_closed=is_closed),
        count_held(session, newsletter.id, now=now),
    )


def also_coming(session: Session, newsletter: Newsletter, *, now: datetime) -> list[Upcoming]:
    """The next editions of the other cadences that readers chose."""
    others = [each for each in Cadence if each != MAIN and _active_readers(session, newsletter.id, each)]
    return [next_edition(session, newsletter, each, now=now).upcoming for each in others]


def readers_by_state(session: Session, newsletter_id: int) -> dict[str, int]:
    """How many subscriptions stand where; every state, also with 0."""
    query = (
        select(Subscription.state, func.count())
        .where(Subscription.newsletter_id == newsletter_id)
        .group_by(Subscription.state)
    )
    return dict.fromkeys([str(state) for state in SubscriptionState], 0) | dict(session.execute(query).all())


def editors_count(session: Session) -> int:
    """How many editors a rehearsal goes to."""
    return session.scalar(select(func.count()).select_from(Editor)) or 0


def _waiting(articles: Sequence[ListedArticle], *, is_closed: bool) -> list[ListedArticle]:
    """What waits, with why: what is free and yet not in the next edition came too late for it, or does not fit."""
    why = "The next edition had closed, or was full." if is_closed else "The next edition is full without it."
    return [replace(each, why=f"{why} It comes with the one after.") if each.is_plain else each for each in articles]


def _upcoming(
    session: Session, newsletter: Newsletter, cadence: Cadence, edition: Edition | None, shown: Digest, *, now: datetime
) -> Upcoming:
    if edition is None:  # the next tick makes its row
        send_at = next_occurrence(rule_of(newsletter, cadence), now).at
        cutoff_at = send_at - defaults.CUTOFF_BEFORE_SEND
    else:
        send_at, cutoff_at = edition.send_at, edition.cutoff_at
    is_closed = edition is not None and edition.state == EditionState.CLOSED
    return Upcoming(
        name=digest_name(newsletter, cadence),
        starts=_starts(send_at, newsletter, cadence, now=now),
        zone=zone_in_words(newsletter.zone),
        is_closed=is_closed,
        closed_at=clock_time(cutoff_at, newsletter.zone),
        closes_in=span((send_at if is_closed else cutoff_at) - now),
        readers=_active_readers(session, newsletter.id, cadence),
        articles=len(shown.article_ids),
        more=shown.more,
        least=newsletter.minimum_articles,
        is_enough=len(shown.article_ids) >= newsletter.minimum_articles,
        waits_for_approval=newsletter.asks_approval and (edition is None or edition.answered_at is None),
    )


def _starts(at: datetime, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> str:
    """`at 07:00`; of a daily digest, whose name tells no day, also which day."""
    zone = ZoneInfo(newsletter.zone)
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    day = "" if cadence is not Cadence.DAILY else "today " if is_today else "tomorrow "
    return f"{day}at {clock_time(at, newsletter.zone)}"


def _active_readers(session: Session, newsletter_id: int, cadence: Cadence) -> int:
    query = (
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.newsletter_id == newsletter_id)
        .where(Subscription.state == SubscriptionState.ACTIVE, Subscription.cadence == cadence)
    )
    return session.scalar(query) or 0
