"""How editions stand: the figures of one, and the list of the last ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery.deliveries import FINAL, Delivery, DeliveryState
from newsletter.editions.editions import Edition

_LOOK_BACK: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Progress:
    """The deliveries of an edition by state, and how fast they go out."""

    counts: dict[str, int]  # every DeliveryState, also with 0
    per_minute: float  # sent in the last minute, or since the first mail where that is less
    is_written_out: bool  # the fan-out is done, so that `total` will not grow

    @property
    def total(self) -> int:
        """All deliveries written so far."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Those in a final state."""
        return sum(self.counts[state] for state in FINAL)

    @property
    def seconds_left(self) -> float | None:
        """At this rate, for what can go out now; None while nothing moves."""
        waiting = self.counts[DeliveryState.QUEUED] + self.counts[DeliveryState.SENDING]
        return waiting * 60 / self.per_minute if self.per_minute and self.is_written_out else None


def progress_of(session: Session, edition_id: int, *, now: datetime) -> Progress:
    """The figures of an edition at this instant."""
    of_edition = Delivery.edition_id == edition_id
    by_state = select(Delivery.state, func.count()).where(of_edition).group_by(Delivery.state)
    counts = dict.fromkeys([str(state) for state in DeliveryState], 0) | dict(session.execute(by_state).all())
    lately = select(func.count(), func.min(Delivery.settled_at)).where(
        of_edition, Delivery.state == DeliveryState.SENT, Delivery.settled_at > now - _LOOK_BACK
    )
    sent, since = session.execute(lately).one()
    seconds = max((now - since).total_seconds(), 1.0) if since else 1.0
    edition = session.get_one(Edition, edition_id)
    return Progress(counts, sent * 60 / seconds, edition.fanned_out_at is not None)


def recent_editions(session: Session, newsletter_id: int, *, limit: int, before: int | None = None) -> list[Edition]:
    """The newest editions, sent, skipped and still to come alike; `before` an edition's id for the next page."""
    query = select(Edition).where(Edition.newsletter_id == newsletter_id)
    if before is not None:
        query = query.where(Edition.id < before)
    return list(session.scalars(query.order_by(Edition.id.desc()).limit(limit)))
