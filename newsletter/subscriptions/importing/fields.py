"""What a column may hold, what a row may say of a reader, and what may become of it. Pure."""

from enum import StrEnum
from typing import Final


class Field(StrEnum):
    """What a column is read as; the names are those of `--map` and of the desk."""

    ADDRESS = "address"
    STATUS = "status"
    SOURCE = "source"  # where the reader came from, in the words of the file
    OPTED_IN_AT = "opted-in-at"
    OPT_IN_NETWORK = "opt-in-network"
    CONFIRMED_AT = "confirmed-at"
    CONFIRM_NETWORK = "confirm-network"
    SINCE = "since"  # when the address came into that system; no proof of anything
    LEFT_AT = "left-at"  # filled: unsubscribed
    BOUNCED_AT = "bounced-at"  # filled: its mails came back
    ENDED_AT = "ended-at"  # filled: deleted there
    PAID_UNTIL = "paid-until"  # filled: a paid plan was cancelled
    IS_SUBSCRIBED = "is-subscribed"  # "no": unsubscribed
    IS_CONFIRMED = "is-confirmed"  # "no": never confirmed
    IS_DISABLED = "is-disabled"  # "yes": gets no mail there
    IS_BLOCKED = "is-blocked"  # "yes": unsubscribed
    WANTS_DIGESTS = "wants-digests"  # "yes": weekly
    CADENCE = "cadence"
    WEEKDAY = "weekday"
    HOUR = "hour"
    ZONE = "zone"
    BREAKING = "breaking"
    LANGUAGE = "language"
    TOPICS = "topics"  # labels or tags; those named like a topic here are taken
    NOTHING = "nothing"  # the column is passed over


class Status(StrEnum):
    """What the file says of a reader."""

    SUBSCRIBED = "subscribed"
    UNCONFIRMED = "unconfirmed"
    INACTIVE = "inactive"
    NEVER = "never"
    UNCLEAR = "unclear"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Treatment(StrEnum):
    """What becomes of the rows of a group."""

    ACTIVE = "active"  # read from now on; an editor declares on what basis
    ASK = "ask"  # are asked to confirm, one mail each, when an editor starts that
    LEAVE = "leave"  # stay out
    SUPPRESS = "suppress"  # nobody may write to them


SUPPRESSED: Final = frozenset({Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED})
"""Who left or cannot be reached there is never written to from here; nobody can choose otherwise."""


def cautious(status: Status, *, has_proof: bool) -> Treatment:
    """What becomes of a row when nobody chooses."""
    if status in SUPPRESSED:
        return Treatment.SUPPRESS
    if status is Status.SUBSCRIBED:
        return Treatment.ACTIVE if has_proof else Treatment.ASK
    return Treatment.LEAVE
