"""What a sign-up counts for: its address, its network, the newsletter, the whole house. Pure."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config import defaults
from newsletter.subscriptions.ladder.counts import Mark
from newsletter.subscriptions.ladder.steps import Limit

Within = tuple[tuple[timedelta, int], ...]


def _limit(free: Within, most: Within = ()) -> Limit:
    (span, tap) = free[0]
    return Limit(span, tap, most[0][1] if most else None)


ADDRESS: Final = _limit(defaults.SIGN_UPS_FREE_PER_ADDRESS)
NETWORK: Final = _limit(defaults.SIGN_UPS_FREE_PER_NETWORK, defaults.SIGN_UPS_PER_NETWORK)
NEWSLETTER: Final = _limit(defaults.SIGN_UPS_FREE_PER_NEWSLETTER)
HOUSE: Final = _limit(defaults.SIGN_UPS_FREE_IN_ALL)
WAITED: Final = Limit(defaults.SIGN_UPS_BY_WAITING[0][0], stop=defaults.SIGN_UPS_BY_WAITING[0][1])


@dataclass(frozen=True, slots=True)
class Came:
    """Who asks for what: keyed hashes of address and network, and the newsletter's slug."""

    who: str
    network: str
    newsletter: str


def marks_of(came: Came, *, now: datetime, has_waited: bool = False) -> list[Mark]:
    """What this sign-up counts for. `has_waited`: it shows that it is no program by having waited, not by work."""
    this = secrets.token_hex(8)
    # A button pressed twice counts once. But not for longer: whether somebody else behind the same network has entered
    # this address must not show.
    once = f"{came.who}:{int(now.timestamp()) // 60}"
    marks = [
        Mark(f"address:{came.who}", this, ADDRESS),
        Mark(f"network:{came.network}", once, NETWORK),
        Mark(f"newsletter:{came.newsletter}", this, NEWSLETTER),
        Mark("house", this, HOUSE),
    ]
    return [*marks, Mark("waited", this, WAITED)] if has_waited else marks


def marks_of_import(who: str) -> list[Mark]:
    """What an address counts for that an editor asks by an import: it has no network of its own."""
    return [Mark(f"address:{who}", secrets.token_hex(8), ADDRESS)]
