"""Rows of a CSV file, one at a time, each with the place where the next begins.

A quotation mark that is never closed would swallow all rows after it. So a row over several lines is believed
only when it looks like one; else its first line is given as broken, and the next lines are read anew.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

_LONGEST_LINE: Final = 100_000  # bytes; csv takes cells of up to 131,072 letters
_MOST_LINES: Final = 200
_LONGEST_ROW: Final = 200_000  # letters
_SHOWN: Final = 2_000  # letters of what is broken that are kept
TOO_LONG: Final = "This line is longer than 100 kB, so it is no row of readers."
BROKEN: Final = (
    "A quotation mark opens in this line and is never closed. Mend it in the file and import that line again."
)
TOO_MANY_CELLS: Final = "This row has more cells than the first line has names, so it is not clear which is which."


class Record(NamedTuple):  # made for every row, and faster to make than a dataclass
    """A row: the numbers of its first and its last line, where it ends, its cells; or what is wrong with it."""

    line: int
    last: int
    end: int  # bytes from the beginning of the file
    cells: list[str]
    trouble: str = ""


class _Line(NamedTuple):
    text: str
    end: int
    is_too_long: bool = False


class _Feeder:
    """Hands lines to the csv module and keeps those of the row that is being read."""

    def __init__(self, file: BinaryIO, position: int) -> None:
        self._file = file
        self._position = position
        self._back: deque[_Line] = deque()
        self.taken: list[_Line] = []
        self.letters = 0
        self.is_cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def begin(self) -> None:
        """Another row begins."""
        self.taken = []
        self.letters = 0
        self.is_cut = False

    def __next__(self) -> str:
        if self.letters > _LONGEST_ROW or len(self.taken) > _MOST_LINES:
            self.is_cut = True
            raise StopIteration
        line = self._back.popleft() if self._back else self._read()
        if line is None:
            raise StopIteration
        self.taken.append(line)
        self.letters += len(line.text)
        return line.text

    def give_back_all_but_first(self) -> None:
        """Read the other lines of this row again, each for itself."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def _read(self) -> _Line | None:
        raw = self._file.readline(_LONGEST_LINE)
        if not raw:
            return None
        self._position += len(raw)
        is_too_long = len(raw) == _LONGEST_LINE and not raw.endswith(b"\n")
        if is_too_long:
            self._skip_line()
            return _Line("", self._position, is_too_long=True)
        return _Line(raw.decode("utf-8", "replace"), self._position)

    def _skip_line(self) -> None:
        while raw := self._file.readline(_LONGEST_LINE):
            self._position += len(raw)
            if raw.endswith(b"\n"):
                return


def records(
    file: BinaryIO,
    separator: str,
    *,
    position: int,
    line: int,
    width: int,
    is_row: Callable[[list[str]], bool],
) -> Iterator[Record]:
    """The rows from a place on, of which `line` is the number of the line before.

    `width` is the number of columns; `is_row` tells whether cells look like a whole row.
    """
    file.seek(position)
    feeder = _Feeder(file, position)
    reader = csv.reader(feeder, delimiter=separator)
    while True:
        feeder.begin()
        cells = _cells(reader, feeder)
        taken = feeder.taken
        if not taken:
            return
        if len(taken) == 1 and not feeder.is_cut and not taken[0].is_too_long:
            line += 1
            if cells:
                yield _checked(Record(line, line, taken[0].end, cells), width)
        elif taken[0].is_too_long or feeder.is_cut or not _is_one_row(taken, cells, separator, width, is_row):
            feeder.give_back_all_but_first()
            line += 1
            shown = taken[0].text[:_SHOWN].rstrip("\n")
            yield Record(line, line, taken[0].end, [shown], TOO_LONG if taken[0].is_too_long else BROKEN)
        else:
            yield _checked(Record(line + 1, line + len(taken), taken[-1].end, cells), width)
            line += len(taken)


def _cells(reader: Iterator[list[str]], feeder: _Feeder) -> list[str]:
    """The cells of the next row; none where there is no row or it is broken."""
    try:
        return next(reader)
    except StopIteration:
        return []
    except csv.Error:
        feeder.is_cut = True  # its first line is broken, or is read again without the others
        return []


def _checked(record: Record, width: int) -> Record:
    if len(record.cells) > width and any(cell.strip() for cell in record.cells[width:]):
        return record._replace(trouble=TOO_MANY_CELLS)
    return record


def _is_one_row(
    lines: list[_Line], cells: list[str], separator: str, width: int, is_row: Callable[[list[str]], bool]
) -> bool:
    """Whether several lines are one row with line breaks in a cell, and not several of which the first is broken."""
    if len(cells) != width or any(line.is_too_long for line in lines):
        return False
    if sum(line.text.count('"') for line in lines) % 2:
        return False
    alone = [_looks_whole(line.text, separator, width, is_row) for line in lines]
    return not any(alone[1:-1]) and not (alone[0] and alone[-1])


def _looks_whole(text: str, separator: str, width: int, is_row: Callable[[list[str]], bool]) -> bool:
    try:
        cells = next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return False
    return len(cells) == width and is_row(cells)
