"""An import from the file's coming to its end: how it is read, what an editor chose, when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import ask_for
from newsletter.errors import NotFoundError, RefusedError
from newsletter.jobs import Job, JobKind
from newsletter.language import shortened
from newsletter.subscriptions.importing.checking import no_counts
from newsletter.subscriptions.importing.fields import Field, Treatment
from newsletter.subscriptions.importing.groups import chosen
from newsletter.subscriptions.importing.layouts import Layout, layout_from, layout_of
from newsletter.subscriptions.importing.lines import records
from newsletter.subscriptions.importing.mapping import changed, guessed
from newsletter.subscriptions.importing.products import Product, detected, product_named
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, RunState
from newsletter.subscriptions.importing.storing import Stored, store

_SAMPLE: Final = 50
_LONGEST_NAME: Final = 120
_LONGEST_EXAMPLE: Final = 60
LONGEST_REASON: Final = 500
_NO_ADDRESS: Final = "No column of this file is known to hold mail addresses."


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file in our folder, and how it is to be read."""

    name: str  # as its owner calls it
    stored: Stored
    product: Product
    layout: Layout
    mapping: dict[str, Field]  # without an address where no column seems to hold any


def receive(stream: BinaryIO, folder: Path, *, name: str, most: int, product: str = "") -> Arrived:
    """Store a file and find out how it is to be read; `product` says it where the columns do not.

    Raises RefusedError, with nothing left behind, where it is no list of readers.
    """
    stored = store(stream, folder, most=most)
    path = folder / stored.name
    try:
        layout = layout_of(path)
        found = product_named(product) if product else detected(layout.columns)
        mapping = guessed(found, layout.columns, _sample(path, layout))
    except RefusedError:
        path.unlink(missing_ok=True)
        raise
    plain = "".join(letter if letter.isprintable() else " " for letter in Path(name).name).strip()
    return Arrived(plain[-_LONGEST_NAME:] or "readers.csv", stored, found, layout, mapping)


def begin(session: Session, newsletter: Newsletter, arrived: Arrived, *, by: int | None, now: datetime) -> ImportRun:
    """Make the import of a file, and have it counted as soon as its addresses are known."""
    run = ImportRun(
        newsletter_id=newsletter.id,
        editor_id=by,
        file_name=arrived.name,
        stored_as=arrived.stored.name,
        size=arrived.stored.size,
        product=arrived.product.name,
        layout=arrived.layout.as_json(),
        mapping={column: field.value for column, field in arrived.mapping.items()},
        choices={},
        state=RunState.CHECKED,
        position=0,
        line=0,
        counts=no_counts(),
        taken={},
        created_at=now,
    )
    session.add(run)
    session.flush()
    if Field.ADDRESS in arrived.mapping.values():
        _check_again(session, run)
    return run


def cut_off(session: Session, newsletter_id: int, arrived: Arrived) -> ImportRun | None:
    """The import that was cut off while the same file was taken in, or None."""
    query = select(ImportRun).where(
        ImportRun.newsletter_id == newsletter_id,
        ImportRun.state == RunState.TAKING,
        ImportRun.file_name == arrived.name,
        ImportRun.size == arrived.stored.size,
        ImportRun.product == arrived.product.name,
    )
    return session.scalar(query.order_by(ImportRun.id.desc()).limit(1))


def percent(run: ImportRun) -> int:
    """How much of the file has been read in its state."""
    is_over = run.state in {RunState.CHECKED, RunState.DONE}
    return 100 if is_over or not run.size else min(99, 100 * run.position // run.size)


def has_addresses(run: ImportRun) -> bool:
    """Whether it is known which column holds the addresses."""
    return Field.ADDRESS in run.mapping.values()


def read_as(session: Session, run: ImportRun, product: str, wishes: Mapping[str, str], *, how: str) -> None:
    """Read the file as of another product, or its columns in another way, and count again.

    `wishes` maps columns to fields; `how` says where columns are named. Raises RefusedError.
    """
    _refuse_unless_checked(run)
    columns = tuple(run.layout["columns"])
    found = product_named(product or run.product)
    kept = {column: Field(name) for column, name in run.mapping.items()}
    base = kept if found.name == run.product else guessed(found, columns, [])
    run.mapping = {column: field.value for column, field in changed(base, columns, wishes, how=how).items()}
    run.product = found.name
    _check_again(session, run)


def start(
    session: Session,
    run: ImportRun,
    wishes: Mapping[str, str],
    *,
    declared_by: int | None,
    reason: str,
    now: datetime,
) -> None:
    """Take the file in, as chosen for each group. Nobody is mailed by that.

    Raises RefusedError where it is not counted yet or a choice must not be, and where somebody is to read at once
    without an editor who says on what basis.
    """
    _refuse_unless_checked(run)
    if not has_addresses(run):
        raise RefusedError(f"{_NO_ADDRESS} Say which one does; nothing was imported.")
    choices = chosen(run.counts["groups"], wishes)
    words = " ".join(reason.split())[:LONGEST_REASON]
    if Treatment.ACTIVE in choices.values() and not (declared_by and words):
        raise RefusedError(
            "Some readers are to get mail without being asked again. Say who declares that they agreed, and why: "
            "a sentence that you could show them. Or choose to ask them to confirm. Nothing was imported."
        )
    run.choices = choices
    run.declared_by, run.reason, run.declared_at = declared_by, words, now
    run.state = RunState.TAKING
    run.taken = {}
    _begin_again(session, run)


def drop(session: Session, run: ImportRun, folder: Path) -> None:
    """Throw away an import that has taken nobody in, with its file."""
    if run.state in {RunState.TAKING, RunState.DONE} or run.taken:
        raise RefusedError("This file has been taken in already; what came of it stays.")
    path = folder / run.stored_as if run.stored_as else None
    session.execute(delete(ImportRow).where(ImportRow.run_id == run.id))
    session.delete(run)
    session.flush()
    if path is not None:
        path.unlink(missing_ok=True)


def runs_of(session: Session, newsletter_id: int, *, limit: int) -> list[ImportRun]:
    """The last imports of a newsletter, the newest first."""
    query = select(ImportRun).where(ImportRun.newsletter_id == newsletter_id)
    return list(session.scalars(query.order_by(ImportRun.id.desc()).limit(limit)))


def run_of(session: Session, run_id: int) -> ImportRun:
    """An import. Raises NotFoundError."""
    found = session.get(ImportRun, run_id)
    if found is None:
        raise NotFoundError(f"There is no import {run_id}.")
    return found


def examples(folder: Path, run: ImportRun) -> dict[str, str]:
    """Something that stands in each column, from the first rows; nothing once the file is gone."""
    path = folder / run.stored_as
    if not run.stored_as or not path.is_file():
        return {}
    layout = layout_from(run.layout)
    found: dict[str, str] = {}
    for cells in _sample(path, layout):
        for column, cell in zip(layout.columns, cells, strict=False):
            if cell.strip() and column not in found:
                found[column] = shortened(" ".join(cell.split()), _LONGEST_EXAMPLE)
    return found


def _check_again(session: Session, run: ImportRun) -> None:
    run.state = RunState.CHECKING
    run.counts = no_counts()
    _begin_again(session, run)


def _begin_again(session: Session, run: ImportRun) -> None:
    run.position, run.line = run.layout["position"], run.layout["line"]
    ask_for(session, Job(JobKind.IMPORT_READERS))


def _refuse_unless_checked(run: ImportRun) -> None:
    if run.state == RunState.CHECKING:
        raise RefusedError("This file is still being counted. Wait until its table stands here; nothing was changed.")
    if run.state != RunState.CHECKED:
        raise RefusedError("This file has been taken in already, or is gone. Nothing was changed.")


def _sample(path: Path, layout: Layout) -> list[list[str]]:
    with path.open("rb") as file:
        every = records(
            file,
            layout.separator,
            position=layout.position,
            line=layout.line,
            width=len(layout.columns),
            is_row=lambda cells: any("@" in cell for cell in cells),
        )
        return [record.cells for record, _ in zip(every, range(_SAMPLE), strict=False)]
