"""How an import stands, in the words and figures of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor
from newsletter.catalogue.newsletters import Newsletter
from newsletter.language import counted
from newsletter.subscriptions.importing import asking, runs
from newsletter.subscriptions.importing.fields import Field, Status, Treatment
from newsletter.subscriptions.importing.groups import Group, group_from, possible
from newsletter.subscriptions.importing.products import product_named
from newsletter.subscriptions.importing.records import ImportRun, Outcome, RunState
from newsletter.web.desk.wording import day_and_time

FIELD_WORDS: Final = {
    Field.NOTHING: "nothing we need",
    Field.ADDRESS: "the mail address",
    Field.STATUS: "whether they are subscribed",
    Field.SOURCE: "where they came from",
    Field.OPTED_IN_AT: "when they signed up",
    Field.OPT_IN_NETWORK: "the network address they signed up from",
    Field.CONFIRMED_AT: "when they confirmed",
    Field.CONFIRM_NETWORK: "the network address they confirmed from",
    Field.SINCE: "since when they are known there",
    Field.LEFT_AT: "when they left (filled: unsubscribed)",
    Field.BOUNCED_AT: "when mails came back (filled: bounced)",
    Field.ENDED_AT: "when they were deleted there",
    Field.PAID_UNTIL: "when a paid plan was cancelled",
    Field.IS_SUBSCRIBED: "subscribed: yes or no",
    Field.IS_CONFIRMED: "confirmed: yes or no",
    Field.IS_DISABLED: "gets no mail there: yes or no",
    Field.IS_BLOCKED: "blocked: yes or no",
    Field.WANTS_DIGESTS: "wants a weekly digest: yes or no",
    Field.CADENCE: "daily, weekly or monthly",
    Field.WEEKDAY: "the weekday (Monday is 0)",
    Field.HOUR: "the hour",
    Field.ZONE: "the time zone",
    Field.BREAKING: "wants breaking news: yes or no",
    Field.LANGUAGE: "the language",
    Field.TOPICS: "topics, labels or tags",
}
_STATUS_WORDS: Final = {
    Status.SUBSCRIBED: "Subscribed",
    Status.UNCONFIRMED: "Signed up, never confirmed",
    Status.INACTIVE: "Inactive there",
    Status.NEVER: "Never subscribed",
    Status.UNCLEAR: "Unclear",
    Status.UNSUBSCRIBED: "Unsubscribed",
    Status.BOUNCED: "Mails came back",
    Status.COMPLAINED: "Complained",
}
_CHOICE_WORDS: Final = {
    Treatment.ACTIVE: "Active at once",
    Treatment.ASK: "Ask to confirm",
    Treatment.LEAVE: "Leave out",
    Treatment.SUPPRESS: "Never write to them",
}
OUTCOME_WORDS: Final = {
    Outcome.ACTIVE: "read from now on",
    Outcome.STAGED: "wait to be asked",
    Outcome.ASKED: "were asked to confirm",
    Outcome.LEFT_OUT: "left out",
    Outcome.SUPPRESSED: "left or bounced there: never written to",
    Outcome.KEPT_OUT: "may not be written to",
    Outcome.LEFT_HERE: "have left here, and stay out",
    Outcome.KNOWN: "were here already",
    Outcome.TWICE: "stand in the file twice",
    Outcome.ERASED: "had themselves erased",
    Outcome.UNREADABLE: "could not be read",
}


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A line of the table: what its rows have in common, how many they are, and what may become of them."""

    key: str
    status: str
    proof: str
    source: str
    rows: int
    choices: Sequence[tuple[str, str]]  # value and words
    chosen: str


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of the file, an example of what is in it, and what it is read as."""

    name: str
    example: str
    field: str


@dataclass(frozen=True, slots=True)
class ShownRun:
    """An import as its page shows it."""

    run_id: int
    file_name: str
    product: str
    product_title: str
    state: str
    is_moving: bool
    has_addresses: bool
    percent: int
    rows: int
    sentence: str
    groups: Sequence[ShownGroup]
    known: int
    kept_out: int
    unreadable: int
    examples: Sequence[Sequence[object]]
    outcomes: Sequence[tuple[int, str]]
    troubles: int  # rows that the file of troubles holds at least
    trouble: str
    came: str
    reason: str
    declared_by: str
    waiting: int
    is_asking: bool


def shown_run(
    session: Session, run: ImportRun, newsletter: Newsletter, wishes: Mapping[str, str], *, now: datetime
) -> ShownRun:
    """An import; `wishes` are choices that somebody has just made and that could not be taken."""
    declarer = session.get(Editor, run.declared_by) if run.declared_by is not None else None
    is_taken = run.state in {RunState.TAKING, RunState.DONE}
    return ShownRun(
        run_id=run.id,
        file_name=run.file_name,
        product=run.product,
        product_title=product_named(run.product).title,
        state=run.state,
        is_moving=run.state in {RunState.CHECKING, RunState.TAKING},
        has_addresses=runs.has_addresses(run),
        percent=runs.percent(run),
        rows=sum(run.taken.values()) if is_taken else run.counts["rows"],
        sentence=summary(run),
        groups=_groups(run, wishes),
        known=run.counts["known"],
        kept_out=run.counts["kept_out"],
        unreadable=run.counts["unreadable"],
        examples=run.counts["examples"],
        outcomes=[(number, words) for each, words in OUTCOME_WORDS.items() if (number := run.taken.get(each, 0))],
        troubles=run.taken.get(Outcome.UNREADABLE, 0) if is_taken else run.counts["unreadable"],
        trouble=run.trouble,
        came=day_and_time(run.created_at, newsletter.zone, now=now),
        reason=run.reason if run.taken.get(Outcome.ACTIVE) else "",
        declared_by=declarer.name if declarer is not None else "",
        waiting=asking.waiting(session, run.id) if run.state == RunState.DONE else 0,
        is_asking=run.ask_at is not None,
    )


def summary(run: ImportRun) -> str:
    """What is in a file, in a sentence of its own figures. Pure."""
    title = product_named(run.product).title
    by_status: dict[str, int] = {}
    for key, number in run.counts["groups"].items():
        group = group_from(key)
        name = "proven" if group.has_proof else group.status.value
        by_status[name] = by_status.get(name, 0) + number
    parts = [
        (by_status.get("proven", 0), f"subscribed in {title}, and the file says when"),
        (by_status.get(Status.SUBSCRIBED, 0), f"subscribed in {title}, but the file holds no proof"),
        (by_status.get(Status.UNSUBSCRIBED, 0), "left and stay out"),
        (by_status.get(Status.BOUNCED, 0) + by_status.get(Status.COMPLAINED, 0), "bounced or complained and stay out"),
        (by_status.get(Status.NEVER, 0), "never subscribed and stay out"),
        (sum(by_status.get(each, 0) for each in (Status.UNCONFIRMED, Status.INACTIVE)), "inactive or unconfirmed"),
        (by_status.get(Status.UNCLEAR, 0), "unclear"),
        (run.counts["known"], "already here"),
        (run.counts["unreadable"], "unreadable"),
    ]
    told = "; ".join(f"{number:,} {words}" for number, words in parts if number)
    return f"{counted(run.counts['rows'], 'row')}: {told or 'none of a reader'}."


def shown_columns(folder: Path, run: ImportRun) -> list[ShownColumn]:
    """The columns of the file, each with an example from its first rows while the file is here."""
    examples = runs.examples(folder, run)
    return [
        ShownColumn(name, examples.get(name, ""), run.mapping.get(name, Field.NOTHING.value))
        for name in run.layout["columns"]
    ]


def _groups(run: ImportRun, wishes: Mapping[str, str]) -> list[ShownGroup]:
    order = list(Status)
    groups = [(group_from(key), key, number) for key, number in run.counts["groups"].items()]
    groups.sort(key=lambda each: (order.index(each[0].status), not each[0].has_proof, -each[2]))
    return [_group(group, number, wishes.get(key) or run.choices.get(key, "")) for group, key, number in groups]


def _group(group: Group, number: int, chosen: str) -> ShownGroup:
    proof = ""
    if group.status is Status.SUBSCRIBED:
        proof = "with the time of consent" if group.has_proof else "no proof in the file"
    return ShownGroup(
        key=group.key,
        status=_STATUS_WORDS[group.status],
        proof=proof,
        source=group.source,
        rows=number,
        choices=[(each.value, _CHOICE_WORDS[each]) for each in possible(group)],
        chosen=chosen or group.default.value,
    )
