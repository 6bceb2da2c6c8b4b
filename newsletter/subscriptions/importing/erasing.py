"""What files have brought of a reader goes with the reader: raw rows, and what lies in files that wait."""

import re
from collections.abc import Iterator
from datetime import datetime
from mmap import mmap
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.language import marked
from newsletter.subscriptions.importing.records import ImportRow, ImportRun
from newsletter.subscriptions.privacy.holdings import Gone, Holding, Row
from newsletter.subscriptions.privacy.spellings import spellings_of
from newsletter.subscriptions.subscribers import Subscriber

BLANK: Final = '["…"]'
"""What is left of somebody else's row that named an address which was erased."""


def erase_rows(session: Session, address_key: str) -> int:
    """Delete the raw rows of an address, and empty those of others that name it; returns how many."""
    own = session.connection().execute(delete(ImportRow).where(ImportRow.address_key == address_key)).rowcount
    may_name = func.lower(ImportRow.raw).contains(address_key, autoescape=True)
    whole = re.compile(_whole(address_key), re.IGNORECASE)
    others = [
        row
        for row in session.scalars(select(ImportRow).where(ImportRow.names_others, may_name))
        if whole.search(row.raw)
    ]
    for row in others:
        row.raw, row.note, row.names_others = BLANK, "", False
    session.flush()
    return own + len(others)


def blank_in_files(folder: Path, address: str) -> int:
    """Write over an address in all files that wait to be taken in; returns how often it stood there.

    Every letter keeps its place, so that an import under way goes on where it is; the row has no address then.
    """
    return sum(_blank(path, address) for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.csv")) if folder.is_dir() else ()


def _blank(path: Path, address: str) -> int:
    whole = _whole(address).encode()
    try:
        with path.open("r+b") as file:
            if not path.stat().st_size:
                return 0
            with mmap(file.fileno(), 0) as content:
                found = [match.span() for match in re.finditer(whole, content, re.IGNORECASE)]
                for start, end in found:
                    content[start:end] = b"x" * (end - start)
                content.flush()
                return len(found)
    except FileNotFoundError:
        return 0  # taken in and deleted since it was listed


def _whole(address: str) -> str:
    """A pattern of an address, and not of a longer one that holds it, such as Joanna's for Anna's."""
    return rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)"


def _rows(session: Session, subscriber: Subscriber) -> list[Row]:
    query = (
        select(ImportRun.file_name, ImportRun.product, ImportRun.created_at, ImportRow.line, ImportRow.raw)
        .join(ImportRun, ImportRun.id == ImportRow.run_id)
        .where(ImportRow.address_key == subscriber.address_key)
        .order_by(ImportRow.run_id, ImportRow.line)
    )
    return [
        {"file": name, "from": product, "imported_at": at, "line": line, "row": raw}
        for name, product, at, line, raw in session.execute(query)
    ]


def _erase(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    keys = {spelling.lower() for spelling in spellings_of(session, subscriber)}
    return Gone(sum(erase_rows(session, key) for key in sorted(keys)))


IMPORTED: Final = (Holding("imports", marked("Rows of files that brought your address"), _rows, _erase),)
"""What this room keeps of readers."""
