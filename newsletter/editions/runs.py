"""The rhythms that readers share, their next runs, and the editions that serve them.

A rhythm knows its next run, so the tick asks which rhythms are due and never looks at readers. All rhythms of a
cadence that run on the same local date are served by the same edition, each at its own instant.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import insert_if_new
from newsletter.editions.beats import Beat, beat_of_row
from newsletter.editions.cadence import Occurrence, Rule, instant_on, kept_free_by, next_occurrence, next_run
from newsletter.editions.editions import ENDED, Edition, EditionState
from newsletter.editions.groups import EditionRhythm, ReaderGroup, RhythmRow
from newsletter.editions.rhythms import rule_for, rule_of
from newsletter.subscriptions.subscribers import Cadence

_OPEN: Final = frozenset(EditionState).difference(ENDED)
_LONGEST_OUTAGE: Final = timedelta(days=40)  # runs missed before that are not even recorded


def rhythm_id(session: Session, newsletter: Newsletter, beat: Beat, *, now: datetime) -> int:
    """The id of a rhythm; its row, and the edition of its next run, are made where it is new."""
    columns = beat.columns
    query = select(RhythmRow).where(
        RhythmRow.newsletter_id == newsletter.id, *(getattr(RhythmRow, name) == each for name, each in columns.items())
    )
    found = session.scalar(query)
    if found is None:
        insert_if_new(session, RhythmRow, [{"newsletter_id": newsletter.id, **columns}])
        found = session.scalars(query).one()
        _advance(session, newsletter, found, now=now)
    return found.id


def advance_all(session: Session, newsletter: Newsletter, *, now: datetime) -> None:
    """Find the next run of every rhythm whose run has come, and make its edition; forget rhythms nobody has."""
    own = rhythm_id(session, newsletter, Beat(Cadence(defaults.CADENCE)), now=now)
    query = (
        select(RhythmRow)
        .where(RhythmRow.newsletter_id == newsletter.id)
        .where(or_(RhythmRow.next_at.is_(None), RhythmRow.next_at <= now))
        .order_by(RhythmRow.id)
        .with_for_update(skip_locked=True)
    )
    for rhythm in session.scalars(query).all():
        if rhythm.id == own or _has_readers(session, rhythm.id):
            _advance(session, newsletter, rhythm, now=now)
        else:
            # With its runs: SQLite gives ids again, and the next rhythm must not have them.
            session.execute(delete(EditionRhythm).where(EditionRhythm.rhythm_id == rhythm.id))
            session.delete(rhythm)


def ensure_upcoming(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Edition:
    """The next edition of a cadence, at the newsletter's own rhythm; its row is made where it is not there yet."""
    rule = rule_of(newsletter, cadence)
    return _edition(session, newsletter, rule, next_occurrence(rule, now), now=now)


def upcoming(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Edition | None:
    """The next edition of a cadence that has not begun to go out, if its row has been made."""
    query = (
        select(Edition)
        .where(Edition.newsletter_id == newsletter.id, Edition.cadence == cadence)
        .where(Edition.state.in_({EditionState.COLLECTING, EditionState.CLOSED}), Edition.send_at > now)
        .order_by(Edition.send_at)
        .limit(1)
    )
    return session.scalar(query)


def left_out(name: str) -> str:
    """Why no digest goes out on a blackout date, as a sentence."""
    return f"No digest goes out that day: {name}. The next one has its articles."


def _advance(session: Session, newsletter: Newsletter, rhythm: RhythmRow, *, now: datetime) -> None:
    """Make the editions of all runs up to the next one: while nothing ran, some may have been missed."""
    rule = rule_for(newsletter, beat_of_row(rhythm))
    if rhythm.next_at is None:
        _join_open_editions(session, newsletter, rhythm, rule)
    after = now if rhythm.next_at is None else max(rhythm.next_at, now - _LONGEST_OUTAGE)
    while True:
        run = next_run(rule, after)
        _serve(session, newsletter, rhythm, run, now=now)
        if run.at > now:
            break
        after = run.at
    rhythm.next_at = run.at


def _join_open_editions(session: Session, newsletter: Newsletter, rhythm: RhythmRow, rule: Rule) -> None:
    """Let the editions that are under way serve a new rhythm too; whoever came too late for one does not get it."""
    query = select(Edition).where(
        Edition.newsletter_id == newsletter.id,
        Edition.cadence == rhythm.cadence,
        Edition.state.in_(_OPEN),
        Edition.fanned_out_at.is_(None),
    )
    for edition in session.scalars(query).all():
        day = edition.local_date
        at = None if day is None or kept_free_by(rule, day) is not None else instant_on(rule, day)
        if at is not None:
            _attach(session, edition, rhythm, at)


def _serve(session: Session, newsletter: Newsletter, rhythm: RhythmRow, run: Occurrence, *, now: datetime) -> None:
    """Let an edition serve a run of a rhythm, unless it is over: then that rhythm begins with the one after."""
    rule = rule_for(newsletter, beat_of_row(rhythm))
    edition = _edition(session, newsletter, rule, run, now=now)
    is_left_out = kept_free_by(rule, run.local_date) is not None
    if edition.fanned_out_at is None and edition.state in _OPEN and not is_left_out:
        _attach(session, edition, rhythm, run.at)


def _attach(session: Session, edition: Edition, rhythm: RhythmRow, at: datetime) -> None:
    row = {"edition_id": edition.id, "rhythm_id": rhythm.id, "at": at}
    insert_if_new(session, EditionRhythm, [row])


def _edition(session: Session, newsletter: Newsletter, rule: Rule, run: Occurrence, *, now: datetime) -> Edition:
    """The edition of a cadence and a local date; it begins with the first of its runs.

    That of a blackout date is there from the beginning, skipped, so that editors see that none comes, and why.
    """
    cutoff_at = run.at - defaults.CUTOFF_BEFORE_SEND
    name = kept_free_by(rule, run.local_date)
    row = {
        "newsletter_id": newsletter.id,
        "cadence": rule.cadence,
        "local_date": run.local_date,
        "state": EditionState.COLLECTING if name is None else EditionState.SKIPPED,
        "cutoff_at": cutoff_at,
        "send_at": run.at,
        "reason": None if name is None else left_out(name),
        "finished_at": None if name is None else now,
    }
    insert_if_new(session, Edition, [row])
    query = select(Edition).where(Edition.newsletter_id == newsletter.id, Edition.cadence == rule.cadence)
    edition = session.scalars(query.where(Edition.local_date == run.local_date)).one()
    # Where somebody joins too late for the list to be closed before their hour, it stays open as it was, and they
    # get it when it has been closed.
    if edition.state == EditionState.COLLECTING and run.at < edition.send_at and cutoff_at > now:
        edition.send_at, edition.cutoff_at = run.at, cutoff_at
    return edition


def _has_readers(session: Session, of_rhythm: int) -> bool:
    return session.scalar(select(ReaderGroup.id).where(ReaderGroup.rhythm_id == of_rhythm).limit(1)) is not None
