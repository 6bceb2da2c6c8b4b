"""Sorting readers in: whoever has no group gets the one of those who are like them, from the truth."""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, cast, delete, exists, func, select, update
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.editions.editions import ENDED, Edition
from newsletter.editions.groups import EditionGroup, ReaderGroup
from newsletter.editions.likeness import Likeness, likenesses
from newsletter.editions.runs import rhythm_id
from newsletter.editions.selection import ReaderView
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState

AT_ONCE: Final = 2_000
"""Readers sorted in by one transaction."""

_PAIRS_AT_ONCE: Final = 200
_UNGROUPED: Final = (Subscription.state == SubscriptionState.ACTIVE, Subscription.group_id.is_(None))


def has_due(session: Session, *, now: datetime) -> bool:  # noqa: ARG001 - as every question of the sweep
    """Whether anybody is to be sorted in."""
    return session.scalar(select(Subscription.id).where(*_UNGROUPED).limit(1)) is not None


def sort_all(database: Database, clock: Clock) -> None:
    """Sort everybody in who has no group."""
    with database.read() as session:
        newsletter_ids = list(session.scalars(select(Subscription.newsletter_id).where(*_UNGROUPED).distinct()))
    for newsletter_id in sorted(newsletter_ids):
        _repeat(database, newsletter_id, lambda session, newsletter: sort_in(session, newsletter, now=clock.now()))


def merge_all(database: Database, newsletter_id: int) -> None:
    """Bring the readers of a newsletter together whose groups have become alike by an edition."""
    _repeat(database, newsletter_id, merge)


def _repeat(database: Database, newsletter_id: int, step: Callable[[Session, Newsletter], int]) -> None:
    """Repeat a step under the publisher's lock, each time in a transaction of its own, until it finds nothing to do."""
    is_more = True
    while is_more:
        with database.write() as session:
            newsletter = lock(session, newsletter_id)
            is_more = newsletter is not None and step(session, newsletter) > 0


def lock(session: Session, newsletter_id: int) -> Newsletter | None:
    """A newsletter, with all of its publisher's locked: what one gives to a reader, no other must give meanwhile."""
    publisher = select(Newsletter.publisher).where(Newsletter.id == newsletter_id).scalar_subquery()
    query = select(Newsletter).where(Newsletter.publisher == publisher).order_by(Newsletter.id).with_for_update()
    return next((each for each in session.scalars(query) if each.id == newsletter_id), None)


def sort_in(session: Session, newsletter: Newsletter, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Sort some readers of a newsletter in, which is locked; returns how many.

    Rows that somebody is changing at this moment are passed over: they come next time, as they are then.
    """
    query = (
        select(Subscription)
        .where(Subscription.newsletter_id == newsletter.id, *_UNGROUPED)
        .order_by(Subscription.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    subscriptions = session.scalars(query).all()
    if not subscriptions:
        return 0
    members: dict[Likeness, list[int]] = {}
    for subscription_id, likeness in likenesses(session, newsletter, subscriptions, now=now).items():
        members.setdefault(likeness, []).append(subscription_id)
    for likeness, group_id in _groups(session, newsletter, members, now=now).items():
        change = update(Subscription).where(Subscription.id.in_(members[likeness])).values(group_id=group_id)
        session.execute(change.execution_options(synchronize_session=False))
    return len(subscriptions)


def _groups(
    session: Session, newsletter: Newsletter, wanted: Collection[Likeness], *, now: datetime
) -> dict[Likeness, int]:
    """The groups of these likenesses, made where they are new."""
    # Whoever came into a group whose deliveries are being written would get one too.
    is_being_written = exists().where(
        EditionGroup.group_id == ReaderGroup.id,
        EditionGroup.variant_id.is_not(None),
        EditionGroup.written_at.is_(None),
    )
    query = (
        select(ReaderGroup)
        .where(ReaderGroup.newsletter_id == newsletter.id, ReaderGroup.key.in_({each.key for each in wanted}))
        .where(~is_being_written)
        # The oldest of those that have become alike is the last to be put down here: it has the most readers.
        .order_by(ReaderGroup.id.desc())
    )
    groups = session.scalars(query).all()
    passed = passed_by(session, [group.id for group in groups])
    known = {(group.key, view_of(group), passed.get(group.id, frozenset())): group.id for group in groups}
    return {
        each: known.get((each.key, each.view, each.passed)) or _new_group(session, newsletter, each, now=now)
        for each in wanted
    }


def _new_group(session: Session, newsletter: Newsletter, likeness: Likeness, *, now: datetime) -> int:
    group = ReaderGroup(
        newsletter_id=newsletter.id,
        rhythm_id=rhythm_id(session, newsletter, likeness.beat, now=now),
        **columns_of(likeness),
    )
    session.add(group)
    session.flush()
    session.add_all(
        EditionGroup(edition_id=edition_id, group_id=group.id, variant_id=None, written_at=now)
        for edition_id in sorted(likeness.passed)
    )
    session.flush()
    return group.id


def columns_of(likeness: Likeness) -> dict[str, object]:
    """What a group's row says of a likeness, but for its rhythm."""
    return {"key": likeness.key, "language": likeness.language, **columns_of_view(likeness.view)}


_WRITTEN: Final = ("topics", "had", "owed", "missed")
VIEW_COLUMNS: Final = ("topics", "since", "had", "owed", "missed")


def columns_of_view(view: ReaderView) -> dict[str, object]:
    """What a group's row says of a view."""
    return {
        "topics": [[topic, since and since.isoformat()] for topic, since in view.topics],
        "since": view.since,
        **{name: sorted(getattr(view, name)) for name in ("had", "owed", "missed")},
    }


def view_of(group: ReaderGroup) -> ReaderView:
    """What selection needs to know of a group."""
    return _view(group.since, group.topics, group.had, group.owed, group.missed)


def view_from(since: datetime | None, *written: str) -> ReaderView:
    """The same from topics, had, owed and missed as they are written in the row."""
    return _view(since, *map(json.loads, written))


def _view(since: datetime | None, topics: Collection[tuple[int, str | None]], *articles: Collection[int]) -> ReaderView:
    opens = tuple((topic, datetime.fromisoformat(at) if at else None) for topic, at in topics)
    return ReaderView(since, opens, *map(frozenset, articles))


def passed_by(session: Session, group_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """The editions under way that have been planned for these groups, or are none of theirs."""
    query = (
        select(EditionGroup.group_id, EditionGroup.edition_id)
        .join(Edition, Edition.id == EditionGroup.edition_id)
        .where(EditionGroup.group_id.in_(group_ids))
        .where(Edition.state.not_in(ENDED), Edition.fanned_out_at.is_(None))
    )
    found: dict[int, frozenset[int]] = {}
    for group_id, edition_id in session.execute(query):
        found[group_id] = found.get(group_id, frozenset()) | {edition_id}
    return found


def merge(session: Session, newsletter: Newsletter) -> int:
    """Bring some readers together whose groups have become alike; returns how many moved.

    Only where no edition is under way for either group: what is planned for one is not planned for the other.
    """
    alike = (
        select(func.min(ReaderGroup.id), func.max(ReaderGroup.id))
        .where(ReaderGroup.newsletter_id == newsletter.id, ~_is_under_way())
        .group_by(ReaderGroup.key, ReaderGroup.since, *(cast(getattr(ReaderGroup, name), Text) for name in _WRITTEN))
        .having(func.count() > 1)
        .limit(_PAIRS_AT_ONCE)
    )
    moved = 0
    for kept, other in session.execute(alike).all():
        some = select(Subscription.id).where(Subscription.group_id == other).limit(AT_ONCE)
        change = update(Subscription).where(Subscription.id.in_(some)).values(group_id=kept)
        moved += session.connection().execute(change).rowcount
        if session.scalar(select(Subscription.id).where(Subscription.group_id == other).limit(1)) is None:
            session.execute(delete(EditionGroup).where(EditionGroup.group_id == other))
            session.execute(delete(ReaderGroup).where(ReaderGroup.id == other))
            moved += 1
        if moved >= AT_ONCE:
            break
    return moved


def _is_under_way() -> ColumnElement[bool]:
    return (
        exists()
        .where(EditionGroup.group_id == ReaderGroup.id)
        .where(Edition.id == EditionGroup.edition_id, Edition.state.not_in(ENDED), Edition.fanned_out_at.is_(None))
    )
