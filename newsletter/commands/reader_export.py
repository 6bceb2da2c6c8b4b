"""`gazette reader export`: all readers of a newsletter, as CSV or JSON."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from newsletter.catalogue import shelf
from newsletter.commands.output import services
from newsletter.errors import GazetteError
from newsletter.subscriptions.exporting import COLUMNS, as_line, cells_of, readers


@click.command("export")
@click.option("--newsletter", "slug", help="Which newsletter; needed when there are several.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", help="JSON: one line each.")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="Into a file; else to the screen.")
def export_readers(slug: str | None, form: str, path: Path | None) -> None:
    """Export all readers of a newsletter, with what they chose and agreed to; `reader import` takes the CSV."""
    with services() as parts:
        with parts.database.read() as session:
            newsletter = shelf.the_newsletter(session, slug)
        every = readers(parts.database, newsletter.id)
        with _output(path) as file:
            if form == "csv":
                writer = csv.writer(file, lineterminator="\r\n")
                writer.writerow(COLUMNS)
                writer.writerows(cells_of(reader) for reader in every)
            else:
                for reader in every:
                    file.write(f"{as_line(reader)}\n")


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """Where the rows go. A file appears under its name when it is whole, readable by its owner only."""
    if path is None:
        yield sys.stdout
        return
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise GazetteError(f"{path} cannot be written: {error.strerror}. Choose another place.") from None
    finally:
        unfinished.unlink(missing_ok=True)
