"""Some rows of a file are taken in: all that comes of them, in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor
from newsletter.bulk import add_rows, new_ids
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.database import insert_if_new
from newsletter.signing import new_nonces
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.importing.choosing import choice_from, topic_names
from newsletter.subscriptions.importing.deciding import Decision, Surroundings, decide
from newsletter.subscriptions.importing.fields import Status, Treatment
from newsletter.subscriptions.importing.groups import counted_as, group_from
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, Outcome
from newsletter.subscriptions.importing.rows import Row
from newsletter.subscriptions.importing.surroundings import FORM, Digests, surroundings
from newsletter.subscriptions.subscribers import (
    Consent,
    ConsentAct,
    Subscriber,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)
from newsletter.suppression.suppressions import Suppression, SuppressionReason

_REASONS: Final = {
    Status.UNSUBSCRIBED: SuppressionReason.IMPORTED,
    Status.BOUNCED: SuppressionReason.BOUNCED,
    Status.COMPLAINED: SuppressionReason.COMPLAINED,
}
_TAKEN: Final = frozenset({Outcome.ACTIVE, Outcome.STAGED})
_ACTIVE: Final = SubscriptionState.ACTIVE.value
_ROW: Final = ("run_id", "line", "address_key", "raw", "outcome", "note", "names_others")
_SUBSCRIBER: Final = ("id", "address", "address_key", "created_at", "language")
_SUBSCRIPTION: Final = (
    *("id", "subscriber_id", "newsletter_id", "state", "cadence", "confirm_nonce", "nonce"),
    *("requested_at", "joined_at", "weekday", "hour", "zone", "wants_breaking"),
)
_CONSENT: Final = (
    *("subscription_id", "act", "at", "wording", "page", "network", "form", "version", "language", "editor_id"),
)


class Read(NamedTuple):
    """A row as it was read: what it says, or why that is not to be known."""

    line: int
    raw: str  # its cells as they are kept
    row: Row | None
    trouble: str = ""
    names_others: bool = False


def take(session: Session, run: ImportRun, rows: Sequence[Read], digests: Digests, *, now: datetime) -> Counter[str]:
    """Take rows in; returns how many had which outcome.

    Whoever signs up in the same instant breaks a unique key, and nothing of it has happened.
    """
    newsletter = session.get_one(Newsletter, run.newsletter_id)
    around = surroundings(session, run, [each.row for each in rows if each.row is not None], digests)
    decided = _decided(run, rows, around, newsletter)
    _suppress(session, run, decided, around, now=now)
    _activate(session, run, newsletter, decided, around, now=now)
    add_rows(session, ImportRow, _ROW, [_kept(run, each, decision) for each, decision in decided])
    return Counter(decision.outcome.value for _, decision in decided)


def declaration(session: Session, run: ImportRun) -> Evidence:
    """What stands in the evidence of those who read by declaration of an editor."""
    editor = session.get(Editor, run.declared_by) if run.declared_by is not None else None
    name = editor.name if editor is not None else "an editor"
    wording = f"Declared by {name}: {run.reason}" if run.reason else ""
    return Evidence(page=f"import of {run.file_name} ({run.product})", wording=wording, network="", form=FORM)


def _decided(
    run: ImportRun, rows: Sequence[Read], around: Surroundings, newsletter: Newsletter
) -> list[tuple[Read, Decision]]:
    treatments = {key: Treatment(choice) for key, choice in run.choices.items()}
    taken: set[str] = set()
    decided = []
    for each in rows:
        decision = Decision(Outcome.UNREADABLE, each.trouble)
        if each.row is not None:
            decision = decide(each.row, _treatment(each.row, treatments), around, taken, newsletter)
            if decision.outcome in _TAKEN:
                taken.add(each.row.address.key)
        decided.append((each, decision))
    return decided


def _treatment(row: Row, treatments: Mapping[str, Treatment]) -> Treatment:
    """What was chosen for the group of a row."""
    key = counted_as(row, treatments)
    return treatments[key] if key in treatments else group_from(key).default


def _kept(run: ImportRun, each: Read, decision: Decision) -> tuple[object, ...]:
    key = "" if each.row is None else each.row.address.key
    return (run.id, each.line, key, each.raw, decision.outcome, decision.note, each.names_others)


def _suppress(
    session: Session,
    run: ImportRun,
    decided: Sequence[tuple[Read, Decision]],
    around: Surroundings,
    *,
    now: datetime,
) -> None:
    """Nobody writes any more to those who left or bounced there; who came here by a file before leaves with that."""
    leaving = {
        each.row.address.key: each.row
        for each, decision in decided
        if each.row is not None and decision.outcome is Outcome.SUPPRESSED
    }
    insert_if_new(
        session,
        Suppression,
        [{"address_key": key, "reason": _REASONS[row.status], "created_at": now} for key, row in leaving.items()],
    )
    here = [around.here[key] for key in leaving if key in around.here]
    ids = [each.subscription_id for each in here if each.subscription_id is not None and each.reads]
    if not ids:
        return
    session.execute(
        update(Subscription)
        .where(Subscription.id.in_(ids))
        .values(state=SubscriptionState.UNSUBSCRIBED, left_at=now)
        .execution_options(synchronize_session=False)
    )
    page = declaration(session, run).page
    rows = [(each, ConsentAct.WITHDRAWN.value, now, "", page, "", FORM, "", "", None) for each in ids]
    add_rows(session, Consent, _CONSENT, rows)


def _activate(
    session: Session,
    run: ImportRun,
    newsletter: Newsletter,
    decided: Sequence[tuple[Read, Decision]],
    around: Surroundings,
    *,
    now: datetime,
) -> None:
    """Those whom an editor declared to be readers read from now on, and the evidence says who declared it."""
    rows = [each.row for each, decision in decided if each.row is not None and decision.outcome is Outcome.ACTIVE]
    if not rows:
        return
    known = around.here
    new = [row for row in rows if row.address.key not in known]
    ids = {row.address.key: new_id for row, new_id in zip(new, new_ids(session, Subscriber, len(new)), strict=True)}
    add_rows(
        session,
        Subscriber,
        _SUBSCRIBER,
        [(ids[row.address.key], row.address.text, row.address.key, now, row.language) for row in new],
    )
    ids |= {row.address.key: known[row.address.key].subscriber_id for row in rows if row.address.key in known}
    names, offered = topic_names(topics_of(session, newsletter.id)), frozenset(newsletter.offers.split(","))
    different = {row.wishes: row for row in rows}
    choices = {wishes: choice_from(row, newsletter, names, offered) for wishes, row in different.items()}
    chosen = [choices[row.wishes] for row in rows]
    pairs = list(zip(rows, new_ids(session, Subscription, len(rows)), strict=True))
    nonces = new_nonces(2 * len(rows))
    subscriptions = [
        _subscription(row, choice, (each, ids[row.address.key]), newsletter, (nonces.pop(), nonces.pop()), now=now)
        for (row, each), choice in zip(pairs, chosen, strict=True)
    ]
    add_rows(session, Subscription, _SUBSCRIPTION, subscriptions)
    _add_consents(session, run, pairs, now=now)
    topics = [
        (each, topic_id, now)
        for (_, each), choice in zip(pairs, chosen, strict=True)
        for topic_id in sorted(choice.topic_ids)
    ]
    add_rows(session, SubscriptionTopic, ("subscription_id", "topic_id", "chosen_at"), topics)


def _subscription(
    row: Row, choice: Choice, ids: tuple[int, int], newsletter: Newsletter, nonces: tuple[str, str], *, now: datetime
) -> tuple[object, ...]:
    """A subscription whose window opens now, however old the consent is; `ids` are its own and the subscriber's."""
    return (
        *(*ids, newsletter.id, _ACTIVE, choice.cadence.value),
        *(*nonces, row.opted_in_at or row.confirmed_at or row.since or now, now),
        *(choice.weekday, choice.hour, choice.zone, choice.wants_breaking),
    )


def _add_consents(session: Session, run: ImportRun, pairs: Sequence[tuple[Row, int]], *, now: datetime) -> None:
    """What the file proves, with its instants and networks; and the declaration."""
    declared = declaration(session, run)
    page, wording, version, editor_id = declared.page, declared.wording, declared.version, run.declared_by
    asked, confirmed = ConsentAct.REQUESTED.value, ConsentAct.CONFIRMED.value
    rows: list[tuple[object, ...]] = [
        (each, asked, row.opted_in_at, "", page, row.opt_in_network, FORM, "", "", None)
        for row, each in pairs
        if row.opted_in_at is not None
    ]
    rows += [
        (each, confirmed, row.confirmed_at or now, wording, page, row.confirm_network, FORM, version, "", editor_id)
        for row, each in pairs
    ]
    add_rows(session, Consent, _CONSENT, rows)
