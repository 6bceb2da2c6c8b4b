"""What a sign-up meets: nothing, the page *One more tap*, or a pause. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """How many sign-ups within a span, which slides, call for nothing yet."""

    span: timedelta
    tap: int | None = None  # more than this were asked for: one more tap
    stop: int | None = None  # so many were taken: a pause, until the first of them is older than the span

    def shared_among(self, processes: int) -> "Limit":
        """The part of this limit that one of several processes may use up by itself, at least one sign-up."""
        return replace(self, tap=_part(self.tap, processes), stop=_part(self.stop, processes))


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted within the span of a limit, for the network, address or newsletter it is about."""

    asked: int  # this sign-up among them
    taken: int  # by others than whoever asks now
    oldest_taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing is called for."""


@dataclass(frozen=True, slots=True)
class OneMoreTap:
    """Somebody must show that it is no program."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No more are taken before an instant."""

    until: datetime


Step = Pass | OneMoreTap | Stop


def step(counted: Sequence[tuple[Count, Limit]], *, needs_tap: bool, has_tapped: bool, now: datetime) -> Step:
    """What is called for.

    `needs_tap`: this door asks for one more tap always. `has_tapped`: it was done, and shown to be.
    """
    full = [(count.oldest_taken_at or now) + limit.span for count, limit in counted if is_full(count, limit)]
    if full:
        return Stop(max(full))
    if has_tapped:
        return Pass()
    return OneMoreTap() if needs_tap or any(is_busy(count, limit) for count, limit in counted) else Pass()


def is_busy(count: Count, limit: Limit) -> bool:
    """Whether more were asked for than goes without one more tap."""
    return limit.tap is not None and count.asked > limit.tap


def is_full(count: Count, limit: Limit) -> bool:
    """Whether as many were taken as may be."""
    return limit.stop is not None and count.taken >= limit.stop


def _part(most: int | None, processes: int) -> int | None:
    return None if most is None else max(1, most // processes)
