"""The mail to somebody who signs up and is subscribed already."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.editions.rhythms import rule_for
from newsletter.links import Links
from newsletter.mails.recipients import Reader
from newsletter.mails.sentences import local_day, reason, rhythm, site_name
from newsletter.subscriptions.subscribers import SubscriptionState


@dataclass(frozen=True, slots=True)
class AlreadySubscribedMail:
    """What it says."""

    site: str
    entered_on: str
    choice: str
    is_paused: bool
    reason: str
    preferences_url: str
    leave_url: str


def content(reader: Reader, links: Links, at: datetime) -> AlreadySubscribedMail:
    """What the mail says that is written at this instant. Pure."""
    newsletter, subscription = reader.newsletter, reader.subscription
    rule, tongue = rule_for(newsletter, subscription), reader.tongue
    return AlreadySubscribedMail(
        site=site_name(newsletter.site_url),
        entered_on=local_day(newsletter, at, tongue),
        choice=f"{reader.topics}, {rhythm(rule, tongue)}",
        is_paused=subscription.state == SubscriptionState.PAUSED,
        reason=reason(newsletter, subscription.requested_at, reader.topics, rule, tongue),
        preferences_url=links.preferences(subscription.id, subscription.nonce),
        leave_url=links.leave(subscription.id, subscription.nonce),
    )
