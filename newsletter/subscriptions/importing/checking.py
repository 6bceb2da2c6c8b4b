"""The dry run: what is in a file, counted; nothing is taken in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from newsletter.subscriptions.importing.groups import counted_as
from newsletter.subscriptions.importing.records import ImportRun
from newsletter.subscriptions.importing.rows import Row
from newsletter.subscriptions.importing.surroundings import Digests, surroundings
from newsletter.subscriptions.importing.taking import Read

EXAMPLES = 5


def no_counts() -> dict[str, Any]:
    """The counts of a file of which no row has been read."""
    return {"rows": 0, "unreadable": 0, "groups": {}, "known": 0, "kept_out": 0, "examples": []}


def add_check(session: Session, run: ImportRun, rows: Sequence[Read], digests: Digests) -> dict[str, Any]:
    """The counts of a file with those of some more rows.

    Each row counts in its group; of these, `known` are here already and `kept_out` may not be written to.
    """
    counts: dict[str, Any] = {**run.counts, "groups": {**run.counts["groups"]}, "examples": [*run.counts["examples"]]}
    readable = [each.row for each in rows if each.row is not None]
    _add_groups(counts["groups"], readable)
    around = surroundings(session, run, readable, digests)
    counts["rows"] += len(rows)
    counts["unreadable"] += len(rows) - len(readable)
    for row in readable:
        here = around.here.get(row.address.key)
        counts["known"] += here is not None and here.subscription_id is not None
        counts["kept_out"] += row.address.key in around.suppressed
    troubled = [[each.line, each.trouble] for each in rows if each.row is None]
    counts["examples"] = (counts["examples"] + troubled)[:EXAMPLES]
    return counts


def _add_groups(groups: dict[str, int], rows: Sequence[Row]) -> None:
    for row in rows:
        key = counted_as(row, groups)
        groups[key] = groups.get(key, 0) + 1
