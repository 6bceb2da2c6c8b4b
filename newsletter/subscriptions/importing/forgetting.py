"""Files and raw rows go when their time is over."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.database import Database
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, RunState

_ROWS_AT_ONCE: Final = 20_000
_ENDED: Final = frozenset({RunState.DONE, RunState.FAILED})
_TOO_OLD: Final = "Nobody took this file in for a week, so it was deleted. Import it again."


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether a file or raw rows have been kept long enough."""
    return bool(_old_files(session, now)) or _old_run(session, now) is not None


def forget_what_is_old(database: Database, folder: Path, *, now: datetime) -> None:
    """Delete files that are done with or that nobody took in, and a step of raw rows that are old."""
    with database.read() as session:
        old = _old_files(session, now)
        kept = set(session.scalars(select(ImportRun.stored_as).where(ImportRun.stored_as != "")))
    for run in old:
        delete_file(database, folder, run.id, now=now)
    _delete_strays(folder, kept, now=now)
    with database.write() as session:
        _forget_rows(session, now=now)


def delete_file(database: Database, folder: Path, run_id: int, *, now: datetime) -> None:
    """Delete the file of an import; one that waited for an editor can be started no more."""
    with database.write() as session:
        run = session.get(ImportRun, run_id, with_for_update=True)
        if run is None or not run.stored_as:
            return
        (folder / run.stored_as).unlink(missing_ok=True)
        run.stored_as = ""
        if run.state not in _ENDED:
            run.state, run.trouble, run.ended_at = RunState.FAILED, _TOO_OLD, now


def _old_files(session: Session, now: datetime) -> list[ImportRun]:
    is_old = or_(ImportRun.state.in_(_ENDED), ImportRun.created_at < now - defaults.IMPORT_FILES)
    # What is being taken in is not cut off in the middle.
    query = select(ImportRun).where(ImportRun.stored_as != "", ImportRun.state != RunState.TAKING, is_old)
    return list(session.scalars(query))


def _delete_strays(folder: Path, kept: Collection[str], *, now: datetime) -> None:
    """Files of which no import came, since somebody was cut off in the middle."""
    oldest = (now - defaults.IMPORT_FILES).timestamp()
    for path in folder.glob("*.csv") if folder.is_dir() else ():
        if path.name not in kept and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _old_run(session: Session, now: datetime) -> int | None:
    has_rows = exists().where(ImportRow.run_id == ImportRun.id)
    query = select(ImportRun.id).where(ImportRun.created_at < now - defaults.IMPORT_ROWS, has_rows)
    return session.scalar(query.order_by(ImportRun.id).limit(1))


def _forget_rows(session: Session, *, now: datetime) -> None:
    run_id = _old_run(session, now)
    if run_id is None:
        return
    lines = select(ImportRow.line).where(ImportRow.run_id == run_id).order_by(ImportRow.line)
    last = session.scalar(lines.offset(_ROWS_AT_ONCE - 1).limit(1))
    old = delete(ImportRow).where(ImportRow.run_id == run_id)
    session.execute(old if last is None else old.where(ImportRow.line <= last))
