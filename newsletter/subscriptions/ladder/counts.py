"""Counting sign-ups: what is counted, and the seam behind which it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.subscriptions.ladder.steps import Limit, Step


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the things that a sign-up counts for, such as its network, and by which limit."""

    key: str  # what is counted; a keyed hash where it is about a person
    member: str  # what counts once within the span: the same member again takes no more room
    limit: Limit


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-up as the ladder sees it; no address stands in it, only keyed hashes."""

    who: str  # keyed hash of the address
    marks: Sequence[Mark]
    needs_tap: bool = False  # this door asks for one more tap always
    tap: str = ""  # the name of the tap that comes with it and holds by itself; empty: none


@dataclass(frozen=True, slots=True)
class Noted:
    """What the ladder says, and whether the tap had been used up by another address."""

    step: Step
    was_used: bool = False


class Counts(Protocol):
    """A seam: counts that all web processes share, or those of one process."""

    def note(self, asked: Asked, *, now: datetime) -> Noted:
        """Count a sign-up in all its marks, use up its tap, and say what it calls for.

        A tap is good for one address: the same button pressed twice holds twice, for another address never.
        """
        ...
