"""A newsletter's calendar is changed: every edition whose list is still open finds its hour anew."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.blackouts import OnBlackout, written
from newsletter.catalogue.newsletters import ArticleOrder, Newsletter
from newsletter.editions.beats import beat_of_row
from newsletter.editions.cadence import instant_on, kept_free_by
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.editions.groups import EditionRhythm, RhythmRow
from newsletter.editions.rhythms import is_zone, rule_for, rule_of
from newsletter.editions.runs import advance_all, left_out
from newsletter.editions.sorting import lock
from newsletter.errors import NotFoundError, RefusedError
from newsletter.subscriptions.grouping import ungroup_all
from newsletter.subscriptions.subscribers import Cadence, Subscription

_LAST_HOUR: Final = 23
_LAST_DAY: Final = 31
_SUNDAY: Final = 6


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """The calendar of a newsletter, as an editor fills it in. Monday is 0; the day 31 is the last of a month."""

    weekday: int
    is_weekday_fixed: bool
    hour: int
    zone: str
    month_day: int
    sends_from: int
    sends_until: int
    blackout_dates: str
    on_blackout: str
    asks_approval: bool
    article_order: str
    minimum_articles: int


def set_calendar(session: Session, newsletter_id: int, choice: CalendarChoice, *, now: datetime) -> None:
    """Let a newsletter have this calendar from now on; what has closed stays. Raises RefusedError with what to mend."""
    dates = _checked(choice)
    newsletter = lock(session, newsletter_id)
    if newsletter is None:
        raise NotFoundError("This newsletter is gone.")
    has_new_beats = newsletter.is_weekday_fixed != choice.is_weekday_fixed
    newsletter.weekday, newsletter.is_weekday_fixed = choice.weekday, choice.is_weekday_fixed
    newsletter.hour, newsletter.zone, newsletter.month_day = choice.hour, choice.zone, choice.month_day
    newsletter.sends_from, newsletter.sends_until = choice.sends_from, choice.sends_until
    newsletter.blackout_dates, newsletter.on_blackout = dates, choice.on_blackout
    newsletter.article_order = choice.article_order
    newsletter.asks_approval, newsletter.minimum_articles = choice.asks_approval, choice.minimum_articles
    session.flush()
    if has_new_beats:  # whether a weekday is a reader's own belongs to what makes readers alike
        ungroup_all(session, Subscription.newsletter_id == newsletter.id)
    reschedule(session, newsletter, now=now)


def _checked(choice: CalendarChoice) -> str:
    """The blackout dates as they are kept, of a choice that can be kept."""
    if not is_zone(choice.zone):
        raise RefusedError(f"The zone {choice.zone} is not known; write it like Europe/Berlin.")
    if not 0 <= choice.sends_from < choice.sends_until <= _LAST_HOUR + 1:
        raise RefusedError("The sending hours must begin before they end, between 0 and 24.")
    if not (0 <= choice.hour <= _LAST_HOUR and 1 <= choice.month_day <= _LAST_DAY and 0 <= choice.weekday <= _SUNDAY):
        raise RefusedError("There is no such hour, weekday or day of the month. Choose one from the list.")
    if choice.minimum_articles < 1 or choice.minimum_articles > min(defaults.MAXIMUM_ARTICLES.values()):
        most = min(defaults.MAXIMUM_ARTICLES.values())
        raise RefusedError(f"The fewest articles of a digest are a number from 1 to {most}.")
    if choice.on_blackout not in set(OnBlackout):
        raise RefusedError("Say whether a digest of a blackout date is left out, or goes out before or after it.")
    if choice.article_order not in set(ArticleOrder):
        raise RefusedError("There is no such order. Choose one from the list.")
    return written(choice.blackout_dates)


def reschedule(session: Session, newsletter: Newsletter, *, now: datetime) -> None:
    """Let the calendar that a newsletter has now hold for every run whose list is still open."""
    editions = session.scalars(
        select(Edition)
        .where(Edition.newsletter_id == newsletter.id, Edition.local_date.is_not(None))
        .where(Edition.state.in_({EditionState.COLLECTING, EditionState.SKIPPED}))
        .where(Edition.cutoff_at > now)
        .order_by(Edition.id)
    ).all()
    kept = [edition for edition in editions if _is_kept(session, newsletter, edition, now=now)]
    rhythms = update(RhythmRow).where(RhythmRow.newsletter_id == newsletter.id)
    session.execute(rhythms.values(next_at=None).execution_options(synchronize_session="fetch"))
    advance_all(session, newsletter, now=now)
    for edition in kept:
        _begin_with_first(session, newsletter, edition, now=now)


def _is_kept(session: Session, newsletter: Newsletter, edition: Edition, *, now: datetime) -> bool:
    """Give an edition the waves of today's calendar; without any it goes, unless a test was sent of it.

    Also one that was left out: made anew where its day is still a blackout date.
    """
    waves = _waves(session, newsletter, edition, now=now)
    session.execute(delete(EditionRhythm).where(EditionRhythm.edition_id == edition.id))
    if not waves and session.scalar(select(Variant.id).where(Variant.edition_id == edition.id).limit(1)) is None:
        session.delete(edition)
        session.flush()
        return False
    edition.state, edition.reason, edition.finished_at = EditionState.COLLECTING, None, None
    session.add_all(EditionRhythm(edition_id=edition.id, rhythm_id=each, at=at) for each, at in waves)
    session.flush()
    return True


def _waves(session: Session, newsletter: Newsletter, edition: Edition, *, now: datetime) -> list[tuple[int, datetime]]:
    """The rhythms that run on the date of an edition by the calendar there is now, and when.

    An hour that is over today does not come again: those whose digest would have been then get it as it was planned.
    """
    query = select(EditionRhythm.at, RhythmRow).join(RhythmRow, RhythmRow.id == EditionRhythm.rhythm_id)
    found: list[tuple[int, datetime]] = []
    day = _day_of(edition)
    for at, rhythm in session.execute(query.where(EditionRhythm.edition_id == edition.id)).all():
        rule = rule_for(newsletter, beat_of_row(rhythm))
        new = instant_on(rule, day) if kept_free_by(rule, day) is None else None
        if new is not None:
            found.append((rhythm.id, new if new > now else at))
    return found


def _begin_with_first(session: Session, newsletter: Newsletter, edition: Edition, *, now: datetime) -> None:
    """An edition begins with the first of its waves; one that has none is left out."""
    of_edition = select(EditionRhythm.at).where(EditionRhythm.edition_id == edition.id)
    first = session.scalars(of_edition.order_by(EditionRhythm.at).limit(1)).first()
    if first is not None:
        edition.send_at, edition.cutoff_at = first, first - defaults.CUTOFF_BEFORE_SEND
        return
    name = kept_free_by(rule_of(newsletter, Cadence(edition.cadence)), _day_of(edition))
    edition.state, edition.finished_at = EditionState.SKIPPED, now
    edition.reason = "The newsletter's calendar was changed." if name is None else left_out(name)


def _day_of(edition: Edition) -> date:
    assert edition.local_date is not None  # noqa: S101 - special editions are not asked for here
    return edition.local_date
