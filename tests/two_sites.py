"""Our installation and a site of somebody else, each on an origin of its own, for browsers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Frame, Page
from pydantic import SecretStr
from sqlalchemy import select

from config.settings import Settings
from newsletter.catalogue import sites
from newsletter.catalogue.newsletters import EmbedSite
from newsletter.catalogue.shelf import add_topic
from newsletter.clock import Clock
from newsletter.jobs import announce_nothing
from newsletter.web.application import create_app
from newsletter.wiring import build_services
from tests.data import NOW
from tests.foreign_site import ForeignSite, served
from tests.reader_site import SLUG, ReaderSite
from tests.servers import free_port

WIDTH: Final = 320
HEIGHT: Final = 420
"""What site builders give a frame."""

BUTTON: Final = "Send me The Proof"
FIELD: Final = "Your mail address"


class Web:
    """Our installation and a foreign site, each on an origin of its own."""

    def __init__(self, ours: ReaderSite, base: str, foreign: ForeignSite, origin: str) -> None:
        self.ours, self.base, self.foreign, self.origin = ours, base, foreign, origin

    def put(self, path: str, code: str) -> str:
        """Put code of ours on a page of the foreign site; its address."""
        self.foreign.page(path, code.format(base=self.base, slug=SLUG))
        return self.origin + path

    def allow(self) -> None:
        with self.ours.database.write() as session:
            sites.allow(session, self.ours.newsletter(), self.origin, by=1, now=NOW)

    def waiting(self) -> list[str]:
        with self.ours.database.read() as session:
            return list(session.scalars(select(EmbedSite.origin).where(EmbedSite.state == "waiting")))


@contextmanager
def two_sites(settings: Settings, database: Path, clock: Clock) -> Iterator[Web]:
    """A newsletter with three topics here, on this migrated SQLite file, and a site under a strict policy there."""
    port = free_port()
    changed = {"database_url": SecretStr(f"sqlite:///{database}"), "public_url": f"http://localhost:{port}"}
    services = build_services(settings.model_copy(update=changed), announce_nothing, clock=clock)
    app = create_app(services)
    ours = ReaderSite(app)
    with services.database.write() as session:
        add_topic(session, ours.newsletter(), "Society")
    with served(app, "localhost", port) as base:
        foreign = ForeignSite(
            f"default-src 'none'; script-src {base}; connect-src {base}; form-action {base}; frame-src {base}; "
            "style-src 'self'; img-src data:; base-uri 'none'"
        )
        with served(foreign, "127.0.0.1") as origin:
            yield Web(ours, base, foreign, origin)
    services.close()


def overflow(frame: Frame | Page) -> list[int]:
    """How far a page is larger than its window: to the side and down."""
    found: list[int] = frame.evaluate(
        "() => { const d = document.documentElement;"
        " return [d.scrollWidth - window.innerWidth, d.scrollHeight - window.innerHeight].map(n => Math.max(0, n)); }"
    )
    return found
