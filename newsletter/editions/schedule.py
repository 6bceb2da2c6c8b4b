"""The scheduler's tick: which editions exist, which close, which start, which are done.

The schedule itself is rows with a unique key, so a tick may come twice, late or from two
schedulers: the result is the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import newsletters
from newsletter.database import ask_for
from newsletter.delivery.deliveries import FINAL, Delivery
from newsletter.editions.closing import close
from newsletter.editions.editions import SPECIAL, Edition, EditionState
from newsletter.editions.groups import EditionRhythm
from newsletter.editions.runs import advance_all
from newsletter.feeds.claiming import wake
from newsletter.jobs import Job, JobKind

_LATEST: Final = defaults.LATEST_START
_READ_BEFORE: Final = timedelta(minutes=4)  # enough for a round of all feeds, tried again once


def tick(session: Session, *, now: datetime) -> None:
    """Bring all editions to where they should be at this instant."""
    for newsletter in newsletters(session):
        advance_all(session, newsletter, now=now)
    for edition in _in_state(session, EditionState.COLLECTING):
        if edition.cutoff_at <= now:
            close(session, edition, now=now)
        elif _feeds_are_wanted(edition.cutoff_at - now):
            wake(session, edition.newsletter_id, now=now)
    for edition in _in_state(session, EditionState.CLOSED):
        if edition.send_at <= now:
            _start(session, edition, now=now)
    for edition in _in_state(session, EditionState.SENDING):
        _go_on(session, edition, now=now)


def _feeds_are_wanted(left: timedelta) -> bool:
    """Whether feeds are read now, so long before a cutoff: for edits just before it, for news a grace time earlier."""
    return any(before < left <= before + _READ_BEFORE for before in (timedelta(0), defaults.GRACE_TIME))


def finish_all_done(session: Session, *, now: datetime) -> None:
    """End every edition that is done; a worker that has emptied its lane asks, so that nobody waits for the tick."""
    for edition in _in_state(session, EditionState.SENDING):
        finish_if_done(session, edition, now=now)


def skip(edition: Edition, reason: str, *, now: datetime) -> None:
    """End an edition without a mail, with the reason that editors read."""
    edition.state = EditionState.SKIPPED
    edition.reason = reason
    edition.finished_at = now


def begin_sending(session: Session, edition: Edition) -> None:
    """Let the fan-out begin."""
    edition.state = EditionState.SENDING
    ask_for(session, Job(JobKind.FAN_OUT, edition.id))


def finish_if_done(session: Session, edition: Edition, *, now: datetime) -> None:
    """End an edition that is written out and whose every delivery has reached a final state."""
    if edition.fanned_out_at is None:
        return
    of_edition = select(func.count()).where(Delivery.edition_id == edition.id)
    if session.scalar(of_edition.where(Delivery.state.not_in(FINAL))):
        return
    edition.state = EditionState.SENT
    edition.finished_at = now


def _go_on(session: Session, edition: Edition, *, now: datetime) -> None:
    """Let the next wave go, wake a fan-out that was halted, or end the edition."""
    is_due = edition.cadence == SPECIAL or _has_due_wave(session, edition, now=now)
    if edition.fanned_out_at is None and is_due:
        ask_for(session, Job(JobKind.FAN_OUT, edition.id))
    finish_if_done(session, edition, now=now)


def _has_due_wave(session: Session, edition: Edition, *, now: datetime) -> bool:
    of_edition = select(EditionRhythm.rhythm_id).where(EditionRhythm.edition_id == edition.id)
    waiting = of_edition.where(EditionRhythm.at <= now, EditionRhythm.written_at.is_(None)).limit(1)
    if session.scalar(waiting) is not None:
        return True
    return session.scalar(of_edition.where(EditionRhythm.at > now).limit(1)) is None


def _start(session: Session, edition: Edition, *, now: datetime) -> None:
    latest = _LATEST.get(edition.cadence)
    if not _has_own_runs(session, edition, now=now):
        skip(edition, "It could not start in time, and the next one is due by now: its articles are in that.", now=now)
        return
    if latest is not None and now - edition.send_at > latest:
        hours = int(latest.total_seconds() // 3600)
        skip(
            edition,
            f"It could not start in time: more than {hours} hours late. Its articles wait for the next edition.",
            now=now,
        )
        return
    begin_sending(session, edition)


def _has_own_runs(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Leave out the rhythms whose next run is due by now too; False where they all are: one digest, not three."""
    of_edition = EditionRhythm.edition_id == edition.id
    if session.scalar(select(EditionRhythm.rhythm_id).where(of_edition).limit(1)) is None:
        return True
    later = aliased(EditionRhythm)
    is_overtaken = exists().where(
        later.rhythm_id == EditionRhythm.rhythm_id, later.at > EditionRhythm.at, later.at <= now
    )
    overtaken = session.scalars(select(EditionRhythm.rhythm_id).where(of_edition, is_overtaken)).all()
    session.execute(delete(EditionRhythm).where(of_edition, EditionRhythm.rhythm_id.in_(overtaken)))
    return session.scalar(select(EditionRhythm.rhythm_id).where(of_edition).limit(1)) is not None


def _in_state(session: Session, state: EditionState) -> list[Edition]:
    query = select(Edition).where(Edition.state == state).order_by(Edition.send_at, Edition.id)
    # Two schedulers may tick at once: each edition is looked at by one of them.
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def request_special(session: Session, newsletter: Newsletter, *, requested_by: int | None, now: datetime) -> Edition:
    """*Send now*: a special edition of what is due, now, to everybody to whom something is due.

    While one is still being written out, asking again returns that one.
    """
    under_way = session.scalar(
        select(Edition)
        .where(Edition.newsletter_id == newsletter.id, Edition.cadence == SPECIAL)
        .where(Edition.state == EditionState.SENDING, Edition.fanned_out_at.is_(None))
    )
    if under_way is not None:
        return under_way
    edition = Edition(
        newsletter_id=newsletter.id,
        cadence=SPECIAL,
        local_date=None,
        state=EditionState.COLLECTING,
        cutoff_at=now,
        send_at=now,
        requested_by=requested_by,
    )
    session.add(edition)
    session.flush()
    close(session, edition, now=now)
    begin_sending(session, edition)
    return edition
