"""The mail that asks whether an address is really that of the person who entered it."""

from dataclasses import dataclass
from datetime import datetime

from config import defaults
from newsletter.editions.rhythms import rule_for
from newsletter.language import long_date
from newsletter.links import Links
from newsletter.mails.recipients import Reader
from newsletter.mails.sentences import local_day, next_mail_on, rhythm, site_name


@dataclass(frozen=True, slots=True)
class ConfirmationMail:
    """What it says; days as people write them."""

    site: str
    entered_on: str
    first_digest_on: str
    choice: str
    works_until: str
    confirm_url: str
    is_brought: bool  # the house asks, and nobody entered the address


def content(reader: Reader, links: Links, at: datetime) -> ConfirmationMail:
    """What the mail says that is written at this instant. Pure."""
    newsletter, subscription = reader.newsletter, reader.subscription
    rule, tongue = rule_for(newsletter, subscription), reader.tongue
    return ConfirmationMail(
        site=site_name(newsletter.site_url),
        entered_on=local_day(newsletter, subscription.requested_at, tongue),
        first_digest_on=long_date(next_mail_on(rule, at), tongue),
        choice=f"{reader.topics}, {rhythm(rule, tongue)}",
        works_until=local_day(newsletter, subscription.requested_at + defaults.CONFIRM_LINK_LIFETIME, tongue),
        confirm_url=links.confirm(subscription.id, subscription.confirm_nonce),
        is_brought=reader.is_brought,
    )
