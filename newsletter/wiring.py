"""The composition root: from Settings to Services, and what lower rooms are handed from above."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from socket import gethostname
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from config.settings import Settings, SettingsError, secret_key_from
from newsletter.clock import Clock, SystemClock
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.handed_down import Composer, Sending, foresee_nothing
from newsletter.delivery.kinds import Lane
from newsletter.delivery.transports.protocol import Transport
from newsletter.delivery.transports.relay_address import relay_address
from newsletter.delivery.transports.smtp import SmtpTransport
from newsletter.editions import own_records
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.intake import Intake, isolated_intake
from newsletter.feeds.isolation.isolating import Isolation
from newsletter.jobs import Announcer
from newsletter.links import Links
from newsletter.mails.composing import MailComposer
from newsletter.mails.gathering import gather
from newsletter.signing import Signer
from newsletter.subscriptions.grouping import ungroup_readers
from newsletter.subscriptions.importing import erasing
from newsletter.subscriptions.importing.working import Workplace
from newsletter.subscriptions.ladder.steady_counts import SteadyCounts
from newsletter.subscriptions.name_servers import NameServers
from newsletter.subscriptions.privacy import holdings
from newsletter.subscriptions.privacy.erasing import ERASED_ADDRESS
from newsletter.subscriptions.reaching import Reach
from newsletter.suppression.hashing import hash_with

SUPPRESSED: Final = "suppressed address"
"""What the keyed hash of a suppressed address is for."""


@dataclass(frozen=True)
class Services:
    """What doors and tasks work with; one per process."""

    settings: Settings
    clock: Clock
    signer: Signer
    links: Links
    database: Database
    composer: Composer
    reach: Reach | None  # None: nobody asks name servers

    @cached_property
    def intake(self) -> Intake:
        """The way to feeds, pages and pictures, with the address check, and their readers."""
        user_agent = f"Gazette/0.1 (+{self.settings.base_url})"
        return isolated_intake(HttpFetcher(allow=self.settings.fetch_allow, user_agent=user_agent), self._isolation)

    @cached_property
    def counts(self) -> SteadyCounts:
        """How many sign-ups come; in Redis, so that all web processes count together."""
        return SteadyCounts(self.settings.redis_url.get_secret_value())

    @property
    def holdings(self) -> tuple[holdings.Holding, ...]:
        """All that is kept of readers: shown to them on request, and erased with them. The reader goes last."""
        return (*own_records.RECORDS, *erasing.IMPORTED, *holdings.OWN)

    @property
    def imports(self) -> Workplace:
        """What taking in files of readers needs."""
        return Workplace(
            database=self.database,
            folder=self.settings.data_dir / "imports",
            digests=lambda key: self.signer.digests(ERASED_ADDRESS, key),
            clock=self.clock,
        )

    @cached_property
    def _isolation(self) -> Isolation:
        return Isolation()

    @cached_property
    def _lanes(self) -> "dict[Lane, threading.Lock]":
        return {lane: threading.Lock() for lane in Lane}

    @cached_property
    def _transports(self) -> dict[Lane, Transport]:
        return {}

    def sending(self, lane: Lane) -> Sending:
        """What sending in a lane needs; each lane has a connection of its own in each process."""
        with self._lanes[lane]:
            if lane not in self._transports:
                self._transports[lane] = new_transport(self.settings)
        return Sending(
            database=self.database,
            transport=self._transports[lane],
            compose=self.composer,
            on_final=settle_histories,
            clock=self.clock,
            lease=timedelta(seconds=self.settings.lease_seconds),
            foresee=foresee_nothing if self.reach is None else self.reach.look_up,
            gather=gather,
        )

    def push_secret(self, feed_id: int, nonce: str) -> str:
        """What the hub of a feed signs with, and nobody else knows."""
        return self.signer.digest("websub secret", f"{feed_id} {nonce}")

    def abort_sending(self) -> None:
        """Stop waiting for the relay's answers; what still waits becomes unknown."""
        for transport in list(self._transports.values()):
            transport.abort()

    def close(self) -> None:
        """Give back connections, and end what reads for us."""
        self._isolation.close()
        self.counts.close()
        for transport in list(self._transports.values()):
            transport.close()
        if self.reach is not None:
            self.reach.close()
        self.database.close()


def build_services(settings: Settings, announce: Announcer, *, clock: Clock | None = None) -> Services:
    """Everything, put together. Raises SettingsError or GazetteError with what to mend."""
    signer = Signer(_secret_keys(settings))
    links = Links(settings.base_url, signer)
    database = Database(database_url(settings), announce)
    hash_with(database.engine, lambda key: signer.digests(SUPPRESSED, key))
    clock = clock or SystemClock()
    reach = Reach(NameServers(settings.name_servers), clock) if settings.asks_name_servers else None
    return Services(
        settings=settings,
        clock=clock,
        signer=signer,
        links=links,
        database=database,
        composer=MailComposer(links, signer, leaves_this_machine=settings.has_relay, reach=reach),
        reach=reach,
    )


def database_url(settings: Settings) -> str:
    """The database: as set, or SQLite in the data folder."""
    given = settings.database_url.get_secret_value()
    return given or f"sqlite:///{settings.data_dir / 'gazette.sqlite3'}"


def new_transport(settings: Settings) -> Transport:
    """The relay as set, or the local inbox."""
    url = settings.smtp_url.get_secret_value()
    if not url:
        if not settings.inbox_port:
            raise SettingsError(
                "GAZETTE_SMTP_URL: there is no relay and no local inbox to send to. Set it, or start with ./run."
            )
        url = f"smtp://127.0.0.1:{settings.inbox_port}?tls=none"
    address = relay_address(url, user=settings.smtp_user, password=settings.smtp_password.get_secret_value())
    return SmtpTransport(address, helo=_helo(settings))


def settle_histories(session: Session, row: Delivery, state: DeliveryState) -> None:
    """A delivery has reached a final state; where it was not sent, its articles are due again."""
    if row.edition_id is not None and row.subscriber_id is not None and state is not DeliveryState.SENT:
        ungroup_readers(session, [row.subscriber_id])


def _helo(settings: Settings) -> str:
    """Our name in EHLO: that of the public address, which the operator's DNS knows."""
    return urlsplit(settings.base_url).hostname or gethostname()


def _secret_keys(settings: Settings) -> tuple[str, ...]:
    if settings.secret_keys:
        return settings.secret_keys
    if not settings.is_loopback:
        raise SettingsError(
            "GAZETTE_SECRET_KEY: set one, the same on every machine; "
            "make it with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return (secret_key_from(settings.data_dir),)
