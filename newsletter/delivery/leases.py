"""A lease on claimed deliveries, kept alive while its worker lives, whatever the relay makes it wait for."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from newsletter.database import Database
from newsletter.delivery import outbox

_log = structlog.get_logger(__name__)

_RENEWED_AFTER: Final = 1 / 3
_TRUSTED_FOR: Final = 0.9
"""Of the lease's length: a little less than all of it, as the database's clock began before ours."""


def boot_seconds() -> float:
    """Seconds since the machine started, asleep or not: a stopped process sees that time went by."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Lease:
    """One claim's lease; `id` stands in the rows that it holds."""

    def __init__(self, database: Database, length: timedelta) -> None:
        self.id: Final = uuid4().hex
        self.length: Final = length
        self._database = database
        self._began_at = boot_seconds()

    @property
    def is_alive(self) -> bool:
        """Whether the rows are certainly still ours; asked before each mail."""
        return boot_seconds() - self._began_at < self.length.total_seconds() * _TRUSTED_FOR

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease again and again until the end of the block.

        In a thread of its own: a relay may take ten minutes to answer (RFC 5321, section 4.5.3.2.6), and
        a row whose lease ends meanwhile would be tried by somebody else.
        """
        is_over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(is_over,), name="lease", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            is_over.set()
            keeper.join()

    def _keep(self, is_over: threading.Event) -> None:
        while not is_over.wait(self.length.total_seconds() * _RENEWED_AFTER):
            began_at = boot_seconds()
            try:
                with self._database.write() as session:
                    is_ours = outbox.renew(session, self.id, self.length)
            except SQLAlchemyError as error:
                # Without the database nothing is sent either; the next round tries again.
                _log.warning("lease_not_renewed", error=type(error).__name__)
                continue
            if is_ours:
                self._began_at = began_at
