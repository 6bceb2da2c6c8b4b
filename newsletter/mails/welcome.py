"""The mail after the confirmation: what comes next, and when."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.editions.rhythms import rule_for
from newsletter.language import long_date
from newsletter.links import Links
from newsletter.mails.recipients import Reader
from newsletter.mails.sentences import next_mail_on, reason, rhythm


@dataclass(frozen=True, slots=True)
class WelcomeMail:
    """What it says."""

    first_digest_on: str
    choice: str
    sender_address: str
    reason: str
    preferences_url: str
    leave_url: str


def content(reader: Reader, links: Links, at: datetime) -> WelcomeMail:
    """What the mail says that is written at this instant. Pure."""
    newsletter, subscription = reader.newsletter, reader.subscription
    rule, tongue = rule_for(newsletter, subscription), reader.tongue
    return WelcomeMail(
        first_digest_on=long_date(next_mail_on(rule, at), tongue),
        choice=f"{reader.topics}, {rhythm(rule, tongue)}",
        sender_address=newsletter.sender_address,
        reason=reason(newsletter, subscription.requested_at, reader.topics, rule, tongue),
        preferences_url=links.preferences(subscription.id, subscription.nonce),
        leave_url=links.leave(subscription.id, subscription.nonce),
    )
