"""How fast a due edition is written out, what the tick and `why` cost, and in how much memory.

    .venv/bin/python benchmarks/fanout.py [--readers 1000000] [--variants 50] [--histories 30] [--rounds 3]

The readers are laid down in groups, as sorting in would have left them: a group for each choice of topics and each
history. Each round is an edition of its own, a week after the one before; selection, planning, the check against
suppressions and the unique key are all in it. The baseline in the same run inserts as many rows of the same shape
from plain values, 20,000 at a time, with nothing looked up.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select, text

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.many_readers import BATCH, FRIDAY, SUPPRESSED, lay_down, new_articles
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.editions import fanout, schedule
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.editions.explaining import explain
from newsletter.editions.groups import EditionGroup
from newsletter.feeds.articles import Article
from newsletter.jobs import announce_nothing
from newsletter.migrations import migrate
from newsletter.subscriptions.subscribers import Subscription
from tests.servers import MissingPartError, PostgresServer


class StandingClock(Clock):
    """Shows what it is set to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def measure(name: str, url: str, arguments: argparse.Namespace) -> None:
    """Lay down, then round after round; prints what was measured."""
    database = Database(url, announce_nothing)
    migrate(database.engine)
    began = time.monotonic()
    lay_down(database, arguments.readers, arguments.variants, arguments.histories)
    refresh(database)
    print(f"{name}: laid down in {time.monotonic() - began:.0f} s", flush=True)
    clock = StandingClock(FRIDAY - timedelta(hours=2))
    tick_cost(name, database, clock)
    rates, baselines = [], []
    for number in range(arguments.rounds):
        clock.at = FRIDAY + timedelta(days=7 * number)
        edition_id = due_edition(database, clock)
        began = time.monotonic()
        fanout.fan_out(database, clock, edition_id)
        seconds = time.monotonic() - began
        written, variants, groups = counted(database, edition_id)
        baseline = plain_inserts(database, written)
        rates.append(written / seconds)
        baselines.append(written / baseline)
        print(
            f"{name}: {written:,} deliveries in {variants:,} variants and {groups:,} groups in {seconds:.1f} s: "
            f"{written / seconds:,.0f} a second; plain inserts {written / baseline:,.0f} a second",
            flush=True,
        )
        expected = arguments.readers - len([n for n in range(SUPPRESSED) if n % 2 and n < arguments.readers])
        assert written == expected, (written, expected)
        explain_cost(name, database, clock, arguments.readers)
        next_week(database, clock)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate, plain = statistics.median(rates), statistics.median(baselines)
    print(f"{name}: median {rate:,.0f} readers a second, {rate / plain:.2f} of plain inserts; peak {peak:.0f} MB")
    database.close()


def tick_cost(name: str, database: Database, clock: StandingClock) -> None:
    """What a tick with nothing due costs in the database, and which tables it asks."""
    statements: list[str] = []
    seconds = 0.0
    started = 0.0

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal started
        statements.append(statement)
        started = time.perf_counter()

    def after(*_: Any) -> None:
        nonlocal seconds
        seconds += time.perf_counter() - started

    for _ in range(3):  # the first ones make what there is to make
        with database.write() as session:
            schedule.tick(session, now=clock.now())
    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    took = []
    for _ in range(20):
        statements.clear()
        seconds = 0.0
        with database.write() as session:
            schedule.tick(session, now=clock.now())
        took.append(seconds * 1000)
    event.remove(database.engine, "before_cursor_execute", before)
    event.remove(database.engine, "after_cursor_execute", after)
    readers = [each for each in statements if "subscri" in each]
    print(
        f"{name}: a tick with nothing due takes {statistics.median(took):.2f} ms in the database, "
        f"{len(statements)} statements, {len(readers)} of them name subscriptions",
        flush=True,
    )


def explain_cost(name: str, database: Database, clock: StandingClock, readers: int) -> None:
    """What it takes to say why a reader was (not) sent an article."""
    took = []
    with database.read() as session:
        article_ids = session.scalars(select(Article.id).order_by(Article.id.desc()).limit(40)).all()
    for number in range(40):
        began = time.perf_counter()
        with database.read() as session:
            subscription = session.get_one(Subscription, 1 + number * 7919 % readers)
            explain(session, subscription, session.get_one(Article, article_ids[number]), now=clock.now())
        took.append((time.perf_counter() - began) * 1000)
    print(f"{name}: why takes {statistics.median(took):.1f} ms, at most {max(took):.1f}", flush=True)


def due_edition(database: Database, clock: StandingClock) -> int:
    """Let ticks close and start the edition of this instant."""
    for _ in range(2):
        with database.write() as session:
            schedule.tick(session, now=clock.now())
    with database.read() as session:
        return session.scalars(select(Edition.id).where(Edition.state == EditionState.SENDING)).one()


def counted(database: Database, edition_id: int) -> tuple[int, int, int]:
    """Deliveries, variants and groups of an edition."""
    with database.read() as session:
        return (
            session.scalar(select(func.count()).where(Delivery.edition_id == edition_id)) or 0,
            session.scalar(select(func.count()).where(Variant.edition_id == edition_id)) or 0,
            session.scalar(select(func.count()).where(EditionGroup.edition_id == edition_id)) or 0,
        )


def plain_inserts(database: Database, rows: int) -> float:
    """How long it takes to write as many rows from numbers, with nothing looked up; they are taken out again."""
    names = "kind, lane, state, edition_id, variant_id, subscriber_id, subscription_id, created_at, next_attempt_at"
    at = "'2026-11-27 07:00:00.000000'"
    values = f"'digest', 'digests', 'queued', -1, 1, v * 7919 % 1000003, v, {at}, {at}, 0, 0, 0"
    if database.is_sqlite:
        source = "WITH RECURSIVE n(v) AS (SELECT :first UNION ALL SELECT v + 1 FROM n WHERE v + 1 < :last)"
        select_from = f"{source} SELECT {values} FROM n"  # noqa: S608 - nothing of it comes from outside
    else:
        numbers = "generate_series(CAST(:first AS bigint), CAST(:last AS bigint) - 1) n(v)"
        select_from = f"SELECT {values} FROM {numbers}"  # noqa: S608 - likewise
    statement = text(f"INSERT INTO deliveries ({names}, attempts, deferrals, unknowns) {select_from}")
    began = time.monotonic()
    for start in range(0, rows, BATCH):
        with database.write() as session:
            session.execute(statement, {"first": start, "last": min(rows, start + BATCH)})
    seconds = time.monotonic() - began
    with database.write() as session:
        session.execute(text("DELETE FROM deliveries WHERE edition_id = -1"))
    refresh(database)
    return seconds


def next_week(database: Database, clock: StandingClock) -> None:
    """All mails are out, and new articles come."""
    with database.write() as session:
        session.execute(text("UPDATE deliveries SET state = 'sent' WHERE state = 'queued'"))
        new_articles(session, clock.now() + timedelta(hours=1), days=7)
    refresh(database)


def refresh(database: Database) -> None:
    """What a database does by itself in quiet hours."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA optimize" if database.is_sqlite else "VACUUM ANALYZE")


def places(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The databases, each for as long as it is looked at."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            server = PostgresServer(Path(folder), arguments.database)
        except MissingPartError as error:
            sys.exit(str(error))
        with server as url:
            yield "PostgreSQL", url
    if arguments.sqlite:
        with tempfile.TemporaryDirectory() as folder:
            yield "SQLite", f"sqlite:///{Path(folder) / 'gazette.sqlite3'}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--variants", type=int, default=50, help="choices of topics that differ, at most 8,000")
    parser.add_argument("--histories", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", help="an empty PostgreSQL database of your own; else one is made")
    parser.add_argument("--no-sqlite", dest="sqlite", action="store_false")
    arguments = parser.parse_args()
    for name, url in places(arguments):
        measure(name, url, arguments)


if __name__ == "__main__":
    main()
