"""Counts that nobody waits for: those in Redis while it answers, else those of this process."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Final

import structlog
from redis.exceptions import RedisError

from newsletter.subscriptions.ladder.counts import Asked, Noted
from newsletter.subscriptions.ladder.local_counts import LocalCounts
from newsletter.subscriptions.ladder.shared_counts import ANSWER_SECONDS, NotConnectedError, SharedCounts

_log = structlog.get_logger(__name__)

QUIET_SECONDS: Final = 5.0
"""A Redis that failed is left alone for so long."""

_THREADS: Final = 8


class SteadyCounts:
    """Counts in Redis at `url`, with those of this process in its place while it is away; without a URL always."""

    def __init__(self, url: str = "") -> None:
        self._shared = SharedCounts(url) if url else None
        self._local = LocalCounts()
        self._quiet_until = 0.0
        self._threads: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def share_among(self, processes: int) -> None:
        """Say how many web processes there are: without Redis each takes only its part of every limit."""
        self._local.processes = processes

    def note(self, asked: Asked, *, now: datetime) -> Noted:
        """See `Counts.note`. It answers within a fifth of a second, whatever becomes of Redis."""
        if self._shared is not None and time.monotonic() >= self._quiet_until:
            try:
                return self._asked(self._shared, asked, now)
            except (RedisError, OSError) as error:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
                _log.warning("counts_not_shared", error=type(error).__name__)
        return self._local.note(asked, now=now)

    def close(self) -> None:
        """Give back threads and connections."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        if self._shared is not None:
            self._shared.close()

    def _asked(self, shared: SharedCounts, asked: Asked, now: datetime) -> Noted:
        try:
            return shared.note_at_once(asked, now=now)
        except NotConnectedError:
            return self._asked_aside(shared, asked, now)

    def _asked_aside(self, shared: SharedCounts, asked: Asked, now: datetime) -> Noted:
        """Ask Redis in a thread of its own: looking up its name has no time limit of its own."""
        with self._lock:
            if self._threads is None:  # made here and not before: threads do not outlive a fork
                self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="counts")
        answer: Future[Noted] = self._threads.submit(shared.note, asked, now=now)
        try:
            return answer.result(2 * ANSWER_SECONDS)
        finally:
            answer.cancel()
