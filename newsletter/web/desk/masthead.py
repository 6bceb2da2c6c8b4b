"""What stands above every desk page: who is here, which newsletter, and where mail goes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.relays import breaker
from newsletter.web.desk.login import visitor
from newsletter.web.desk.wording import clock_time
from newsletter.web.doors import services


@dataclass(frozen=True, slots=True)
class RelayTrouble:
    """The relay takes no mail."""

    reply: str
    again_at: str


def masthead(session: Session, newsletter: Newsletter | None = None, here: str = "") -> dict[str, Any]:
    """What the frame of a desk page shows."""
    settings = services().settings
    return {
        "visitor": visitor(),
        "newsletter": newsletter,
        "has_several": len(shelf.newsletters(session)) > 1,
        "here": here,
        "has_relay": settings.has_relay,
        "has_inbox": bool(settings.inbox_port),
        "relay_trouble": _relay_trouble(session, newsletter),
    }


def newsletter_or_404(session: Session, slug: str) -> Newsletter:
    """The newsletter of a desk page."""
    found = shelf.newsletter_by_slug(session, slug)
    if found is None:
        raise NotFound("There is no such newsletter. The desk's first page lists them.")
    return found


def _relay_trouble(session: Session, newsletter: Newsletter | None) -> RelayTrouble | None:
    relay = breaker(session)
    if relay is None or relay.retry_at is None:
        return None
    zone = newsletter.zone if newsletter else "UTC"
    return RelayTrouble(relay.trouble or "it does not answer", clock_time(relay.retry_at, zone))
