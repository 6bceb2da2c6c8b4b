"""The mail to an old address: where its mails go now, and how to take that back."""

from dataclasses import dataclass

from config import defaults
from newsletter.links import Links
from newsletter.mails.recipients import Mover
from newsletter.mails.sentences import local_day
from newsletter.subscriptions.addresses import masked


@dataclass(frozen=True, slots=True)
class AddressChangedMail:
    """What it says; days as people write them."""

    changed_on: str
    new_address: str  # masked
    undo_until: str
    undo_url: str


def content(mover: Mover, links: Links) -> AddressChangedMail:
    """What the mail says. Pure."""
    change, tongue = mover.change, mover.tongue
    at = change.confirmed_at or change.requested_at
    return AddressChangedMail(
        changed_on=local_day(mover.newsletter, at, tongue),
        new_address=masked(change.new_address),
        undo_until=local_day(mover.newsletter, at + defaults.ADDRESS_CHANGE_UNDO, tongue),
        undo_url=links.not_me(change.id, change.undo_nonce),
    )
