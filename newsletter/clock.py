"""The one place that knows what time it is. Decisions take `now`; only doors and tasks ask."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A seam: tests stand at a moment of their choice."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)
