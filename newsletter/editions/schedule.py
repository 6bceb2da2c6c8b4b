"""The scheduler's tick: which editions exist, which close, which start, which are done.

The schedule itself is rows with a unique key, so a tick may come twice, late or from two
schedulers: the result is the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import ask_for
from newsletter.delivery.deliveries import FINAL, Delivery
from newsletter.editions import waves
from newsletter.editions.closing import close
from newsletter.editions.editions import SPECIAL, Edition, EditionState, Question
from newsletter.editions.questions import ask, is_unanswered, remind, unanswered
from newsletter.editions.runs import advance_all
from newsletter.feeds.claiming import wake
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.grouping import ungroup_all
from newsletter.subscriptions.subscribers import Subscription, SubscriptionTopic

_OVERTAKEN: Final = "It could not start in time, and the next one is due by now: its articles are in that."
_READ_BEFORE: Final = timedelta(minutes=4)  # enough for a round of all feeds, tried again once


def tick(session: Session, *, now: datetime) -> None:
    """Bring all editions to where they should be at this instant."""
    # Locked as fan-outs and sorting in lock them, so that none of these waits for a row of the other.
    for newsletter in session.scalars(select(Newsletter).order_by(Newsletter.id).with_for_update()).all():
        advance_all(session, newsletter, now=now)
    # In the order in which an edition passes through them: it may come through several at once.
    for state, go_on in (
        (EditionState.COLLECTING, _collect),
        (EditionState.WAITING, _wait),
        (EditionState.CLOSED, _stand_ready),
        (EditionState.SENDING, _go_on),
    ):
        for edition in _in_state(session, state):
            go_on(session, edition, now=now)


def _collect(session: Session, edition: Edition, *, now: datetime) -> None:
    """Close a list at its cutoff, and have feeds read just before it."""
    if edition.cutoff_at <= now:
        close(session, edition, now=now)
        if session.get_one(Newsletter, edition.newsletter_id).asks_approval:
            ask(session, edition, Question.APPROVAL, now=now)
    elif _feeds_are_wanted(edition.cutoff_at - now):
        wake(session, edition.newsletter_id, now=now)


def _wait(session: Session, edition: Edition, *, now: datetime) -> None:
    """Remind the editors who are asked; end an edition that nobody answers for, or that the next one has overtaken."""
    if waves.drop_overtaken(session, edition, now=now):
        skip(session, edition, _OVERTAKEN, now=now)
    elif is_unanswered(edition, now=now):
        skip(session, edition, unanswered(edition), now=now)
    else:
        remind(session, edition, now=now)


def _stand_ready(session: Session, edition: Edition, *, now: datetime) -> None:
    """Start at the edition's instant; until then remind those who are to approve it."""
    remind(session, edition, now=now)
    start_if_due(session, edition, now=now)


def _feeds_are_wanted(left: timedelta) -> bool:
    """Whether feeds are read now, so long before a cutoff: for edits just before it, for news a grace time earlier."""
    return any(before < left <= before + _READ_BEFORE for before in (timedelta(0), defaults.GRACE_TIME))


def finish_all_done(session: Session, *, now: datetime) -> None:
    """End every edition that is done; a worker that has emptied its lane asks, so that nobody waits for the tick."""
    for edition in _in_state(session, EditionState.SENDING):
        finish_if_done(session, edition, now=now)


def skip(session: Session, edition: Edition, reason: str, *, now: datetime) -> None:
    """End an edition without a mail, with the reason that editors read.

    Whoever joined or chose a topic since it fell due gets what it would have brought: their window opens before it.
    """
    edition.state = EditionState.SKIPPED
    edition.reason = reason
    edition.finished_at = now
    session.flush()
    chose = select(SubscriptionTopic.subscription_id).where(SubscriptionTopic.chosen_at >= edition.send_at)
    has_come_since = or_(Subscription.joined_at >= edition.send_at, Subscription.id.in_(chose))
    ungroup_all(session, and_(Subscription.newsletter_id == edition.newsletter_id, has_come_since))


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
    _hold_at_night(session, edition, now=now)
    is_due = waves.has_due(session, edition, now=now) or not waves.has_later(session, edition, now=now)
    if edition.fanned_out_at is None and is_due:
        ask_for(session, Job(JobKind.FAN_OUT, edition.id))
    finish_if_done(session, edition, now=now)


def start_if_due(session: Session, edition: Edition, *, now: datetime) -> None:
    """Start an edition whose hour has come, or say why not."""
    if edition.send_at <= now:
        _start(session, edition, now=now)


def _start(session: Session, edition: Edition, *, now: datetime) -> None:
    if waves.drop_overtaken(session, edition, now=now):
        skip(session, edition, _OVERTAKEN, now=now)
    elif edition.question == Question.APPROVAL and edition.answered_at is None:
        edition.state = EditionState.WAITING
    elif waves.has_missed_all(session, edition, now=now):
        ask(session, edition, Question.LATE, now=now)
        edition.state = EditionState.WAITING
    else:
        _hold_at_night(session, edition, now=now)
        if waves.has_due(session, edition, now=now) or not waves.has_later(session, edition, now=now):
            begin_sending(session, edition)


def _hold_at_night(session: Session, edition: Edition, *, now: datetime) -> None:
    newsletter = session.get_one(Newsletter, edition.newsletter_id)
    waves.hold_at_night(session, newsletter, edition, now=now)


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
