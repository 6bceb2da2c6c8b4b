"""How fast a file of readers is taken in, and in how much memory: 10,000, 100,000 and 1,000,000 rows.

    .venv/bin/python benchmarks/importing.py [--rows 10000 --rows 100000 …] [--database URL] [--treatment active|ask]

Each size runs in a process of its own on an empty database, so that its peak of memory is its own. The file has the
shape of Mailchimp's: eleven columns, opt-in and confirmation with time and network; a twentieth of the rows cannot be
read. Both passes are measured: the dry run, and taking in.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from io import BufferedReader, BytesIO, RawIOBase
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, text

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.accounts.editors import Role
from newsletter.accounts.entry import add_editor
from newsletter.catalogue.shelf import NewNewsletter, add_newsletter
from newsletter.clock import SystemClock
from newsletter.database import Database
from newsletter.jobs import announce_nothing
from newsletter.migrations import migrate
from newsletter.migrations.tables import METADATA
from newsletter.signing import Signer
from newsletter.subscriptions.importing import runs
from newsletter.subscriptions.importing.groups import group_from
from newsletter.subscriptions.importing.records import ImportRun
from newsletter.subscriptions.importing.working import Workplace, steps
from newsletter.subscriptions.privacy.erasing import ERASED_ADDRESS
from newsletter.subscriptions.subscribers import Consent, Subscription
from newsletter.suppression.hashing import hash_with
from newsletter.wiring import SUPPRESSED
from tests.servers import MissingPartError, PostgresServer

CLOCK: Final = SystemClock()
SIZES: Final = (10_000, 100_000, 1_000_000)
HEADER: Final = (
    "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,TIMEZONE,LEID,EUID,TAGS\r\n"
)


def lines(rows: int) -> Iterator[bytes]:
    """The file, a thousand rows at a time."""
    yield HEADER.encode()
    for start in range(0, rows, 1_000):
        yield "".join(line(number) for number in range(start, min(rows, start + 1_000))).encode()


def line(number: int) -> str:
    """One row; every twentieth has no address that can be read."""
    at = "@" if number % 20 else " at "
    network = f"198.51.{number % 250}.{number // 250 % 250}"
    return (
        f"reader{number}{at}readers-{number % 997}.example,Anna {number},2,"
        f"2023-02-0{number % 9 + 1} 10:11:12,{network},"
        f'2023-02-1{number % 9} 10:14:12,{network},Europe/Berlin,{number},{number:010x},"""Science"",""Weekly"""\r\n'
    )


class Pieces(RawIOBase):
    """A file made while it is read, so that it takes no memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = BytesIO()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._left.read(len(buffer))
        if not piece:
            self._left = BytesIO(next(self._pieces, b""))
            piece = self._left.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def measure(name: str, url: str, rows: int, treatment: str) -> None:
    """One size on one database; prints a line."""
    database = Database(url, announce_nothing)
    migrate(database.engine)
    signer = Signer(("a-key-for-measuring-that-is-long-enough",))
    hash_with(database.engine, lambda key: signer.digests(SUPPRESSED, key))
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(database, Path(folder), lambda key: signer.digests(ERASED_ADDRESS, key), CLOCK)
        began = time.monotonic()
        arrived = runs.receive(BufferedReader(Pieces(lines(rows))), place.folder, name="readers.csv", most=10**10)
        stored = time.monotonic()
        run_id, editor_id = begin(database, arrived)
        for _ in steps(place, run_id):
            pass
        checked = time.monotonic()
        start(database, run_id, editor_id, treatment)
        started = time.monotonic()
        for _ in steps(place, run_id):
            pass
        taken = time.monotonic()
    tell(name, database, rows, run_id, (stored - began, checked - stored, taken - started))
    database.close()


def begin(database: Database, arrived: runs.Arrived) -> tuple[int, int]:
    """An import of the file, in a newsletter of its own."""
    new = NewNewsletter(f"Paper {time.monotonic_ns()}", "post@bench.example", "A street 1", "http://bench.example")
    with database.write() as session:
        newsletter = add_newsletter(session, new, now=CLOCK.now())
        editor = add_editor(session, f"{newsletter.slug}@bench.example", "Ada", role=Role.OWNER, now=CLOCK.now())
        return runs.begin(session, newsletter, arrived, by=editor.id, now=CLOCK.now()).id, editor.id


def start(database: Database, run_id: int, editor_id: int, treatment: str) -> None:
    """Choose for all groups, and declare."""
    with database.write() as session:
        run = session.get_one(ImportRun, run_id)
        wishes = {key: treatment for key in run.counts["groups"] if group_from(key).may_choose}
        runs.start(session, run, wishes, declared_by=editor_id, reason="To measure.", now=CLOCK.now())


def tell(name: str, database: Database, rows: int, run_id: int, seconds: tuple[float, float, float]) -> None:
    """The figures of one size, and that everything is there."""
    stored, checked, taken = seconds
    with database.read() as session:
        run = session.get_one(ImportRun, run_id)
        active = session.scalar(select(func.count(Subscription.id)))
        consents = session.scalar(select(func.count(Consent.id)))
    assert sum(run.taken.values()) == rows, run.taken
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:10} {rows:9,} rows: stored in {stored:6.2f} s, "
        f"counted in {checked:6.2f} s ({rows / checked:8,.0f} a second), "
        f"taken in in {taken:7.2f} s ({rows / taken:8,.0f} a second), both {rows / (checked + taken):8,.0f} a second; "
        f"{peak:4.0f} MB; {active:,} subscriptions, {consents:,} consents",
        flush=True,
    )


def alone(name: str, url: str, rows: int, treatment: str) -> None:
    """One size in a process of its own."""
    process = multiprocessing.get_context("spawn").Process(target=measure, args=(name, url, rows, treatment))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{name} with {rows:,} rows has failed.")


def empty(url: str) -> None:
    """Take everything out of a database, so that each size finds it as the first did."""
    database = Database(url, announce_nothing)
    migrate(database.engine)
    with database.engine.begin() as connection:
        tables = ", ".join(f'"{table}"' for table in METADATA.tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    database.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, action="append", help="how many; may be given several times")
    parser.add_argument("--database", help="a PostgreSQL database of your own that may be emptied; else one is made")
    parser.add_argument("--treatment", choices=("active", "ask"), default="active")
    parser.add_argument("--no-sqlite", dest="sqlite", action="store_false")
    arguments = parser.parse_args()
    sizes = arguments.rows or SIZES
    with tempfile.TemporaryDirectory() as folder:
        try:
            server = PostgresServer(Path(folder), arguments.database)
        except MissingPartError as error:
            sys.exit(str(error))
        with server as url:
            for rows in sizes:
                empty(url)
                alone("PostgreSQL", url, rows, arguments.treatment)
    for rows in sizes if arguments.sqlite else ():
        with tempfile.TemporaryDirectory() as folder:
            alone("SQLite", f"sqlite:///{Path(folder) / 'gazette.sqlite3'}", rows, arguments.treatment)


if __name__ == "__main__":
    main()
