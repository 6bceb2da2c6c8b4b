"""Waves: the rhythms whose readers an edition serves at an instant, and which of them it is too late for."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import next_in_hours
from newsletter.editions.editions import SPECIAL, Edition, Question
from newsletter.editions.groups import EditionRhythm, RhythmRow
from newsletter.editions.rhythms import is_zone


def due_rhythms(edition: Edition, *, now: datetime) -> Select[int]:
    """The rhythms whose readers an edition serves now."""
    return _of(edition).where(EditionRhythm.written_at.is_(None), *_is_in_time(edition, now=now))


def has_due(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Whether a wave is to be written now; one that came too late is to be left out, which is as much to do."""
    waiting = _of(edition).where(_has_come(now=now), EditionRhythm.written_at.is_(None))
    return session.scalar(waiting.limit(1)) is not None


def has_later(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Whether there is a wave whose instant has not come, or that is held until the morning."""
    return session.scalar(_of(edition).where(~_has_come(now=now)).limit(1)) is not None


def hold_at_night(session: Session, newsletter: Newsletter, edition: Edition, *, now: datetime) -> None:
    """Let what is late wait for the newsletter's sending hours, in the zone of each rhythm."""
    if edition.cadence == SPECIAL:  # it has no rhythms: an editor sends it now
        return
    late = (
        select(EditionRhythm, RhythmRow.zone)
        .join(RhythmRow, RhythmRow.id == EditionRhythm.rhythm_id)
        .where(EditionRhythm.edition_id == edition.id, EditionRhythm.written_at.is_(None))
        .where(EditionRhythm.at < now - defaults.LATE_AFTER, *_is_in_time(edition, now=now))
    )
    hours = (newsletter.sends_from, newsletter.sends_until)
    for wave, zone in session.execute(late).all():
        opens = next_in_hours(hours, zone if is_zone(zone) else newsletter.zone, now)
        if opens > now:
            wave.held_until = opens


def has_missed_all(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Whether it is too late for every wave of an edition that has not begun."""
    if session.scalar(_of(edition).limit(1)) is None:
        return now - edition.send_at > defaults.LATEST_START[edition.cadence]
    in_time = _of(edition).where(*_is_in_time(edition, now=now))
    return session.scalar(in_time.limit(1)) is None and not has_later(session, edition, now=now)


def drop_overtaken(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Leave out the rhythms whose next run has come too; whether none is left: one digest goes out, not three."""
    if session.scalar(_of(edition).limit(1)) is None:
        return False
    overtaken = session.scalars(_of(edition).where(_is_overtaken(now=now))).all()
    session.execute(
        delete(EditionRhythm)
        .where(EditionRhythm.edition_id == edition.id, EditionRhythm.rhythm_id.in_(overtaken))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(_of(edition).limit(1)) is None


def end(session: Session, edition: Edition, *, now: datetime) -> None:
    """All whose instant has come are served, or it was too late for them."""
    served = update(EditionRhythm).where(
        EditionRhythm.edition_id == edition.id, _has_come(now=now), EditionRhythm.written_at.is_(None)
    )
    session.execute(served.values(written_at=now).execution_options(synchronize_session=False))


def _of(edition: Edition) -> Select[int]:
    return select(EditionRhythm.rhythm_id).where(EditionRhythm.edition_id == edition.id)


def _has_come(*, now: datetime) -> ColumnElement[bool]:
    return and_(EditionRhythm.at <= now, or_(EditionRhythm.held_until.is_(None), EditionRhythm.held_until <= now))


def _is_in_time(edition: Edition, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    if edition.question == Question.LATE and edition.answered_at is not None:
        return _has_come(now=now), ~_is_overtaken(now=now)  # an editor said that it goes, late as it is
    # What waits for the morning was in time when it began to.
    held = EditionRhythm.held_until
    is_early = func.coalesce(held, EditionRhythm.at) >= now - defaults.LATEST_START[edition.cadence]
    return _has_come(now=now), is_early, ~_is_overtaken(now=now)


def _is_overtaken(*, now: datetime) -> ColumnElement[bool]:
    later = aliased(EditionRhythm)
    return exists().where(later.rhythm_id == EditionRhythm.rhythm_id, later.at > EditionRhythm.at, later.at <= now)
