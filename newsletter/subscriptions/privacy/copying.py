"""A copy of all that is kept of a reader, for the reader: JSON for programs, tables for people."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.subscriptions.cells import escaped
from newsletter.subscriptions.privacy.holdings import Holding, Row
from newsletter.subscriptions.subscribers import Subscriber

Copy = Mapping[str, Sequence[Row]]
"""The rows of each holding by its name."""

_MARK: Final = "\ufeff"  # by which spreadsheets know UTF-8
_EPOCH_OF_ZIP: Final = (1980, 1, 1, 0, 0, 0)


def copy_of(session: Session, subscriber: Subscriber, holdings: Sequence[Holding]) -> Copy:
    """Everything that the holdings keep of a reader."""
    return {each.name: each.rows(session, subscriber) for each in holdings}


def as_json(copy: Copy, *, now: datetime) -> str:
    """One JSON document; instants as RFC 3339 writes them, in UTC."""
    return json.dumps({"made_at": now, **copy}, ensure_ascii=False, indent=2, default=_plain)


def as_tables(copy: Copy) -> bytes:
    """A zip file with one CSV file for each kind of rows that there are any of."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows in copy.items():
            if rows:
                # Without the time of day, so that the same rows give the same bytes.
                file.writestr(zipfile.ZipInfo(f"{name}.csv", _EPOCH_OF_ZIP), table_of(rows))
    return made.getvalue()


def table_of(rows: Sequence[Row]) -> str:
    """Rows as CSV (RFC 4180) that no spreadsheet takes for formulas."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return _MARK + written.getvalue()


def _cell(value: object) -> str:
    return escaped("" if value is None else str(_plain(value)))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
