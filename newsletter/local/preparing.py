"""Getting an installation ready for people: the database's form, the demo, the first editor."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.settings import Settings
from newsletter.accounts import entry
from newsletter.accounts.editors import Editor
from newsletter.catalogue import shelf
from newsletter.catalogue.installation import in_rehearsal_again, open_under
from newsletter.database import unusable
from newsletter.jobs import announce_nothing
from newsletter.local.checks import CannotStartError
from newsletter.local.demo import seeding
from newsletter.migrations import migrate
from newsletter.wiring import Services, build_services

FIRST_EDITOR: Final = ("editor@dailyproof.example", "Maren Oduya")
"""Made where mail stays on this machine, so that the desk can be tried; the address reaches nobody."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where people go in, and what they should know before."""

    reader: str
    desk: str
    is_login_link: bool  # the desk's address lets one editor in, once
    warnings: list[str] = field(default_factory=list)


def prepare(settings: Settings, *, is_current: bool = False) -> Doors:
    """Bring the database to its newest form, with a demo and an editor where there is nothing yet.

    Doing it again changes nothing but the login link. Raises CannotStartError or GazetteError.
    """
    parts = build_services(settings, announce_nothing)
    try:
        if not is_current:
            migrate(parts.database.engine)
        return _ready(parts)
    except OperationalError as error:
        raise CannotStartError(str(unusable(error))) from None
    finally:
        parts.close()


def _ready(parts: Services) -> Doors:
    settings, now = parts.settings, parts.clock.now()
    with parts.database.write() as session:
        stopped = open_under(session, settings.base_url, settings.former_urls, now=now)
        _furnish(session, settings, now=now)
        doors = _doors(session, parts)
    if stopped:
        doors.warnings.append(in_rehearsal_again(stopped, settings.base_url))
    return doors


def _furnish(session: Session, settings: Settings, *, now: datetime) -> None:
    if settings.has_relay or not settings.is_loopback:
        return
    has_editor = session.scalar(select(Editor.id).limit(1)) is not None
    if not has_editor and seeding.is_empty(session):
        seeding.seed(session, settings.base_url, now=now)
    seeding.follow(session, settings.base_url, now=now)
    if not has_editor:
        address, name = FIRST_EDITOR
        entry.add_editor(session, address, name, now=now)


def _doors(session: Session, parts: Services) -> Doors:
    settings = parts.settings
    found = shelf.newsletters(session)
    reader = parts.links.subscribe(found[0].slug) if len(found) == 1 else f"{settings.base_url}/"
    warnings = []
    if settings.has_relay and any(newsletter.is_demo for newsletter in found):
        warnings.append(
            "A relay is set, so the demo newsletter sends nothing: its mail is only for the local inbox. "
            "Remove it with: ./run gazette demo remove"
        )
    first = next(iter(entry.editors(session)), None)
    if first is None:
        warnings.append("There is no editor yet. Make one with: ./run gazette editor add ADDRESS")
    if first is None or (first.password_hash is not None and not settings.is_loopback):
        return Doors(reader, parts.links.desk(), is_login_link=False, warnings=warnings)
    link = entry.new_login_link(session, first, now=parts.clock.now())
    return Doors(reader, parts.links.login(link.id, link.nonce), is_login_link=True, warnings=warnings)
