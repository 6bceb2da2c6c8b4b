"""Rows of a CSV file as other systems and spreadsheets write it: any of its separators and encodings."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from newsletter.errors import RefusedError

_LONGEST_CELL: Final = 20_000_000
_MOST_ROWS: Final = 200_000
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its cells by column name, stripped; a cell that the row is too short for is empty."""

    number: int  # as a spreadsheet counts: the header is row 1
    cells: dict[str, str]

    def cell(self, *names: str) -> str:
        """The first of these columns that says something; names in small letters."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


def rows_of(content: bytes) -> Iterator[Row]:
    """All rows that say something. Raises RefusedError where the file is no table."""
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep="):  # what Excel writes to tell itself the separator
        text = rest
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        for number, cells in enumerate(reader, start=2):
            if number > _MOST_ROWS:
                raise RefusedError(f"The file has more than {_MOST_ROWS:,} rows. Split it, and import the parts.")
            row = Row(number, _named(header, cells))
            if any(row.cells.values()):
                yield row
    except csv.Error as error:
        raise RefusedError(f"Row {reader.line_num} cannot be read as CSV ({error}). Export the file anew.") from None


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by name; of two columns with one name the first counts that says something."""
    named: dict[str, str] = {}
    for name, cell in zip_longest(header, cells[: len(header)], fillvalue=""):
        if name and not named.get(name):
            named[name] = cell.strip()
    return named


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Excel on Windows; some bytes mean nothing there.
            text = content.decode("cp1252", errors="replace")
    return text.replace("\x00", "")
