"""The outbox: putting mails in, claiming them under a lease, and settling them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Update, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from newsletter.database import ask_for, database_now
from newsletter.delivery.deliveries import ALLOWED_FROM, CLAIMABLE, Delivery, DeliveryState
from newsletter.delivery.kinds import POLICIES, Lane, MailKind, WhenUnknown
from newsletter.jobs import Job, JobKind

BELLS = {Lane.URGENT: JobKind.SEND_URGENT, Lane.DIGESTS: JobKind.SEND_DIGESTS}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom and what a mail is about, by the ids of their rows."""

    subscriber_id: int | None = None
    subscription_id: int | None = None
    editor_id: int | None = None
    edition_id: int | None = None
    variant_id: int | None = None
    login_link_id: int | None = None
    feed_id: int | None = None
    address_change_id: int | None = None
    mailbox_proof_id: int | None = None


class _Fence(Enum):
    """What says that a delivery is still ours."""

    LIVE_LEASE = auto()
    LEASE = auto()
    ATTEMPT = auto()


_CONDITIONS: Final[Mapping[_Fence, tuple[ColumnElement[bool], ...]]] = {
    _Fence.LIVE_LEASE: (Delivery.lease_id == bindparam("key"), Delivery.lease_until >= database_now()),
    _Fence.LEASE: (Delivery.lease_id == bindparam("key"),),
    _Fence.ATTEMPT: (Delivery.attempts == bindparam("key"),),
}


def queue_mail(session: Session, kind: MailKind, recipient: Recipient, *, now: datetime) -> None:
    """Put one mail into the outbox, in the transaction of the fact that causes it."""
    queue_mails(session, kind, [recipient], now=now)


def queue_mails(session: Session, kind: MailKind, recipients: Iterable[Recipient], *, now: datetime) -> None:
    """Put mails of one kind into the outbox and ask for them to be sent after the commit."""
    lane = POLICIES[kind].lane
    rows = [
        {
            "kind": kind,
            "lane": lane,
            "state": DeliveryState.QUEUED,
            "edition_id": recipient.edition_id,
            "variant_id": recipient.variant_id,
            "subscriber_id": recipient.subscriber_id,
            "subscription_id": recipient.subscription_id,
            "editor_id": recipient.editor_id,
            "login_link_id": recipient.login_link_id,
            "feed_id": recipient.feed_id,
            "address_change_id": recipient.address_change_id,
            "mailbox_proof_id": recipient.mailbox_proof_id,
            "created_at": now,
            "next_attempt_at": now,
        }
        for recipient in recipients
    ]
    if rows:
        session.execute(insert(Delivery), rows)
        ask_for(session, Job(BELLS[lane]))


def claim(
    session: Session, lane: Lane, *, lease_id: str, lease: timedelta, limit: int, now: datetime
) -> list[Delivery]:
    """Take up to `limit` due deliveries of a lane under a lease; nobody else gets them until it ends.

    Losing the race is no error: rows that another worker holds are passed over.
    """
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < database_now())
    due = (
        select(Delivery.id)
        .where(Delivery.lane == lane, Delivery.state.in_(CLAIMABLE))
        .where(Delivery.next_attempt_at <= now, free)
        .order_by(Delivery.next_attempt_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(due))
    if not ids:
        return []
    taken = (
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(lease_id=lease_id, lease_until=database_now(lease.total_seconds()))
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(taken), key=lambda row: ids.index(row.id))


def renew(session: Session, lease_id: str, lease: timedelta) -> bool:
    """Keep what is claimed under this lease for another term; False when it has ended or holds nothing."""
    change = (
        update(Delivery)
        .where(Delivery.lease_id == lease_id, Delivery.lease_until >= database_now())
        .where(Delivery.state.in_({*CLAIMABLE, DeliveryState.SENDING}))
        .values(lease_until=database_now(lease.total_seconds()))
    )
    return session.connection().execute(change).rowcount > 0


def release(session: Session, delivery_ids: Iterable[int], lease_id: str) -> None:
    """Give back what was claimed and never tried."""
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(list(delivery_ids)), Delivery.lease_id == lease_id)
        .where(Delivery.state.in_(CLAIMABLE))
        .values(lease_id=None, lease_until=None)
    )


def mark_sending(connection: Connection, row: Delivery, lease_id: str, *, fingerprint: str, now: datetime) -> bool:
    """Mark a claimed delivery as on its way, before the wire; False when it is no longer ours."""
    values = {"attempts": row.attempts + 1, "composed_at": row.composed_at or now, "fingerprint": fingerprint}
    return _change(connection, row.id, DeliveryState.SENDING, (_Fence.LIVE_LEASE, lease_id), values)


def hold(session: Session, row: Delivery, lease_id: str, *, reply: str) -> bool:
    """Leave a claimed delivery unknown until a person decides: it may have arrived, and cannot be repeated."""
    values = {"next_attempt_at": None, "lease_id": None, "lease_until": None, "reply": reply}
    return _change(session.connection(), row.id, DeliveryState.UNKNOWN, (_Fence.LEASE, lease_id), values)


def settle(connection: Connection, delivery_id: int, attempt: int, to: DeliveryState, **values: Any) -> bool:
    """Move a delivery on after its `attempt`; False when a newer attempt or a final state is there."""
    changed = {"lease_id": None, "lease_until": None, **values}
    return _change(connection, delivery_id, to, (_Fence.ATTEMPT, attempt), changed)


def _change(
    connection: Connection,
    delivery_id: int,
    to: DeliveryState,
    held: tuple[_Fence, str | int],
    values: Mapping[str, Any],
) -> bool:
    """Move a delivery on where its state allows that and the fence is ours."""
    fence, key = held
    named = {f"new_{name}": value for name, value in values.items()}
    change = _statement(to, fence, tuple(values))
    return connection.execute(change, {"the_id": delivery_id, "key": key, **named}).rowcount == 1


@cache
def _statement(to: DeliveryState, fence: _Fence, names: tuple[str, ...]) -> Update:
    """One of the few statements there are, made once: two are needed for every mail."""
    table = Delivery.__table__.c
    change = update(Delivery).where(
        table.id == bindparam("the_id"), table.state.in_(ALLOWED_FROM[to]), *_CONDITIONS[fence]
    )
    return change.values({"state": to, **{name: bindparam(f"new_{name}", type_=table[name].type) for name in names}})


def sweep_ended_leases(session: Session, *, now: datetime) -> int:
    """Call every delivery unknown whose worker ended between handing over and settling.

    Its mail may have been taken. By the policy of its kind it is tried once more, byte for byte
    under the same Message-ID, or held for a person. Returns how many were found.
    """
    ended = session.execute(
        select(Delivery.id, Delivery.kind, Delivery.attempts, Delivery.unknowns).where(
            Delivery.state == DeliveryState.SENDING, Delivery.lease_until < database_now()
        )
    ).all()
    for delivery_id, kind, attempts, unknowns in ended:
        settle(
            session.connection(),
            delivery_id,
            attempts,
            DeliveryState.UNKNOWN,
            **after_unknown(MailKind(kind), unknowns, now=now),
            reply="the worker ended before the answer was recorded",
        )
    return len(ended)


def after_unknown(kind: MailKind, unknowns: int, *, now: datetime) -> dict[str, Any]:
    """What stands in a row that became unknown for the `unknowns + 1`st time: tried once more, or held."""
    policy = POLICIES[kind]
    again = policy.when_unknown is WhenUnknown.RETRY and unknowns == 0
    return {
        "unknowns": unknowns + 1,
        "next_attempt_at": now + policy.unknown_pause if again else None,
    }


def due_lanes(session: Session, *, now: datetime) -> list[Lane]:
    """The lanes in which mail waits to be sent now."""
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < database_now())
    waiting = select(Delivery.id).where(Delivery.state.in_(CLAIMABLE), Delivery.next_attempt_at <= now, free).limit(1)
    return [lane for lane in Lane if session.scalar(waiting.where(Delivery.lane == lane)) is not None]
