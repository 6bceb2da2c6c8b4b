"""`gazette reader import` and `gazette reader ask`: readers from other systems."""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

import click

from newsletter.accounts.entry import editor_by_address
from newsletter.catalogue import shelf
from newsletter.commands.output import answer, as_json, say, services, working
from newsletter.commands.reader_import_words import as_data, result_lines, table_lines, write_troubles
from newsletter.errors import GazetteError, NotFoundError, RefusedError
from newsletter.language import counted
from newsletter.subscriptions.importing import asking, runs
from newsletter.subscriptions.importing.groups import wishes_by_status
from newsletter.subscriptions.importing.products import NAMES
from newsletter.subscriptions.importing.records import ImportRun, RunState
from newsletter.subscriptions.importing.working import steps
from newsletter.wiring import Services

_LARGEST: Final = 10_000_000_000  # bytes
_HOW: Final = "with --map COLUMN=address"


class _Pairs(click.ParamType[tuple[str, str]]):
    """Something like NAME=VALUE."""

    name = "pair"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        name, equals, wanted = str(value).rpartition("=")
        if not equals or not name or not wanted:
            self.fail(f"{value} is not written like NAME=VALUE.", param, ctx)
        return name.strip(), wanted.strip()


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--from", "product", type=click.Choice(NAMES), help="The system; without it its columns tell.")
@click.option("--newsletter", "slug", help="Which newsletter; needed when there are several.")
@click.option("--map", "columns", multiple=True, type=_Pairs(), help="COLUMN=FIELD: what a column holds.")
@click.option("--group", "groups", multiple=True, type=_Pairs(), help="STATUS=active|ask|leave: what becomes of them.")
@click.option("--declare", "declarer", help="The address of the editor who says that they agreed.")
@click.option("--reason", default="", help="On what basis, in a sentence that readers may see.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Count only, whatever else is said.")
@click.option("--errors", "errors", type=click.Path(dir_okay=False, path_type=Path), help="Write unreadable rows here.")
@as_json
def import_readers(
    file: BinaryIO,
    product: str | None,
    slug: str | None,
    columns: tuple[tuple[str, str], ...],
    groups: tuple[tuple[str, str], ...],
    declarer: str | None,
    reason: str,
    is_dry: bool,
    errors: Path | None,
    is_json: bool,
) -> None:
    """Take readers from another system in. Nobody is mailed by it.

    Without --declare and --group it counts, and shows what would become of whom. Cut off in the middle, the same
    command goes on where it was.
    """
    with services() as parts:
        run = _received(parts, file, slug, product or "", dict(columns))
        if run.state == RunState.CHECKED:
            _start(parts, run, dict(groups), declarer, reason, is_dry=is_dry or not (declarer or groups))
        run = _worked(parts, run.id)
        is_dry = run.state == RunState.CHECKED
        found = write_troubles(parts, run, errors) if errors else None
        data = as_data(run)
        if is_dry:
            with parts.database.write() as session:
                runs.drop(session, session.get_one(ImportRun, run.id), parts.imports.folder)
    if is_json:
        answer(data)
        return
    for line in table_lines(data) if is_dry else result_lines(data):
        say(line)
    if found is not None:
        say(f"  {counted(found, 'row')} to mend: {errors}")


@click.command("ask")
@click.argument("run_id", type=int)
@click.option("--by", "editor", required=True, help="The address of the editor who starts it.")
@click.option("--stop", "is_stop", is_flag=True, help="Ask no more; whoever was not asked waits on.")
def ask_staged(run_id: int, editor: str, is_stop: bool) -> None:
    """Ask the staged readers of an import to confirm: one mail each, some each minute."""
    with services() as parts, parts.database.write() as session:
        run = runs.run_of(session, run_id)
        by = editor_by_address(session, editor)
        if by is None:
            raise NotFoundError(f"There is no editor with the address {editor}; `gazette editor list` shows all.")
        if is_stop:
            asking.stop_asking(run)
            say("Nobody of this import is asked any more. Whoever was not asked waits on.")
            return
        number = asking.start_asking(session, run, by=by.id, now=parts.clock.now())
    say(f"{counted(number, 'reader')} will be asked to confirm: one mail each, some each minute.")


def _received(parts: Services, file: BinaryIO, slug: str | None, product: str, columns: Mapping[str, str]) -> ImportRun:
    """The import of a file, counted; or the one that was cut off in the middle of taking in the same file."""
    with parts.database.read() as session:
        newsletter = shelf.the_newsletter(session, slug)
    working("Reading the file …")
    arrived = runs.receive(file, parts.imports.folder, name=file.name, most=_LARGEST, product=product)
    try:
        with parts.database.write() as session:
            before = runs.cut_off(session, newsletter.id, arrived)
            if before is not None:
                (parts.imports.folder / arrived.stored.name).unlink()
                return before
            run = runs.begin(session, newsletter, arrived, by=None, now=parts.clock.now())
            if columns or not runs.has_addresses(run):
                run.state = RunState.CHECKED
                runs.read_as(session, run, "", columns, how=_HOW)
    except GazetteError:
        (parts.imports.folder / arrived.stored.name).unlink(missing_ok=True)
        raise
    return _worked(parts, run.id)


def _start(
    parts: Services, run: ImportRun, groups: Mapping[str, str], declarer: str | None, reason: str, *, is_dry: bool
) -> None:
    if is_dry:
        return
    try:
        with parts.database.write() as session:
            found = session.get_one(ImportRun, run.id)
            editor = None if declarer is None else editor_by_address(session, declarer)
            if declarer is not None and editor is None:
                raise NotFoundError(f"There is no editor with the address {declarer}; `gazette editor list` shows all.")
            wishes = wishes_by_status(found.counts["groups"], groups)
            by = None if editor is None else editor.id
            runs.start(session, found, wishes, declared_by=by, reason=reason, now=parts.clock.now())
    except GazetteError:
        with parts.database.write() as session:
            runs.drop(session, session.get_one(ImportRun, run.id), parts.imports.folder)
        raise


def _worked(parts: Services, run_id: int) -> ImportRun:
    """An import after all that is to be done in its state has been done."""
    place = parts.imports
    for _ in steps(place, run_id):
        with parts.database.read() as session:
            run = session.get_one(ImportRun, run_id)
        working(f"{sum(run.taken.values()) or run.counts['rows']:,} rows, {runs.percent(run)} % of the file")
    with parts.database.read() as session:
        run = session.get_one(ImportRun, run_id)
    if run.state == RunState.FAILED:
        raise RefusedError(run.trouble)
    return run
