"""Waves: the rhythms whose readers an edition serves at an instant, and which of them it is too late for."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from config import defaults
from newsletter.editions.editions import Edition
from newsletter.editions.groups import EditionRhythm


def due_rhythms(edition: Edition, *, now: datetime) -> Select[int]:
    """The rhythms whose readers an edition serves now."""
    return _of(edition).where(EditionRhythm.written_at.is_(None), *_is_in_time(edition, now=now))


def has_due(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Whether a wave is to be written now; one that came too late is to be left out, which is as much to do."""
    waiting = _of(edition).where(EditionRhythm.at <= now, EditionRhythm.written_at.is_(None))
    return session.scalar(waiting.limit(1)) is not None


def has_later(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Whether there is a wave whose instant has not come."""
    return session.scalar(_of(edition).where(EditionRhythm.at > now).limit(1)) is not None


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
        EditionRhythm.edition_id == edition.id, EditionRhythm.at <= now, EditionRhythm.written_at.is_(None)
    )
    session.execute(served.values(written_at=now).execution_options(synchronize_session=False))


def _of(edition: Edition) -> Select[int]:
    return select(EditionRhythm.rhythm_id).where(EditionRhythm.edition_id == edition.id)


def _is_in_time(edition: Edition, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    latest = now - defaults.LATEST_START[edition.cadence]
    return EditionRhythm.at <= now, EditionRhythm.at >= latest, ~_is_overtaken(now=now)


def _is_overtaken(*, now: datetime) -> ColumnElement[bool]:
    later = aliased(EditionRhythm)
    return exists().where(later.rhythm_id == EditionRhythm.rhythm_id, later.at > EditionRhythm.at, later.at <= now)
