"""What a door answers instead of taking a sign-up, when there are too many, or when it always asks for one more tap."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Final

from flask import g, request
from flask.typing import ResponseReturnValue

from newsletter.signing import Signer
from newsletter.subscriptions.consent import shortened_network
from newsletter.subscriptions.ladder.counts import Asked, Noted
from newsletter.subscriptions.ladder.marks import Came, marks_of, marks_of_import
from newsletter.subscriptions.ladder.steps import Pass
from newsletter.subscriptions.ladder.taps import Tap, tap_of
from newsletter.subscriptions.ladder.work import proves
from newsletter.web.doors import now, services
from newsletter.web.public import tap_pages
from newsletter.web.public.tap_pages import PROOF, TOKEN, Why

WORK_KEY: Final = "proof of work"
"""What the key of the sums is derived for."""
_SHOWN: Final = "shown_of_one_more_tap"


class Door(StrEnum):
    """Where a sign-up comes in."""

    PAGE = auto()
    EMBED = auto()  # the script or the frame on another site
    PLAIN = auto()  # a form that another site wrote itself
    JSON = auto()
    IMPORT = auto()


@dataclass(frozen=True, slots=True)
class _Shown:
    """What came from the page *One more tap* with this request."""

    tap: Tap | None
    token: str
    is_open: bool
    has_proof: bool
    has_waited: bool

    @property
    def holds(self) -> bool:
        return self.is_open and (self.has_proof or self.has_waited)


def stopped(page: dict[str, Any], address_key: str, door: Door) -> ResponseReturnValue | None:
    """The answer instead of taking a sign-up, or None to go on.

    Called with no transaction open. It depends on what comes and how much, never on who is known.
    """
    at = now()
    slug = page["newsletter"]["slug"]
    shown = _shown(services().signer, slug, at=at)
    noted = services().counts.note(_asked(slug, address_key, door, shown, at), now=at)
    if isinstance(noted.step, Pass):
        return None
    why = tap_pages.Stopped(noted.step, _why(shown, noted, door), door is Door.PLAIN)
    if door in {Door.JSON, Door.IMPORT}:
        return tap_pages.problem(page, why, now=at)
    kept = shown.tap if shown.is_open and not noted.was_used else None
    return tap_pages.answer(page, why, kept, is_framed=door is Door.EMBED, now=at)


def is_too_much(slug: str, address_key: str) -> bool:
    """Whether mail to an address that somebody typed on a page of their own link has to wait: the same counts."""
    at = now()
    asked = _asked(slug, address_key, Door.PAGE, _Shown(None, "", is_open=False, has_proof=False, has_waited=False), at)
    return not isinstance(services().counts.note(asked, now=at).step, Pass)


def origin_before() -> str:
    """The site whose form led to the page *One more tap* that this request comes from; empty when there was none."""
    slug = str((request.view_args or {}).get("slug", ""))
    shown = _shown(services().signer, slug, at=now())
    return shown.tap.origin if shown.tap is not None and shown.is_open else ""


def _asked(slug: str, address_key: str, door: Door, shown: _Shown, at: datetime) -> Asked:
    signer = services().signer
    who = signer.digest("ladder address", address_key)
    if door is Door.IMPORT:
        return Asked(who, marks_of_import(who))
    network = signer.digest("ladder network", shortened_network(request.remote_addr))
    marks = marks_of(Came(who, network, slug), now=at, has_waited=shown.holds and not shown.has_proof)
    name = shown.tap.name if shown.tap is not None and shown.holds else ""
    return Asked(who, marks, needs_tap=door is Door.PLAIN, tap=name)


def _shown(signer: Signer, slug: str, *, at: datetime) -> _Shown:
    """Read once for a request: more than one question is answered from it."""
    shown: _Shown | None = g.get(_SHOWN)
    if shown is None:
        shown = _read_shown(signer, slug, at=at)
        setattr(g, _SHOWN, shown)
    return shown


def _read_shown(signer: Signer, slug: str, *, at: datetime) -> _Shown:
    token, proof = _field(TOKEN), _field(PROOF)
    tap = tap_of(signer, slug, token) if token else None
    if tap is None:
        return _Shown(None, token, is_open=False, has_proof=False, has_waited=False)
    has_proof = bool(proof) and proves(signer.digest(WORK_KEY, slug), token, proof)
    return _Shown(tap, token, tap.is_open(at), has_proof, has_waited=at >= tap.works_from())


def _why(shown: _Shown, noted: Noted, door: Door) -> Why:
    if shown.token and (noted.was_used or not shown.is_open):
        return Why.OLD
    if shown.tap is not None and not shown.holds:
        return Why.EARLY
    return Why.ELSEWHERE if door is Door.PLAIN else Why.BUSY


def _field(name: str) -> str:
    """A field of the form, or of the JSON."""
    if request.mimetype == "application/json":
        sent = request.get_json(silent=True)
        value = sent.get(name) if isinstance(sent, dict) else None
        return value if isinstance(value, str) else ""
    return request.form.get(name, "")
