"""How a file is laid out: what separates its cells, what its columns are called, where its rows begin."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from newsletter.errors import RefusedError

_HEAD: Final = 256 * 1024  # bytes
_SEPARATORS: Final = (",", ";", "\t", "|")
_MOST_COLUMNS: Final = 1_000
_SEP: Final = "sep="


@dataclass(frozen=True, slots=True)
class Layout:
    """Of one file; `columns` are names of which none is empty or stands twice."""

    separator: str
    columns: tuple[str, ...]
    position: int  # bytes before the first row
    line: int  # lines before the first row

    def as_json(self) -> dict[str, Any]:
        """As it is kept with an import."""
        return asdict(self) | {"columns": list(self.columns)}


def layout_from(kept: Mapping[str, Any]) -> Layout:
    """The layout that was kept with an import."""
    return Layout(kept["separator"], tuple(kept["columns"]), kept["position"], kept["line"])


def layout_of(path: Path) -> Layout:
    """How a file of ours is laid out. Raises RefusedError where it has no row at all."""
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8", "ignore")
    lines = list(io.StringIO(head, newline="\n"))  # not by str.splitlines, which knows more line ends than a file
    at = 0
    separator = ""
    while at < len(lines) and (not lines[at].strip() or _is_separator_line(lines[at])):
        if _is_separator_line(lines[at]):
            separator = lines[at].strip('"\n')[len(_SEP) :][:1] or "\t"
        at += 1
    if at == len(lines):
        raise RefusedError("This file holds no row. Nothing was imported.")
    separator = separator or _separator_of(lines[at:])
    first, taken = _first_row(lines[at:], separator)
    if len(first) > _MOST_COLUMNS:
        raise RefusedError(f"This file has more than {_MOST_COLUMNS:,} columns; it is no list of readers.")
    if any("@" in cell for cell in first):  # rows from the first line on, as in a plain list of addresses
        taken, first = 0, [""] * len(first)
    before = "".join(lines[: at + taken])
    return Layout(separator, _names(first), len(before.encode()), at + taken)


def _is_separator_line(line: str) -> bool:
    """`sep=;`, by which a spreadsheet is told what separates cells."""
    return line.strip('" \n').lower().startswith(_SEP)


def _separator_of(lines: list[str]) -> str:
    """What cuts the first row into the most cells; the comma when nothing does."""
    return max(_SEPARATORS, key=lambda each: len(_first_row(lines, each)[0]))


def _first_row(lines: list[str], separator: str) -> tuple[list[str], int]:
    """The cells of the first row, and over how many lines it goes."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        cells = next(reader, [])
    except csv.Error:
        return [], 1
    return [" ".join(cell.split()) for cell in cells], reader.line_num


def _names(cells: list[str]) -> tuple[str, ...]:
    """A name for each column: those without one are numbered, and so are those that stand twice."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(cells, start=1):
        name = cell or f"Column {number}"
        seen[name.casefold()] += 1
        again = seen[name.casefold()]
        names.append(name if again == 1 else f"{name} ({again})")
    return tuple(names)
