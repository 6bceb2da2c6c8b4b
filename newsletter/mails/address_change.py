"""The mail to a new address: whether its reader wants the mails of the old one there."""

from dataclasses import dataclass

from config import defaults
from newsletter.links import Links
from newsletter.mails.recipients import Mover
from newsletter.mails.sentences import local_day, site_name
from newsletter.subscriptions.addresses import masked


@dataclass(frozen=True, slots=True)
class AddressChangeMail:
    """What it says; days as people write them."""

    site: str
    asked_on: str
    old_address: str  # masked: whoever mistyped the new one wrote to a stranger
    works_until: str
    confirm_url: str


def content(mover: Mover, links: Links) -> AddressChangeMail:
    """What the mail says. Pure."""
    newsletter, change, tongue = mover.newsletter, mover.change, mover.tongue
    until = change.requested_at + defaults.ADDRESS_CHANGE_LINK_LIFETIME
    return AddressChangeMail(
        site=site_name(newsletter.site_url),
        asked_on=local_day(newsletter, change.requested_at, tongue),
        old_address=masked(change.old_address),
        works_until=local_day(newsletter, until, tongue),
        confirm_url=links.new_address(change.id, change.nonce),
    )
