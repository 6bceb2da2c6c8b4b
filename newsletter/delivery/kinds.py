"""The kinds of mail, and how each is treated on its way."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from typing import Final


class MailKind(StrEnum):
    """What a mail is. Each has a module and three templates in `mails`."""

    CONFIRMATION = auto()
    ALREADY_SUBSCRIBED = auto()
    FRESH_LINK = auto()
    ADDRESS_CHANGE = auto()  # to the new address
    ADDRESS_CHANGED = auto()  # to the old one
    WELCOME = auto()
    DIGEST = auto()
    PROOF = auto()
    LOGIN_LINK = auto()
    FEED_TROUBLE = auto()
    EDITION_QUESTION = auto()  # whether a late edition goes, or one that needs approval


class Lane(StrEnum):
    """Mail that a person waits for never stands behind a digest."""

    URGENT = auto()
    DIGESTS = auto()


class WhenUnknown(StrEnum):
    """What to do with a mail of which nobody knows whether it was taken."""

    RETRY = auto()  # once, byte for byte, under the same Message-ID
    HOLD = auto()  # until a person decides


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind is sent: its lane, how long it is tried, and what an unknown answer means."""

    lane: Lane
    lifetime: timedelta
    when_unknown: WhenUnknown = WhenUnknown.RETRY
    unknown_pause: timedelta = timedelta(seconds=30)


POLICIES: Final = {
    MailKind.CONFIRMATION: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.ALREADY_SUBSCRIBED: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.FRESH_LINK: Policy(Lane.URGENT, timedelta(hours=6)),  # as long as the link works
    MailKind.ADDRESS_CHANGE: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.ADDRESS_CHANGED: Policy(Lane.URGENT, timedelta(hours=72)),
    MailKind.WELCOME: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.LOGIN_LINK: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.FEED_TROUBLE: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.EDITION_QUESTION: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.PROOF: Policy(Lane.URGENT, timedelta(hours=24)),
    MailKind.DIGEST: Policy(Lane.DIGESTS, timedelta(hours=72)),
}
