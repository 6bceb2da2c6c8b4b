"""The token on the page *One more tap*: who made it, when, and how long to wait without scripts. Pure."""

import base64
import binascii
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from config import defaults
from newsletter.signing import Signer

_PURPOSE: Final = "one more tap"
_FORM: Final = re.compile(r"(\d{1,11})\.(\d{1,4})\.([0-9a-f]{32})\.([\w-]{0,400})\.([0-9a-f]{32})", re.ASCII)
_AHEAD: Final = timedelta(minutes=1)
"""Clocks of two web machines differ by no more."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A page *One more tap* that was made here."""

    at: datetime
    wait: timedelta  # so long somebody waits who can show no work
    name: str  # random; what is used up
    origin: str = ""  # the site that the form stood on, where the browser had named it

    def is_open(self, now: datetime) -> bool:
        """Whether it still holds."""
        return self.at - _AHEAD <= now <= self.at + defaults.ONE_MORE_TAP_LIFETIME

    def works_from(self) -> datetime:
        """The instant from which it holds without work."""
        return self.at + self.wait


def new_tap(wait: timedelta, origin: str, *, now: datetime) -> Tap:
    """A page made now."""
    return Tap(now.replace(microsecond=0), wait, secrets.token_hex(16), origin)


def token_of(signer: Signer, newsletter: str, tap: Tap) -> str:
    """What the page sends along; it is good for this newsletter alone."""
    origin = base64.urlsafe_b64encode(tap.origin.encode()).decode().rstrip("=")
    said = f"{int(tap.at.timestamp())}.{int(tap.wait.total_seconds())}.{tap.name}.{origin}"
    return f"{said}.{signer.digest(_PURPOSE, f'{newsletter} {said}')}"


def tap_of(signer: Signer, newsletter: str, token: str) -> Tap | None:
    """The tap behind a token that was made here for this newsletter; it may be too old."""
    found = _FORM.fullmatch(token)
    if found is None:
        return None
    said, _, digest = token.rpartition(".")
    if not hmac.compare_digest(digest, signer.digest(_PURPOSE, f"{newsletter} {said}")):
        return None
    at, wait, name, origin, _ = found.groups()
    return Tap(datetime.fromtimestamp(int(at), UTC), timedelta(seconds=int(wait)), name, _plain(origin))


def _plain(origin: str) -> str:
    try:
        return base64.urlsafe_b64decode(origin + "=" * (-len(origin) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):  # signed, so made here: only to be sure
        return ""
