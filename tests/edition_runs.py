"""Editions as they run: ticks, fan-outs and outcomes, and which articles readers got by them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery import outbox
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.kinds import Lane
from newsletter.editions import fanout, schedule, sorting
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.editions.groups import EditionRhythm, RhythmRow
from newsletter.wiring import settle_histories
from tests.conftest import StandingClock
from tests.data import NOW

FRIDAY = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)  # seven in Berlin


def tick(database: Database, clock: StandingClock) -> None:
    """What the sweep does for editions."""
    sorting.sort_all(database, clock)
    with database.write() as session:
        schedule.tick(session, now=clock.now())


def go_out(database: Database, clock: StandingClock, at: datetime) -> None:
    """Let all that is due at an instant close, start and be written out."""
    clock.at = at
    for _ in range(2):
        tick(database, clock)
    with database.read() as session:
        sending = list(session.scalars(select(Edition.id).where(Edition.state == EditionState.SENDING)))
    for edition_id in sending:
        fanout.fan_out(database, clock, edition_id)


def send_now(database: Database, clock: StandingClock) -> int:
    with database.write() as session:
        edition = schedule.request_special(session, the_newsletter(session, None), requested_by=None, now=clock.now())
        edition_id = edition.id
    fanout.fan_out(database, clock, edition_id)
    return edition_id


def settle_all(database: Database, state: DeliveryState) -> None:
    """As if every waiting mail had got this outcome."""
    with database.write() as session:
        waiting = session.scalars(select(Delivery).where(Delivery.state == "queued")).all()
        for row in waiting:
            assert outbox.mark_sending(session.connection(), claimed(session, row), "test", fingerprint="f", now=NOW)
            session.refresh(row)
            assert outbox.settle(session.connection(), row.id, row.attempts, state)
            settle_histories(session, row, state)


def claimed(session: Session, row: Delivery) -> Delivery:
    later = NOW + timedelta(days=99)
    outbox.claim(session, Lane(row.lane), lease_id="test", lease=timedelta(seconds=30), limit=1000, now=later)
    session.refresh(row)
    return row


def digests(database: Database) -> dict[int, list[list[int]]]:
    """Subscriber → the article lists of their digests, in order."""
    with database.read() as session:
        query = (
            select(Delivery.subscriber_id, Variant.article_ids)
            .join(Variant, Variant.id == Delivery.variant_id)
            .where(Delivery.subscriber_id.is_not(None))
            .order_by(Delivery.id)
        )
        found: dict[int, list[list[int]]] = {}
        for subscriber_id, article_ids in session.execute(query):
            assert subscriber_id is not None
            found.setdefault(subscriber_id, []).append(article_ids)
        return found


def edition_states(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(e.cadence, e.state) for e in session.scalars(select(Edition).order_by(Edition.id))]


def next_event(database: Database, after: datetime, until: datetime) -> datetime | None:
    """The next instant between two at which anything is due."""
    with database.read() as session:
        instants = [
            *session.scalars(select(RhythmRow.next_at)),
            *session.scalars(select(EditionRhythm.at).where(EditionRhythm.written_at.is_(None))),
            *session.scalars(select(EditionRhythm.held_until).where(EditionRhythm.written_at.is_(None))),
            *session.scalars(select(Edition.cutoff_at)),
            *session.scalars(select(Edition.send_at)),
        ]
    return min((each for each in instants if each is not None and after < each < until), default=None)
