"""The mail that lets an editor in, once."""

from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo

from newsletter.language import long_date, zone_in_words
from newsletter.links import Links
from newsletter.mails.recipients import LinkHolder
from newsletter.mails.sentences import site_name


@dataclass(frozen=True, slots=True)
class LoginLinkMail:
    """What it says."""

    host: str
    works_until: str
    login_url: str


def content(holder: LinkHolder, links: Links) -> LoginLinkMail:
    """What the mail says. Pure."""
    zone = "UTC" if holder.newsletter is None else holder.newsletter.zone
    until = holder.link.expires_at.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    return LoginLinkMail(
        host=site_name(links.base_url),
        works_until=f"{long_date(until.date())}, {until:%H:%M} ({zone_in_words(zone)})",
        login_url=links.login(holder.link.id, holder.link.nonce),
    )
