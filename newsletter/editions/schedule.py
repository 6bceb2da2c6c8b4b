"""The scheduler's tick: which editions exist, which close, which start, which are done.

The schedule itself is rows with a unique key, so a tick may come twice, late or from two
schedulers: the result is the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import newsletters
from newsletter.database import ask_for, insert_if_new
from newsletter.delivery.deliveries import FINAL, Delivery
from newsletter.editions.building import candidates_at
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import SPECIAL, Edition, EditionArticle, EditionState
from newsletter.editions.rhythms import rule_of
from newsletter.feeds.claiming import wake
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState

_LATEST: Final = defaults.LATEST_START
_READ_BEFORE: Final = timedelta(minutes=4)  # enough for a round of all feeds, tried again once


def tick(session: Session, *, now: datetime) -> None:
    """Bring all editions to where they should be at this instant."""
    for newsletter in newsletters(session):
        _plan(session, newsletter, now=now)
    for edition in _in_state(session, EditionState.COLLECTING):
        if edition.cutoff_at <= now:
            close(session, edition, now=now)
        elif _feeds_are_wanted(edition.cutoff_at - now):
            wake(session, edition.newsletter_id, now=now)
    for edition in _in_state(session, EditionState.CLOSED):
        if edition.send_at <= now:
            _start(session, edition, now=now)
    finish_all_done(session, now=now)


def _feeds_are_wanted(left: timedelta) -> bool:
    """Whether feeds are read now, so long before a cutoff: for edits just before it, for news a grace time earlier."""
    return any(before < left <= before + _READ_BEFORE for before in (timedelta(0), defaults.GRACE_TIME))


def finish_all_done(session: Session, *, now: datetime) -> None:
    """End every edition that is done; a worker that has emptied its lane asks, so that nobody waits for the tick."""
    for edition in _in_state(session, EditionState.SENDING):
        finish_if_done(session, edition, now=now)


def close(session: Session, edition: Edition, *, now: datetime) -> None:
    """Freeze the list of an edition whose cutoff has come."""
    candidates = candidates_at(session, edition.newsletter_id, min(edition.cutoff_at, now))
    rows = [
        {"edition_id": edition.id, "article_id": candidate.article_id, "position": place}
        for place, candidate in enumerate(candidates, start=1)
    ]
    if rows:
        session.execute(insert(EditionArticle), rows)
    edition.state = EditionState.CLOSED


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
    """End an edition whose every delivery has reached a final state, and wake a halted fan-out."""
    if edition.fanned_out_at is None:
        ask_for(session, Job(JobKind.FAN_OUT, edition.id))
        return
    of_edition = select(func.count()).where(Delivery.edition_id == edition.id)
    if session.scalar(of_edition.where(Delivery.state.not_in(FINAL))):
        return
    edition.state = EditionState.SENT
    edition.finished_at = now


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


def ensure_upcoming(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Edition:
    """The next edition of a cadence; its row is made where the tick has not made it yet."""
    run = next_occurrence(rule_of(newsletter, cadence), now)
    row = {
        "newsletter_id": newsletter.id,
        "cadence": cadence,
        "local_date": run.local_date,
        "state": EditionState.COLLECTING,
        "cutoff_at": run.at - defaults.CUTOFF_BEFORE_SEND,
        "send_at": run.at,
    }
    insert_if_new(session, Edition, [row])
    query = select(Edition).where(Edition.newsletter_id == newsletter.id, Edition.cadence == cadence)
    return session.scalars(query.where(Edition.local_date == run.local_date)).one()


def _plan(session: Session, newsletter: Newsletter, *, now: datetime) -> None:
    """Make the row of the next edition of each cadence that has readers, or is the newsletter's own."""
    for cadence in Cadence:
        if cadence == defaults.CADENCE or _has_readers(session, newsletter.id, cadence):
            ensure_upcoming(session, newsletter, cadence, now=now)


def _start(session: Session, edition: Edition, *, now: datetime) -> None:
    latest = _LATEST.get(edition.cadence)
    if latest is not None and now - edition.send_at > latest:
        hours = int(latest.total_seconds() // 3600)
        skip(
            edition,
            f"It could not start in time: more than {hours} hours late. Its articles wait for the next edition.",
            now=now,
        )
        return
    begin_sending(session, edition)


def _has_readers(session: Session, newsletter_id: int, cadence: Cadence) -> bool:
    query = (
        select(Subscription.id)
        .where(Subscription.newsletter_id == newsletter_id)
        .where(Subscription.state == SubscriptionState.ACTIVE, Subscription.cadence == cadence)
        .limit(1)
    )
    return session.scalar(query) is not None


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
