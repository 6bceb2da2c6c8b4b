"""Counts within one process: where there is no Redis, or while it does not answer."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from config import defaults
from newsletter.subscriptions.ladder.counts import Asked, Mark, Noted
from newsletter.subscriptions.ladder.steps import Count, Limit, Pass, step

_MOST_KEYS: Final = 200_000
"""So many things are counted at most; then the oldest are forgotten, which takes some 60 MB."""


class LocalCounts:
    """Counts in memory; one of several processes takes only its part of every limit."""

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        self._asked: OrderedDict[str, OrderedDict[str, datetime]] = OrderedDict()
        self._taken: OrderedDict[str, OrderedDict[str, datetime]] = OrderedDict()
        self._taps: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, asked: Asked, *, now: datetime) -> Noted:
        """See `Counts.note`."""
        with self._lock:
            holds = self._use(asked, now)
            limits = [mark.limit.shared_among(self.processes) for mark in asked.marks]
            counted = [
                (self._counted(mark, limit, now), limit) for mark, limit in zip(asked.marks, limits, strict=True)
            ]
            found = step(counted, needs_tap=asked.needs_tap, has_tapped=holds, now=now)
            if isinstance(found, Pass):
                self._take(asked, now)
            self._forget()
        return Noted(found, was_used=bool(asked.tap) and not holds)

    def _use(self, asked: Asked, now: datetime) -> bool:
        if not asked.tap:
            return False
        who, at = self._taps.get(asked.tap, (asked.who, now))
        if now - at > defaults.ONE_MORE_TAP_LIFETIME:
            who, at = asked.who, now
        self._taps[asked.tap] = (who, at)
        return who == asked.who

    def _counted(self, mark: Mark, limit: Limit, now: datetime) -> Count:
        asked = _within(self._asked, mark.key, limit.span, now)
        if limit.tap is not None:
            asked[mark.member] = now
            asked.move_to_end(mark.member)
            while len(asked) > limit.tap + 1:  # more than this tells nothing more
                asked.popitem(last=False)
        taken = _within(self._taken, mark.key, limit.span, now)
        others = len(taken) - (mark.member in taken)
        return Count(len(asked), others, next(iter(taken.values()), None))

    def _take(self, asked: Asked, now: datetime) -> None:
        for mark in asked.marks:
            if mark.limit.stop is not None:
                _within(self._taken, mark.key, mark.limit.span, now).setdefault(mark.member, now)

    def _forget(self) -> None:
        for kept in (self._asked, self._taken, self._taps):
            while len(kept) > _MOST_KEYS:
                kept.popitem(last=False)


def _within(
    kept: OrderedDict[str, OrderedDict[str, datetime]], key: str, span: timedelta, now: datetime
) -> OrderedDict[str, datetime]:
    """What is kept under a key and not older than the span, the oldest first."""
    found = kept.setdefault(key, OrderedDict())
    kept.move_to_end(key)
    while found and next(iter(found.values())) <= now - span:
        found.popitem(last=False)
    return found
