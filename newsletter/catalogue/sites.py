"""Which sites may use a newsletter's sign-up form: by their origin, such as `https://news.example.org`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import idna
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import EmbedSite, Newsletter, NewsletterText, SiteState
from newsletter.database import insert_if_new
from newsletter.errors import NotFoundError, RefusedError

_LONGEST: Final = 260  # scheme, a host name of 253 letters, and a port
_PORTS: Final = {"http": 80, "https": 443}
_SEEN_ANEW: Final = timedelta(hours=1)  # more often, the requests of a busy site would queue up at its row
_WWW: Final = "www."
_LONGEST_THANKS: Final = 300
_LONGEST_URL: Final = 2000
_NO_SITE: Final = "This is no address of a site. Write it like https://news.example.org."


@dataclass(frozen=True, slots=True)
class Decision:
    """Who said when what is to be with a site."""

    state: SiteState
    editor_id: int
    at: datetime


def origin_of(text: str) -> str:
    """The origin of an address: scheme and host, lower-case ASCII, and the port where it is not the usual one.

    A host name alone counts as https. Raises RefusedError for what is no address of a site, `null` among it.
    """
    typed = text.strip()
    if not typed.isprintable() or len(typed) > 10 * _LONGEST:
        raise RefusedError(_NO_SITE)
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:  # among them what IDNA does not allow
        raise RefusedError(_NO_SITE) from None
    # A name without a dot is no site of the web, and what browsers send from a closed frame is the word null.
    is_site = parts.scheme in _PORTS and ("." in host or ":" in host or host == "localhost") and parts.username is None
    origin = f"{parts.scheme}://{host}" + ("" if port in {None, _PORTS.get(parts.scheme)} else f":{port}")
    if not is_site or len(origin) > _LONGEST:
        raise RefusedError(_NO_SITE)
    return origin


def origin_sent(header: str) -> str:
    """The origin that a browser named, or nothing where it is none; a browser spells it in one way only."""
    try:
        origin = origin_of(header)
    except RefusedError:
        return ""
    return origin if origin == header else ""


def own_origins(newsletter: Newsletter) -> frozenset[str]:
    """The newsletter's own site, with and without www: allowed from the start."""
    try:
        origin = origin_of(newsletter.site_url)
    except RefusedError:
        return frozenset()
    scheme, _, host = origin.partition("://")
    bare = host.removeprefix(_WWW)
    return frozenset({f"{scheme}://{bare}", f"{scheme}://{_WWW}{bare}"})


def is_allowed(session: Session, newsletter: Newsletter, origin: str) -> bool:
    """Whether pages of this origin may send sign-ups."""
    site = _site(session, newsletter.id, origin)
    if site is None:
        return origin in own_origins(newsletter)
    return site.state == SiteState.ALLOWED


def note_use(session: Session, newsletter: Newsletter, origin: str, *, now: datetime) -> None:
    """Note that an allowed site sent a sign-up."""
    site = _site(session, newsletter.id, origin)
    if site is not None:
        _see(site, now=now)


def note_refused(session: Session, newsletter: Newsletter, origin: str, *, now: datetime) -> None:
    """Let a site that was refused stand at the desk; of too many that wait, those not seen longest fall out."""
    site = _site(session, newsletter.id, origin)
    if site is not None:
        _see(site, now=now)
        return
    row = {"newsletter_id": newsletter.id, "origin": origin, "state": SiteState.WAITING, "seen_at": now}
    insert_if_new(session, EmbedSite, [row])
    waiting = EmbedSite.newsletter_id == newsletter.id, EmbedSite.state == SiteState.WAITING
    newest = select(EmbedSite.id).where(*waiting).order_by(EmbedSite.seen_at.desc(), EmbedSite.id.desc())
    kept = list(session.scalars(newest.limit(defaults.WAITING_SITES)))
    session.execute(delete(EmbedSite).where(*waiting, EmbedSite.id.not_in(kept)))


def allow(session: Session, newsletter: Newsletter, typed: str, *, by: int, now: datetime) -> str:
    """Allow a site that an editor named; its origin. Raises RefusedError when it is no address."""
    origin = origin_of(typed)
    row = {"newsletter_id": newsletter.id, "origin": origin, "state": SiteState.WAITING, "seen_at": now}
    insert_if_new(session, EmbedSite, [row])
    site = _site(session, newsletter.id, origin)
    assert site is not None  # noqa: S101 - it was there or is now
    _decide(site, Decision(SiteState.ALLOWED, by, now))
    return origin


def decide(session: Session, newsletter: Newsletter, site_id: int, decision: Decision) -> str:
    """Allow or refuse a site in the list; its origin. Raises NotFoundError when it is not there any more."""
    site = session.get(EmbedSite, site_id)
    if site is None or site.newsletter_id != newsletter.id:
        raise NotFoundError("This site is not in the list any more. Load the list again; it shows how things stand.")
    _decide(site, decision)
    return site.origin


def sites_of(session: Session, newsletter_id: int) -> list[EmbedSite]:
    """All sites that stand at the desk, those seen last first."""
    query = select(EmbedSite).where(EmbedSite.newsletter_id == newsletter_id)
    return list(session.scalars(query.order_by(EmbedSite.seen_at.desc(), EmbedSite.id.desc())))


def thanks_of(session: Session, newsletter: Newsletter, language: str) -> str:
    """The newsletter's own words after a sign-up on another site, in a language where it has them; empty for none."""
    text = session.get(NewsletterText, (newsletter.id, language))
    return (text.thanks if text else "") or newsletter.thanks


def set_thanks(newsletter: Newsletter, words: str, url: str) -> None:
    """Say what follows a sign-up on another site: words, and a page there. Raises RefusedError with what to mend."""
    words, url = " ".join(words.split()), url.strip()
    if len(words) > _LONGEST_THANKS or not words.isprintable():
        raise RefusedError(f"Keep the words to {_LONGEST_THANKS} letters of plain text; nothing was changed.")
    if url and not _is_https(url):
        raise RefusedError("The page must be an address like https://news.example.org/thanks; nothing was changed.")
    newsletter.thanks, newsletter.thanks_url = words, url


def _is_https(url: str) -> bool:
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or not url.startswith("https://"):
        return False
    try:
        return bool(origin_of(url)) and " " not in url
    except RefusedError:
        return False


def _see(site: EmbedSite, *, now: datetime) -> None:
    if site.seen_at < now - _SEEN_ANEW:
        site.seen_at = now


def _decide(site: EmbedSite, decision: Decision) -> None:
    site.state, site.decided_by, site.decided_at = decision.state, decision.editor_id, decision.at


def _site(session: Session, newsletter_id: int, origin: str) -> EmbedSite | None:
    query = select(EmbedSite).where(EmbedSite.newsletter_id == newsletter_id, EmbedSite.origin == origin)
    return session.scalar(query)


def _host(name: str) -> str:
    """A host name in ASCII. Raises ValueError where there is no such name."""
    if ":" in name:
        return f"[{name}]"  # an address of IPv6
    return idna.encode(name, uts46=True).decode("ascii").lower() if name else ""
