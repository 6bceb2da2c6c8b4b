"""What becomes of a row, given what is known here. Pure."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.address_rules import check
from newsletter.subscriptions.addresses import AddressError
from newsletter.subscriptions.importing.fields import Treatment
from newsletter.subscriptions.importing.records import Outcome
from newsletter.subscriptions.importing.rows import Row
from newsletter.subscriptions.subscribers import SubscriptionState


@dataclass(frozen=True, slots=True)
class Here:
    """A reader who is known here."""

    subscriber_id: int
    subscription_id: int | None = None  # of this newsletter
    state: str = ""
    joined_at: datetime | None = None
    is_own: bool = False  # confirmed here, by the reader

    @property
    def reads(self) -> bool:
        """Whether mails come to them, or will after a pause."""
        return self.state in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the addresses of some rows; all by address key."""

    here: Mapping[str, Here]
    suppressed: AbstractSet[str]
    leaving: AbstractSet[str]  # unsubscribed, bounced or complained in another of these rows
    staged: AbstractSet[str]  # staged by an earlier row of the same file
    erased: AbstractSet[str]  # since the file came


class Decision(NamedTuple):
    """What becomes of a row, and a sentence where it is not plain."""

    outcome: Outcome
    note: str = ""


def decide(
    row: Row, treatment: Treatment, around: Surroundings, taken: AbstractSet[str], newsletter: Newsletter
) -> Decision:
    """What becomes of a row. `taken` holds the addresses of those before it that were taken in or staged."""
    key = row.address.key
    if key in around.erased:
        return Decision(Outcome.ERASED)
    if treatment is Treatment.SUPPRESS:
        return _suppress(row, around)
    if key in around.suppressed or key in around.leaving:
        return Decision(Outcome.KEPT_OUT)
    if treatment is Treatment.LEAVE:
        return Decision(Outcome.LEFT_OUT)
    return _known(key, around, taken) or _new(row, treatment, newsletter)


def _known(key: str, around: Surroundings, taken: AbstractSet[str]) -> Decision | None:
    if key in taken or key in around.staged:
        return Decision(Outcome.TWICE)
    here = around.here.get(key)
    if here is None or here.subscription_id is None:
        return None
    return Decision(Outcome.LEFT_HERE if here.state == SubscriptionState.UNSUBSCRIBED else Outcome.KNOWN)


def _new(row: Row, treatment: Treatment, newsletter: Newsletter) -> Decision:
    try:
        check(newsletter, row.address)
    except AddressError as error:
        return Decision(Outcome.LEFT_OUT, str(error))
    return Decision(Outcome.ACTIVE if treatment is Treatment.ACTIVE else Outcome.STAGED)


def _suppress(row: Row, around: Surroundings) -> Decision:
    """Who left there stays out here, unless they have signed up here themselves since."""
    here = around.here.get(row.address.key)
    if here is not None and here.reads and here.is_own and _is_before(row.left_at, here.joined_at):
        return Decision(Outcome.KNOWN, "Left there, and confirmed here by themselves since.")
    if row.address.key in around.suppressed:
        return Decision(Outcome.KEPT_OUT)
    return Decision(Outcome.SUPPRESSED)


def _is_before(left_at: datetime | None, joined_at: datetime | None) -> bool:
    return left_at is None or joined_at is None or left_at < joined_at
