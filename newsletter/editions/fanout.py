"""The fan-out: from an edition to deliveries, step by step. Resumable, and done twice it changes nothing.

The groups that are due are planned, then their deliveries are written, then whoever has changed something meanwhile
is sorted in, and may be due. When nothing is left, all readers whose instant has come have got what is theirs.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database, ask_for
from newsletter.delivery.deliveries import Delivery
from newsletter.editions import waves
from newsletter.editions.building import frame_of
from newsletter.editions.editions import SPECIAL, Edition, EditionState
from newsletter.editions.groups import EditionGroup
from newsletter.editions.planning import Oracle, plan
from newsletter.editions.proofs import write_proofs
from newsletter.editions.schedule import finish_if_done, skip
from newsletter.editions.sorting import lock, sort_in
from newsletter.editions.writing import write_page
from newsletter.jobs import Job, JobKind


def fan_out(database: Database, clock: Clock, edition_id: int) -> None:
    """Write the deliveries of an edition to all whose instant has come, a transaction per step."""
    oracle: Oracle | None = None
    is_more = True
    while is_more:
        with database.write() as session:
            if oracle is None:
                oracle = _oracle(session, edition_id)
            is_more = oracle is not None and step(session, edition_id, oracle, now=clock.now())


def _oracle(session: Session, edition_id: int) -> Oracle | None:
    """What tells who gets what, which the steps of a fan-out share: an edition's list is frozen."""
    edition = session.get(Edition, edition_id)
    return None if edition is None else Oracle(frame_of(session, edition))


def step(session: Session, edition_id: int, oracle: Oracle, *, now: datetime) -> bool:
    """Do the next step; False when there is nothing left to do for now."""
    edition = session.get(Edition, edition_id)
    newsletter = None if edition is None else lock(session, edition.newsletter_id)
    if edition is None or newsletter is None:
        return False
    session.refresh(edition)
    if edition.state != EditionState.SENDING or edition.fanned_out_at is not None:
        return False
    if not newsletter.is_live:
        write_proofs(session, newsletter, edition, oracle.frame, now=now)
        return False
    if edition.written_to is not None:
        return write_page(session, edition, now=now)
    if (
        plan(session, newsletter, edition, oracle, now=now)
        or write_page(session, edition, now=now)
        or sort_in(session, newsletter, now=now)
    ):
        return True
    _end_wave(session, edition, now=now)
    return False


def _end_wave(session: Session, edition: Edition, *, now: datetime) -> None:
    """All whose instant has come are served; with the last wave the edition is written out."""
    waves.end(session, edition, now=now)
    if waves.has_later(session, edition, now=now):
        return
    edition.fanned_out_at = now
    ask_for(session, Job(JobKind.MERGE_GROUPS, edition.newsletter_id))
    if session.scalar(select(Delivery.id).where(Delivery.edition_id == edition.id).limit(1)) is None:
        edition.number = None
        skip(session, edition, _why_empty(session, edition), now=now)
        return
    finish_if_done(session, edition, now=now)


def _why_empty(session: Session, edition: Edition) -> str:
    """Why an edition went to nobody, as a sentence."""
    planned = select(EditionGroup.group_id).where(EditionGroup.edition_id == edition.id).limit(1)
    if session.scalar(planned.where(EditionGroup.variant_id.is_not(None))) is not None:
        return "Nobody whom it was for may be written to any more."
    if session.scalar(planned) is None:
        return "Nobody is subscribed yet." if edition.cadence == SPECIAL else f"No {edition.cadence} readers yet."
    return "Every reader already has everything that is new."
