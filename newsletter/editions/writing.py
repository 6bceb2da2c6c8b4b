"""Writing deliveries: what has been planned for groups becomes a row per reader, page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.database import ask_for
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.kinds import POLICIES, MailKind
from newsletter.delivery.outbox import BELLS
from newsletter.editions.editions import Edition
from newsletter.editions.groups import EditionGroup
from newsletter.jobs import Job
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import Suppression

PAGE: Final = 20_000
"""Deliveries written by one transaction."""

_GROUPS_AT_ONCE: Final = 1_000
_MANY: Final = 5  # one subscription in so many is worth going through all of them


def write_page(session: Session, edition: Edition, *, now: datetime) -> bool:
    """Write some of the deliveries that are planned; False when there are none left."""
    unwritten = select(EditionGroup).where(EditionGroup.edition_id == edition.id, EditionGroup.written_at.is_(None))
    if edition.written_to is None:
        groups = _page_of(session.scalars(unwritten.order_by(EditionGroup.group_id).limit(_GROUPS_AT_ONCE)).all())
        if not groups:
            return False
        if edition.number is None:
            edition.number = _next_number(session, edition.newsletter_id)
        if not _are_most_readers(session, edition):
            _write_groups(session, edition, groups, now=now)
        else:
            edition.written_to = 0
    if edition.written_to is not None:
        _write_next(session, edition, now=now)
    ask_for(session, Job(BELLS[POLICIES[MailKind.DIGEST].lane]))
    return True


def _are_most_readers(session: Session, edition: Edition) -> bool:
    """Whether so many readers get something that it is quicker to go through all subscriptions in their order.

    The unique key then grows at its end and not all over the place.
    """
    planned = select(func.sum(EditionGroup.readers)).where(
        EditionGroup.edition_id == edition.id, EditionGroup.written_at.is_(None)
    )
    return (session.scalar(planned) or 0) * _MANY > max(_last_id(session), PAGE)


def _last_id(session: Session) -> int:
    return session.scalar(select(func.max(Subscription.id))) or 0


def _write_next(session: Session, edition: Edition, *, now: datetime) -> None:
    """Write what is planned for the next subscriptions in their order; with the last of them all groups are written."""
    start = edition.written_to or 0
    _insert(session, edition, _members(Subscription.id > start, Subscription.id <= start + PAGE), now=now)
    edition.written_to = start + PAGE
    if edition.written_to >= _last_id(session):
        edition.written_to = None
        written = update(EditionGroup).where(EditionGroup.edition_id == edition.id, EditionGroup.written_at.is_(None))
        session.execute(written.values(written_at=now).execution_options(synchronize_session=False))


def _write_groups(session: Session, edition: Edition, groups: Sequence[EditionGroup], *, now: datetime) -> None:
    if len(groups) == 1 and groups[0].readers > PAGE:
        _write_part(session, edition, groups[0], now=now)
        return
    ids = [group.group_id for group in groups]
    _insert(session, edition, _members(Subscription.group_id.in_(ids)), now=now)
    written = update(EditionGroup).where(EditionGroup.edition_id == edition.id, EditionGroup.group_id.in_(ids))
    session.execute(written.values(written_at=now).execution_options(synchronize_session=False))


def _page_of(groups: Sequence[EditionGroup]) -> Sequence[EditionGroup]:
    """As many of these groups as make a page, one at least. Pure."""
    readers = 0
    for place, group in enumerate(groups):
        readers += group.readers
        if readers > PAGE:
            return groups[: max(place, 1)]
    return groups


def _write_part(session: Session, edition: Edition, group: EditionGroup, *, now: datetime) -> None:
    """Write the next part of a group that is larger than a page."""
    part = _members(Subscription.group_id == group.group_id, Subscription.id > group.written_to)
    part = part.order_by(Subscription.id).limit(PAGE)
    last = session.scalar(select(func.max(part.subquery().c.id)))
    if last is None:
        group.written_at = now
        return
    upto = _members(
        Subscription.group_id == group.group_id, Subscription.id > group.written_to, Subscription.id <= last
    )
    _insert(session, edition, upto, now=now)
    group.written_to = last


def _members(*which: ColumnElement[bool]) -> Select[int]:
    # Spelled out as the index has it, so that both databases use it.
    return select(Subscription.id).where(
        Subscription.state == SubscriptionState.ACTIVE, Subscription.group_id.is_not(None), *which
    )


def _insert(session: Session, edition: Edition, members: Select[int], *, now: datetime) -> None:
    """Write the deliveries of these subscriptions, but for those that must not be written to or have one."""
    is_suppressed = (
        select(Suppression.id)
        .join(Subscriber, Subscriber.address_key == Suppression.address_key)
        .where(Subscriber.id == Subscription.subscriber_id)
        .exists()
    )
    values = _values(edition, now=now)
    rows = (
        members.with_only_columns(
            EditionGroup.variant_id, Subscription.subscriber_id, Subscription.id, *values.values()
        )
        .join(EditionGroup, EditionGroup.group_id == Subscription.group_id)
        .where(EditionGroup.edition_id == edition.id, EditionGroup.written_at.is_(None), ~is_suppressed)
        .order_by(Subscription.id)
    )
    dialect = session.get_bind().dialect.name
    new = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(Delivery)
    names = ["variant_id", "subscriber_id", "subscription_id", *values]
    session.execute(new.from_select(names, rows, include_defaults=False).on_conflict_do_nothing())


def _values(edition: Edition, *, now: datetime) -> dict[str, ColumnElement[Any]]:
    """What is the same in every delivery of an edition."""
    kind = MailKind.DIGEST
    zero = literal(0, Integer)
    values = {
        "edition_id": literal(edition.id, Delivery.edition_id.type),
        "kind": literal(kind, Delivery.kind.type),
        "lane": literal(POLICIES[kind].lane, Delivery.lane.type),
        "state": literal(DeliveryState.QUEUED, Delivery.state.type),
        "created_at": literal(now, Delivery.created_at.type),
        "next_attempt_at": literal(now, Delivery.created_at.type),
    }
    return {**values, "attempts": zero, "deferrals": zero, "unknowns": zero}


def _next_number(session: Session, newsletter_id: int) -> int:
    return 1 + (session.scalar(select(func.max(Edition.number)).where(Edition.newsletter_id == newsletter_id)) or 0)
