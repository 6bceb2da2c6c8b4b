"""Whether the domains of new addresses take mail: asked for a whole batch at once, before any mail of it is made."""

import threading
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.subscriptions.mail_servers import TakesMail, takes_mail
from newsletter.subscriptions.resolving import Resolver
from newsletter.subscriptions.subscribers import Subscriber

_ASKED_FOR: Final = frozenset({MailKind.CONFIRMATION})  # later mails go where one has already arrived
_SECONDS: Final = 2.0  # that a batch waits for all its domains together
_AT_ONCE: Final = 32
_REMEMBERED: Final = {
    TakesMail.YES: timedelta(hours=1),
    TakesMail.NO: timedelta(minutes=10),
    TakesMail.UNKNOWN: timedelta(minutes=1),
}
_MOST: Final = 50_000  # domains remembered
# When the name servers are away, mails need not wait two seconds in every batch.
_SILENT_BEFORE_PAUSE: Final = 3  # domains, with nothing answered in between
_PAUSE: Final = timedelta(seconds=30)


class Reach:
    """What this process knows of domains. Nothing here waits for a name server for longer than two seconds."""

    def __init__(self, resolver: Resolver, clock: Clock) -> None:
        self._resolver = resolver
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[TakesMail, datetime]] = {}  # and until when that is believed
        self._silent_in_a_row = 0
        self._pauses_until: datetime | None = None
        self._threads: ThreadPoolExecutor | None = None

    def look_up(self, database: Database, rows: Iterable[Delivery]) -> None:
        """Ask for the domains of those deliveries that go to an address for the first time.

        No transaction may be open. What is not answered in time counts as unknown, and the mail goes out.
        """
        ids = {row.subscriber_id for row in rows if row.kind in _ASKED_FOR}
        if not ids or self._is_pausing():
            return
        with database.read() as session:
            keys = session.scalars(select(Subscriber.address_key).where(Subscriber.id.in_(ids))).all()
        self.ask({domain_of(key) for key in keys})

    def ask(self, domains: Collection[str]) -> None:
        """Find out about those of the domains of which nothing is known; takes two seconds at most."""
        wanted = self._unknown_among(domains)
        if not wanted:
            return
        _, late = wait([self._pool().submit(self._find_out, domain) for domain in wanted], timeout=_SECONDS)
        for future in late:
            future.cancel()
        silent = [domain for domain in wanted if self.of(domain) is TakesMail.UNKNOWN]
        self._silent_in_a_row = self._silent_in_a_row + len(silent) if len(silent) == len(wanted) else 0
        if self._silent_in_a_row >= _SILENT_BEFORE_PAUSE:
            self._pauses_until = self._clock.now() + _PAUSE

    def of(self, domain: str) -> TakesMail:
        """What is known of a domain by now; asks nobody."""
        with self._lock:
            found, until = self._known.get(domain, (TakesMail.UNKNOWN, self._clock.now()))
        return found if until > self._clock.now() else TakesMail.UNKNOWN

    def close(self) -> None:
        """End the threads; a question under way ends within two seconds."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)

    def _unknown_among(self, domains: Collection[str]) -> list[str]:
        now = self._clock.now()
        with self._lock:
            believed = {each for each in domains if each in self._known and self._known[each][1] > now}
        return sorted(set(domains) - believed)

    def _find_out(self, domain: str) -> None:
        found = takes_mail(self._resolver, domain)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[domain] = (found, self._clock.now() + _REMEMBERED[found])

    def _is_pausing(self) -> bool:
        return self._pauses_until is not None and self._clock.now() < self._pauses_until

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="name-servers")
            return self._threads


def domain_of(address_key: str) -> str:
    """The domain of an address, as name servers know it."""
    return address_key.rpartition("@")[2]
