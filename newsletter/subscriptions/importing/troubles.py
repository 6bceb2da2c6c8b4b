"""The rows that could not be taken, each with its line and a sentence: to be mended and imported again."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.subscriptions.cells import escaped
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, Outcome, RunState
from newsletter.subscriptions.importing.working import read_rows

_AT_ONCE: Final = 2_000


class Trouble(NamedTuple):
    """A row that could not be taken, and why."""

    line: int
    reason: str
    cells: list[str]


def troubles(database: Database, folder: Path, run: ImportRun, *, now: datetime) -> Iterator[Trouble]:
    """The rows of a file that could not be taken: before it is taken in from the file, then from what was kept."""
    if run.state not in {RunState.CHECKING, RunState.CHECKED}:
        yield from _kept(database, run.id)
        return
    path = folder / run.stored_as
    if run.stored_as and path.is_file():
        for each in read_rows(path, run, now=now):
            if each.row is None:
                yield Trouble(each.line, each.trouble, json.loads(each.raw))


def table(columns: Sequence[str], found: Iterator[Trouble]) -> Iterator[list[str]]:
    """The troubles as rows of a table, its head first, that no spreadsheet takes for formulas."""
    yield [escaped(name) for name in ("Line", "What is wrong", *columns)]
    for each in found:
        yield [str(each.line), each.reason, *(escaped(cell) for cell in each.cells)]


def _kept(database: Database, run_id: int) -> Iterator[Trouble]:
    after = 0
    while True:
        with database.read() as session:
            rows = _some(session, run_id, after)
        for row in rows:
            yield Trouble(row.line, row.note, json.loads(row.raw))
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].line


def _some(session: Session, run_id: int, after: int) -> Sequence[ImportRow]:
    is_trouble = or_(ImportRow.outcome == Outcome.UNREADABLE, ImportRow.note != "")
    query = select(ImportRow).where(ImportRow.run_id == run_id, ImportRow.line > after, is_trouble)
    return session.scalars(query.order_by(ImportRow.line).limit(_AT_ONCE)).all()
