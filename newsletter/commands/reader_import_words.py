"""What `gazette reader import` says: a table of what is in a file, and what came of it."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from newsletter.language import counted
from newsletter.subscriptions.importing.fields import Status
from newsletter.subscriptions.importing.groups import group_from
from newsletter.subscriptions.importing.products import product_named
from newsletter.subscriptions.importing.records import ImportRun, Outcome
from newsletter.subscriptions.importing.troubles import table, troubles
from newsletter.wiring import Services

WORDS: Final = {
    Outcome.ACTIVE: "read from now on",
    Outcome.STAGED: "wait to be asked to confirm",
    Outcome.ASKED: "were asked to confirm",
    Outcome.LEFT_OUT: "were left out",
    Outcome.SUPPRESSED: "left or bounced there, and are never written to",
    Outcome.KEPT_OUT: "may not be written to, and stay out",
    Outcome.LEFT_HERE: "have left this newsletter here, and stay out",
    Outcome.KNOWN: "were here already",
    Outcome.TWICE: "stand in the file twice",
    Outcome.ERASED: "had themselves erased since the file came",
    Outcome.UNREADABLE: "could not be read",
}


def as_data(run: ImportRun) -> dict[str, Any]:
    """An import for programs; also what the lines below are made of."""
    order = list(Status)
    groups = [(group_from(key), number, key) for key, number in run.counts["groups"].items()]
    groups.sort(key=lambda each: (order.index(each[0].status), -each[1]))
    return {
        "run": run.id,
        "state": run.state,
        "file": run.file_name,
        "from": run.product,
        "columns": run.mapping,
        "rows": run.counts["rows"],
        "groups": [
            {
                "status": group.status.value,
                "proof": group.has_proof,
                "source": group.source,
                "rows": number,
                "choice": run.choices.get(key, group.default.value),
            }
            for group, number, key in groups
        ],
        "known": run.counts["known"],
        "kept_out": run.counts["kept_out"],
        "unreadable": run.counts["unreadable"],
        "examples": [{"line": line, "reason": reason} for line, reason in run.counts["examples"]],
        "taken": run.taken,
    }


def table_lines(data: Mapping[str, Any]) -> list[str]:
    """What is in a file, and what would become of it."""
    title = product_named(data["from"]).title
    lines = [f"{counted(data['rows'], 'row')} in {data['file']}, from {title}:"]
    lines += [_group_line(group) for group in data["groups"]]
    lines.append(f"  {data['known']:,} are here already; {data['kept_out']:,} may not be written to and stay out.")
    if data["unreadable"]:
        lines.append(f"  {counted(data['unreadable'], 'row')} cannot be read:")
        lines += [f"    line {each['line']}: {each['reason']}" for each in data["examples"]]
    lines.append("Nobody was taken in, and nobody is mailed. To go on, say what becomes of them: --group STATUS=ask, ")
    lines[-1] += "or --declare EDITOR --reason TEXT for those who are active at once."
    return lines


def result_lines(data: Mapping[str, Any]) -> list[str]:
    """What came of a file."""
    lines = [f"Import {data['run']} of {data['file']}: {counted(sum(data['taken'].values()), 'row')}."]
    lines += [f"  {data['taken'][outcome]:,} {words}" for outcome, words in WORDS.items() if data["taken"].get(outcome)]
    lines.append("Nobody was mailed.")
    if data["taken"].get(Outcome.STAGED):
        lines[-1] += f" `gazette reader ask {data['run']} --by EDITOR` asks those who wait, some each minute."
    return lines


def write_troubles(parts: Services, run: ImportRun, path: Path) -> int:
    """Write the rows that could not be taken to a file; returns how many they are."""
    found = troubles(parts.database, parts.imports.folder, run, now=parts.clock.now())
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in table(run.layout["columns"], found):
            writer.writerow(row)
            written += 1
    return written - 1


def _group_line(group: Mapping[str, Any]) -> str:
    status = f"{group['status']}, with proof" if group["proof"] else group["status"]
    source = group["source"] or "-"
    return f"  {status:22} {source[:32]:32} {group['rows']:>11,}  {group['choice']}"
