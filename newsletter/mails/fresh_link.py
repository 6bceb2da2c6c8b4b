"""The mail with a fresh link to a reader's own inbox: download, mails got, erasing."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from newsletter.language import long_date, zone_in_words
from newsletter.links import Links
from newsletter.mails.recipients import MailboxOwner


@dataclass(frozen=True, slots=True)
class FreshLinkMail:
    """What it says."""

    works_until: str
    own_url: str


def content(owner: MailboxOwner, links: Links) -> FreshLinkMail:
    """What the mail says. Pure."""
    proof, zone, tongue = owner.proof, owner.newsletter.zone, owner.tongue
    until = proof.expires_at.astimezone(ZoneInfo(zone))
    return FreshLinkMail(
        works_until=tongue.gettext(
            "%(day)s, %(time)s (%(zone)s)",
            day=long_date(until.date(), tongue),
            time=f"{until:%H:%M}",
            zone=zone_in_words(zone, tongue),
        ),
        own_url=links.own(proof.id, proof.nonce),
    )
