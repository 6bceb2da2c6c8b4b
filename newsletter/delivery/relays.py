"""The breaker: a relay that takes no mail is left alone for a while, by all workers."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Mapped, Session, mapped_column

from newsletter.database import Base
from newsletter.delivery.retry import relay_pause

_ONLY: Final = "relay"


class Relay(Base):
    """How a relay is doing; one row, as there is one relay today."""

    __tablename__ = "relays"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    retry_at: Mapped[datetime | None]  # None: it takes mail
    trouble: Mapped[str | None]


def breaker(session: Session) -> Relay | None:
    """The relay's trouble, if it has any."""
    relay = session.get(Relay, _ONLY)
    return relay if relay is not None and relay.retry_at is not None else None


def trip(session: Session, trouble: str, *, now: datetime) -> datetime:
    """The relay took no mail: leave it alone until the instant returned."""
    relay = session.get(Relay, _ONLY)
    if relay is None:
        relay = Relay(name=_ONLY, failures=0, retry_at=None, trouble=None)
        session.add(relay)
    relay.failures += 1
    relay.trouble = trouble
    relay.retry_at = now + relay_pause(relay.failures)
    return relay.retry_at


def close_breaker(session: Session) -> None:
    """The relay takes mail again."""
    relay = session.get(Relay, _ONLY)
    if relay is not None and relay.retry_at is not None:
        relay.failures, relay.retry_at, relay.trouble = 0, None, None
