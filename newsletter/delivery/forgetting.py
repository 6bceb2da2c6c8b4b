"""Deliveries of a reader who was erased: the rows stay for the counts, and nothing in them says whose they were."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select, union_all, update
from sqlalchemy.orm import Session

from newsletter.delivery.deliveries import Delivery, DeliveryState

_WAITING: Final = frozenset({DeliveryState.QUEUED, DeliveryState.DEFERRED})
_WITHHELD: Final = "the reader was erased"
_GIVEN_UP: Final = "the reader was erased before anybody knew whether it had arrived"


def ids_of_reader(subscriber_id: int, edition_ids: Select[int]) -> Select[int]:
    """The deliveries to a reader, by id: those of these editions, and those of none.

    The editions are named so that an index finds the rows; there is none of all deliveries by reader.
    """
    own = select(Delivery.id).where(Delivery.subscriber_id == subscriber_id)
    both = union_all(own.where(Delivery.edition_id.is_(None)), own.where(Delivery.edition_id.in_(edition_ids)))
    return select(both.subquery().c.id)


def forget_reader(session: Session, delivery_ids: Select[int], *, now: datetime) -> tuple[int, list[int]]:
    """Withhold what waits, and take out of every row whose it was and what the relay said.

    Returns how many rows that were, and the ids of those that are on the wire at this moment: what the relay says of
    them comes later.
    """
    rows = list(session.execute(select(Delivery.id, Delivery.state).where(Delivery.id.in_(delivery_ids))))
    nobody = {
        "subscriber_id": None,
        "subscription_id": None,
        "address_change_id": None,
        "mailbox_proof_id": None,
        "reply": None,
    }
    _set(session, {row.id for row in rows}, nobody)
    ended = {"settled_at": now, "next_attempt_at": None, "lease_id": None, "lease_until": None}
    waiting = {row.id for row in rows if row.state in _WAITING}
    _set(session, waiting, ended | {"state": DeliveryState.WITHHELD, "reply": _WITHHELD})
    # It can be repeated no more, and there is nobody any more who could be asked.
    unknown = {row.id for row in rows if row.state == DeliveryState.UNKNOWN}
    _set(session, unknown, ended | {"state": DeliveryState.FAILED, "reply": _GIVEN_UP})
    return len(rows), sorted(row.id for row in rows if row.state == DeliveryState.SENDING)


def forget_late_replies(session: Session, delivery_ids: Collection[int], *, now: datetime) -> list[int]:
    """Take out what the relay has said since of mails that were on the wire; those that still are, by id."""
    rows = list(session.execute(select(Delivery.id, Delivery.state).where(Delivery.id.in_(delivery_ids))))
    _set(session, {row.id for row in rows}, {"reply": None})
    unknown = {row.id for row in rows if row.state == DeliveryState.UNKNOWN}
    ended = {"settled_at": now, "next_attempt_at": None, "lease_id": None, "lease_until": None}
    _set(session, unknown, ended | {"state": DeliveryState.FAILED, "reply": _GIVEN_UP})
    return sorted(row.id for row in rows if row.state == DeliveryState.SENDING)


def _set(session: Session, ids: Collection[int], values: Mapping[str, object]) -> None:
    if ids:
        session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(**values))
