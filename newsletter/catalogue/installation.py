"""Under which public address this database was opened last.

A copy of the real database, opened for a trial under another address, must not write to real readers:
all its newsletters go back to rehearsal. A move that is meant is announced in GAZETTE_FORMER_URLS.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Mapped, Session, mapped_column

from newsletter.catalogue.shelf import newsletters
from newsletter.database import Base
from newsletter.language import joined

_ONLY: Final = 1


class Installation(Base):
    """The one row that says whose database this is."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_url: Mapped[str]
    opened_at: Mapped[datetime]  # first under this address


def open_under(session: Session, public_url: str, former_urls: Collection[str], *, now: datetime) -> list[str]:
    """Note the address; under a strange one every live newsletter goes into rehearsal.

    Returns the names of those that did.
    """
    known = session.get(Installation, _ONLY, with_for_update=True)
    if known is None:
        session.add(Installation(id=_ONLY, public_url=public_url, opened_at=now))
        return []
    if known.public_url == public_url:
        return []
    is_same = _is_same_house(known.public_url, public_url, former_urls)
    known.public_url, known.opened_at = public_url, now
    stopped = [] if is_same else [each for each in newsletters(session) if each.is_live]
    for newsletter in stopped:
        newsletter.live_at = None
    return [newsletter.name for newsletter in stopped]


def in_rehearsal_again(names: Sequence[str], public_url: str) -> str:
    """What happened to these newsletters, and what to do, as a sentence."""
    return (
        f"This database was used under another public address than {public_url}, so in rehearsal again: "
        f"{joined(names)}. To go on with the real readers, an owner presses Go live (`gazette newsletter live`); "
        "before the next move, name the address that you leave in GAZETTE_FORMER_URLS."
    )


def _is_same_house(before: str, after: str, former_urls: Collection[str]) -> bool:
    """Whether the move was announced, or is only another port of this machine."""
    return before.rstrip("/") in {url.rstrip("/") for url in former_urls} or (_is_here(before) and _is_here(after))


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
