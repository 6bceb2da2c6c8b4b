"""The page *One more tap*, the page for a pause, and what programs are answered in their place."""

import json
import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any, Final

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from config import defaults
from newsletter.catalogue.sites import origin_sent
from newsletter.subscriptions.ladder.steps import OneMoreTap, Pass, Step, Stop
from newsletter.subscriptions.ladder.taps import Tap, new_tap, token_of
from newsletter.subscriptions.ladder.work import challenge_for
from newsletter.web.api.problems import MEDIA_TYPE
from newsletter.web.doors import services
from newsletter.web.public import views
from newsletter.web.public.embed_look import look_of

TOKEN: Final = "tap"  # noqa: S105 - the name of a field
PROOF: Final = "altcha"
"""The fields of the page: what it was made with, and the answer to its sum."""

_STATUS: Final = 429


class Why(StrEnum):
    """Why the page comes, or comes again."""

    BUSY = auto()
    ELSEWHERE = auto()  # the form stood on another site
    EARLY = auto()  # pressed before the time, and without work
    OLD = auto()  # open for too long, or used up


@dataclass(frozen=True, slots=True)
class Stopped:
    """What the ladder says, why, and whether the form is one that another site wrote."""

    step: Step
    why: Why
    is_plain: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is out of the ordinary: this door asks always."""
        return self.is_plain and isinstance(self.step, OneMoreTap)


def answer(
    page: dict[str, Any], stopped: Stopped, kept: Tap | None, *, is_framed: bool, now: datetime
) -> ResponseReturnValue:
    """The page, with all that was entered. `kept`: the tap that goes on holding, so that nobody waits twice."""
    shown = page | {"fields": _fields(), "action": _action(), "why": stopped.why, "query": _look()}
    shown["address"] = request.form.get("instead") or request.form.get("address", "")
    wait = _retry_after(stopped, now)
    if isinstance(stopped.step, Stop):
        name, status = "pause", _STATUS
        shown["minutes"] = math.ceil(wait / 60)
    else:
        name, status = "one_more_tap", 200 if stopped.is_quiet else _STATUS
        shown |= tap_shown(page["newsletter"]["slug"], kept, is_quiet=stopped.is_quiet, now=now)
    made = Response(views.rendered(f"public/{name}{'_framed' if is_framed else ''}.html", **shown), status=status)
    if status == _STATUS:
        made.headers["Retry-After"] = str(wait)
    return made


def tap_shown(slug: str, kept: Tap | None, *, is_quiet: bool, now: datetime) -> dict[str, Any]:
    """What the button needs: its token, its sum, and for how many seconds it waits without scripts."""
    signer = services().signer
    wait = defaults.ONE_MORE_TAP_WAIT_WHEN_QUIET if is_quiet else defaults.ONE_MORE_TAP_WAIT
    tap = kept or new_tap(wait, origin_sent(request.headers.get("Origin", "")), now=now)
    token = token_of(signer, slug, tap)
    return {
        "token": token,
        "token_field": TOKEN,
        "proof_field": PROOF,
        "challenge": json.dumps(challenge_for(signer.digest("proof of work", slug), token)),
        "seconds": _seconds(tap.works_from() - now),
    }


def problem(page: dict[str, Any], stopped: Stopped, *, now: datetime) -> Response:
    """The answer to a program: when to come again, and where somebody can go on by hand."""
    wait = _retry_after(stopped, now)
    tongue, slug = page["tongue"], page["newsletter"]["slug"]
    if isinstance(stopped.step, Stop):
        minutes = math.ceil(wait / 60)
        detail = tongue.ngettext(
            "More sign-ups have come this way than we take at once. Please try again in %(num)s minute.",
            "More sign-ups have come this way than we take at once. Please try again in %(num)s minutes.",
            minutes,
        )
    else:
        detail = tongue.gettext("Many people are signing up just now. It takes one more tap, on our own page.")
    said = {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": _STATUS,
        "detail": detail,
        "code": "too_many_requests" if isinstance(stopped.step, Stop) else "one_more_tap",
        "retry_after": wait,
        "url": services().settings.base_url + url_for("tapping.one_more_tap", slug=slug),
    }
    made = Response(json.dumps(said, ensure_ascii=False), status=_STATUS, content_type=MEDIA_TYPE)
    made.headers["Retry-After"] = str(wait)
    return made


def _retry_after(stopped: Stopped, now: datetime) -> int:
    """In seconds."""
    match stopped.step:
        case Stop(until):
            return max(1, _seconds(until - now))
        case OneMoreTap() | Pass():
            return _seconds(defaults.ONE_MORE_TAP_WAIT)


def _seconds(span: timedelta) -> int:
    return max(0, math.ceil(span.total_seconds()))


def _fields() -> list[tuple[str, str]]:
    """All that was entered, to be sent once more."""
    return [each for each in request.form.items(multi=True) if each[0] not in {TOKEN, PROOF}]


def _action() -> str:
    """Where the form had been sent to, with what its address asked for."""
    return request.full_path.rstrip("?")


def _look() -> dict[str, str]:
    asked = asdict(look_of(request.args)) | {"language": request.args.get("language", "")[:8]}
    return {name: value for name, value in asked.items() if value}
