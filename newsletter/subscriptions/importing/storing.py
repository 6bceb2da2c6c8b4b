"""A file comes in: copied to a folder of ours as UTF-8 with plain line ends, whatever it was before.

What reads it later needs to know of no encoding, and every place in it is a number of bytes.
"""

import codecs
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from newsletter.errors import RefusedError

_BLOCK: Final = 1 << 20
_NUL: Final = "\x00"
_REPLACED: Final = "\ufffd"
# How much of a text without a mark must be NUL for it to be one of two bytes a letter.
_WIDE: Final = 0.3
_NO_TEXT: Final = {
    b"PK\x03\x04": "This is a ZIP archive or a spreadsheet (.xlsx). Unpack it, or save the sheet as CSV, and import "
    "the files in it one after the other.",
    b"\xd0\xcf\x11\xe0": "This is a spreadsheet of the old kind (.xls). Save it as CSV and import that.",
    b"\x1f\x8b": "This file is compressed (.gz). Unpack it and import what is in it.",
    b"%PDF": "This is a PDF. Ask the other system for an export as CSV.",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in our folder: its name there, and how many bytes it has."""

    name: str
    size: int


def store(stream: BinaryIO, folder: Path, *, most: int) -> Stored:
    """Copy a file of at most `most` bytes; only this installation may read the copy.

    Raises RefusedError where it is larger, is empty or is no text; then nothing is left of it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.csv"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            size = _copy(stream, file, most)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(path.name, size)


def _copy(stream: BinaryIO, file: BinaryIO, most: int) -> int:
    size = 0
    for text in _texts(_blocks(stream, most)):
        size += file.write(text.encode("utf-8", "replace"))
    if not size:
        raise RefusedError("This file is empty. Nothing was imported.")
    file.flush()
    os.fsync(file.fileno())
    return size


def _blocks(stream: BinaryIO, most: int) -> Iterator[bytes]:
    left = most
    while block := stream.read(_BLOCK):
        left -= len(block)
        if left < 0:
            raise RefusedError(
                f"This file is larger than {most // 1_000_000:,} MB. Cut it into several, or use the command line."
            )
        yield block


def _texts(blocks: Iterator[bytes]) -> Iterator[str]:
    """The text, in pieces that end where a line does."""
    first = next(blocks, b"")
    for start, sentence in _NO_TEXT.items():
        if first.startswith(start):
            raise RefusedError(f"{sentence} Nothing was imported.")
    wide = _wide_encoding(first)
    is_old_mac = b"\r" in first and b"\n" not in first
    rest = ""
    for text in _wide_texts(first, blocks, wide) if wide else _narrow_texts(first, blocks):
        lines = f"{rest}{text}".replace("\r", "\n") if is_old_mac else f"{rest}{text}"
        whole, end, rest = lines.rpartition("\n")
        yield _plain(whole + end)
    yield _plain(rest)


def _plain(text: str) -> str:
    """Plain line ends, no NUL, no mark at the beginning."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", " ")
    if _NUL in text:  # PostgreSQL keeps none
        text = text.replace(_NUL, _REPLACED)
    return text.removeprefix("\ufeff")


def _wide_encoding(first: bytes) -> str:
    """UTF-16 in one of its two orders, or nothing."""
    if first.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if first.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    head = first[:4096]
    if head and head[1::2].count(0) > _WIDE * len(head):
        return "utf-16-le"
    return "utf-16-be" if head and head[0::2].count(0) > _WIDE * len(head) else ""


def _wide_texts(first: bytes, blocks: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first)
    for block in blocks:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _narrow_texts(first: bytes, blocks: Iterator[bytes]) -> Iterator[str]:
    """UTF-8; a line that is none is read as CP1252, since files are pasted together from several."""
    rest = first
    for block in blocks:
        # A block is cut at a line's end, so that no letter is cut in two.
        whole, end, rest = rest.rpartition(b"\n")
        yield _decoded(whole + end)
        rest += block
    yield _decoded(rest)


def _decoded(lines: bytes) -> str:
    try:
        return lines.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_decoded_line(line) for line in lines.splitlines(keepends=True))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
