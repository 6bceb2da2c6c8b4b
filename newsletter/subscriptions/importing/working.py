"""The work of an import, in steps of some thousand rows: each is one transaction, and the next begins where it ended.

Whoever is killed in a step leaves nothing of it; two who work on the same file at once step on no row twice, since
each step is written only when the place in the file is still the one that it was read from.
"""

import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import psycopg
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.subscriptions.addresses import AddressError
from newsletter.subscriptions.importing import asking, forgetting
from newsletter.subscriptions.importing.checking import add_check
from newsletter.subscriptions.importing.forgetting import delete_file
from newsletter.subscriptions.importing.layouts import layout_from
from newsletter.subscriptions.importing.lines import Record, records
from newsletter.subscriptions.importing.opening import reading_of
from newsletter.subscriptions.importing.records import ImportRun, RunState
from newsletter.subscriptions.importing.rows import Reading, as_raw, names_others
from newsletter.subscriptions.importing.surroundings import Digests
from newsletter.subscriptions.importing.taking import Read, take

ROWS_AT_ONCE: Final = 5_000
_TRIES: Final = 5
_GONE: Final = "The file is not here any more. Import it again; nobody is taken in twice."


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the work needs."""

    database: Database
    folder: Path  # where the files lie
    digests: Digests
    clock: Clock


def has_due(session: Session, *, now: datetime) -> bool:
    """Whether a file waits to be counted, taken in or deleted, or staged readers wait to be asked."""
    at_work = or_(ImportRun.state == RunState.CHECKING, ImportRun.state == RunState.TAKING)
    is_any_at_work = session.scalar(select(ImportRun.id).where(at_work).limit(1)) is not None
    return is_any_at_work or asking.is_due(session, now=now) or forgetting.is_due(session, now=now)


def work(place: Workplace, *, seconds: float, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Work on all files that wait, for about so long."""
    ends_at = time.monotonic() + seconds
    with place.database.read() as session:
        at_work = or_(ImportRun.state == RunState.CHECKING, ImportRun.state == RunState.TAKING)
        run_ids = list(session.scalars(select(ImportRun.id).where(at_work).order_by(ImportRun.id)))
    for run_id in run_ids:
        for _ in steps(place, run_id):
            if is_stopping() or time.monotonic() >= ends_at:
                return


def steps(place: Workplace, run_id: int) -> Iterator[None]:
    """Bring one file to the end of its state, step by step."""
    with place.database.read() as session:
        run = session.get_one(ImportRun, run_id)
    if run.state not in {RunState.CHECKING, RunState.TAKING}:
        return
    path = place.folder / run.stored_as
    if not run.stored_as or not path.is_file():
        with place.database.write() as session:
            _fail(session.get_one(ImportRun, run_id), now=place.clock.now())
        return
    with path.open("rb") as file, _collecting_between_pieces():
        at = _Place(run_id, run.state, run.position)
        for piece in _pieces(file, run, now=place.clock.now()):
            if not _write(place, at, piece):
                return
            gc.collect(1)
            yield
            if not piece.rows and run.state == RunState.TAKING:
                delete_file(place.database, place.folder, run_id, now=place.clock.now())
            at = replace(at, position=piece.end)


@contextmanager
def _collecting_between_pieces() -> Iterator[None]:
    """Let Python look for garbage when a piece is done.

    In the middle of one it finds none, and looking through all the rows takes a fifth of the whole time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some thousand rows as they were read, and where they end; without rows: the end of the file."""

    rows: list[Read]
    end: int
    line: int


def _pieces(file: BinaryIO, run: ImportRun, *, now: datetime) -> Iterator[_Piece]:
    """The pieces of a file; each is read while the one before it is being written, which is mostly waiting."""
    reading = reading_of(run, now=now)
    every = _records(file, run, reading, position=run.position, line=run.line)
    with ThreadPoolExecutor(1, thread_name_prefix="import") as aside:
        coming = aside.submit(_piece, every, reading, run.position, run.line)
        while True:
            piece = coming.result()
            if piece.rows:
                coming = aside.submit(_piece, every, reading, piece.end, piece.line)
            yield piece
            if not piece.rows:
                return


def _piece(every: Iterator[Record], reading: Reading, end: int, line: int) -> _Piece:
    some = list(islice(every, ROWS_AT_ONCE))
    rows = [_read(reading, record) for record in some]
    return _Piece(rows, some[-1].end, some[-1].last) if some else _Piece([], end, line)


def read_rows(path: Path, run: ImportRun, *, now: datetime) -> Iterator[Read]:
    """All rows of a file from its beginning on, as they are read; nothing is written."""
    reading, layout = reading_of(run, now=now), layout_from(run.layout)
    with path.open("rb") as file:
        for record in _records(file, run, reading, position=layout.position, line=layout.line):
            yield _read(reading, record)


def _records(file: BinaryIO, run: ImportRun, reading: Reading, *, position: int, line: int) -> Iterator[Record]:
    layout = layout_from(run.layout)
    return records(
        file,
        layout.separator,
        position=position,
        line=line,
        width=len(layout.columns),
        is_row=reading.looks_like_row,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a step begins."""

    run_id: int
    state: str
    position: int


def _write(place: Workplace, at: _Place, piece: _Piece) -> bool:
    """Write one piece; False where somebody else has done it."""
    for tries_left in reversed(range(_TRIES)):
        try:
            with place.database.write() as session:
                run = session.get(ImportRun, at.run_id, with_for_update=True)
                if run is None or run.state != at.state or run.position != at.position:
                    return False
                _step(session, run, piece.rows, place.digests, now=place.clock.now())
                run.position, run.line = piece.end, piece.line
        except (IntegrityError, psycopg.errors.UniqueViolation):
            # Somebody signed up in this very instant: look again how things are. Five times in a row is no chance.
            if not tries_left:
                raise
        else:
            return True
    return False


def _step(session: Session, run: ImportRun, rows: list[Read], digests: Digests, *, now: datetime) -> None:
    if not rows:
        _end(run, now=now)
        return
    if run.state == RunState.CHECKING:
        run.counts = add_check(session, run, rows, digests)
        return
    taken = dict(run.taken)
    for outcome, number in take(session, run, rows, digests, now=now).items():
        taken[outcome] = taken.get(outcome, 0) + number
    run.taken = taken


def _end(run: ImportRun, *, now: datetime) -> None:
    if run.state == RunState.CHECKING:
        run.state = RunState.CHECKED
        return
    run.state = RunState.DONE
    run.ended_at = now


def _fail(run: ImportRun, *, now: datetime) -> None:
    run.state = RunState.FAILED
    run.trouble = _GONE
    run.ended_at = now


def _read(reading: Reading, record: Record) -> Read:
    """What a record says, or a sentence on why that is not to be known."""
    raw = as_raw(record.cells)
    if record.trouble:
        return Read(record.line, raw, None, record.trouble, names_others=True)
    try:
        row = reading.row(record.line, record.cells)
    except AddressError as error:
        return Read(record.line, raw, None, str(error), names_others=True)
    return Read(record.line, raw, row, names_others=names_others(raw))
