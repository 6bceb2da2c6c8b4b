"""Staged readers are asked to confirm, some each minute, once an editor has started that: one mail each."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.database import Database, ask_for
from newsletter.errors import RefusedError
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.addresses import AddressError
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.importing.choosing import choice_from, topic_names
from newsletter.subscriptions.importing.opening import reading_of
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, Outcome, RunState
from newsletter.subscriptions.importing.rows import Reading
from newsletter.subscriptions.importing.surroundings import FORM
from newsletter.subscriptions.signup import SignUp, sign_up
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from newsletter.suppression.suppressions import suppressed_among

_SPAN: Final[timedelta] = defaults.IMPORTED_ASKED[0][0]
_MOST: Final[int] = defaults.IMPORTED_ASKED[0][1]
_TOO_OFTEN: Final = "This address was entered too often in the last hour, so it was not asked again."
_UNREADABLE: Final = "What was kept of this row is not whole any more."

MayAsk = Callable[[str], bool]
"""Whether the limits that all doors have let one more sign-up of an address through; its key is given."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """What all rows of one import are asked with."""

    newsletter: Newsletter
    reading: Reading
    evidence: Evidence
    topics: dict[str, int]


def waiting(session: Session, run_id: int) -> int:
    """How many staged readers of an import have not been asked yet."""
    query = select(func.count()).where(ImportRow.run_id == run_id, ImportRow.outcome == Outcome.STAGED)
    return session.scalar(query) or 0


def start_asking(session: Session, run: ImportRun, *, by: int | None, now: datetime) -> int:
    """Begin to ask the staged readers of an import; returns how many there are.

    Raises RefusedError while the file is being taken in, in a rehearsal, and where nobody waits.
    """
    newsletter = session.get_one(Newsletter, run.newsletter_id)
    if run.state != RunState.DONE:
        raise RefusedError("This file has not been taken in yet; nobody was asked.")
    if not newsletter.is_live:
        raise RefusedError(f"{newsletter.name} is in rehearsal, where no reader gets mail. Go live first.")
    number = waiting(session, run.id)
    if not number:
        raise RefusedError("Nobody of this file waits to be asked.")
    if run.ask_at is None:
        run.ask_at, run.asked_by = now, by
        ask_for(session, Job(JobKind.IMPORT_READERS))
    return number


def stop_asking(run: ImportRun) -> None:
    """Ask no more; whoever has not been asked waits on."""
    run.ask_at = None


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether some staged readers are to be asked now."""
    return session.scalar(select(ImportRun.id).where(ImportRun.ask_at <= now).limit(1)) is not None


def ask_due(database: Database, may_ask: MayAsk, *, now: datetime) -> None:
    """Ask some readers of each import whose turn it is."""
    with database.read() as session:
        run_ids = list(session.scalars(select(ImportRun.id).where(ImportRun.ask_at <= now)))
    for run_id in run_ids:
        with database.read() as session:
            rows = _next_rows(session, run_id)
        # The limits may be counted elsewhere, so they are asked with no transaction open.
        refused = {key for key in {row.address_key for row in rows} if not may_ask(key)}
        with database.write() as session:
            _ask_some(session, run_id, refused, now=now)


def _next_rows(session: Session, run_id: int) -> Sequence[ImportRow]:
    query = select(ImportRow).where(ImportRow.run_id == run_id, ImportRow.outcome == Outcome.STAGED)
    return session.scalars(query.order_by(ImportRow.line).limit(_MOST)).all()


def _ask_some(session: Session, run_id: int, refused: set[str], *, now: datetime) -> None:
    run = session.get_one(ImportRun, run_id, with_for_update=True)
    if run.ask_at is None or run.ask_at > now:
        return  # somebody else has just asked these, or an editor stopped it
    rows = _next_rows(session, run_id)
    asking = _asking(session, run, now=now)
    taken = dict(run.taken)
    for row in rows:
        before = row.outcome
        row.outcome, row.note = _asked(session, asking, row, refused, now=now)
        taken[before] = taken.get(before, 0) - 1
        taken[row.outcome] = taken.get(row.outcome, 0) + 1
    run.taken = taken
    run.ask_at = now + _SPAN if len(rows) == _MOST else None


def _asking(session: Session, run: ImportRun, *, now: datetime) -> _Asking:
    newsletter = session.get_one(Newsletter, run.newsletter_id)
    # No sentence was shown to them: what they agree to stands above the button that they are led to.
    evidence = Evidence(page=f"import of {run.file_name} ({run.product})", wording="", network="", form=FORM)
    return _Asking(newsletter, reading_of(run, now=now), evidence, topic_names(topics_of(session, newsletter.id)))


def _asked(
    session: Session, asking: _Asking, kept: ImportRow, refused: set[str], *, now: datetime
) -> tuple[Outcome, str]:
    """Ask one reader, unless something has come between; what became of the row, with a note."""
    key, newsletter = kept.address_key, asking.newsletter
    if suppressed_among(session, [key]):
        return Outcome.KEPT_OUT, ""
    if _is_known(session, key, newsletter.id):
        return Outcome.KNOWN, ""
    if key in refused:
        return Outcome.LEFT_OUT, _TOO_OFTEN
    try:
        row = asking.reading.row(kept.line, json.loads(kept.raw))
    except AddressError:
        return Outcome.UNREADABLE, _UNREADABLE
    choice = choice_from(row, newsletter, asking.topics, newsletter.offers.split(","))
    sign_up(session, newsletter, SignUp(row.address.text, choice, asking.evidence), now=now)
    session.flush()
    return Outcome.ASKED, ""


def _is_known(session: Session, key: str, newsletter_id: int) -> bool:
    query = (
        select(Subscription.id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.address_key == key, Subscription.newsletter_id == newsletter_id)
    )
    return session.scalar(query) is not None
