"""The notice to editors that a feed has been broken for a day, or has ended."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from newsletter.language import long_date, zone_in_words
from newsletter.links import Links
from newsletter.mails.cleaning import one_line
from newsletter.mails.recipients import FeedEditor


@dataclass(frozen=True, slots=True)
class FeedTroubleMail:
    """What it says."""

    feed: str
    feed_url: str
    newsletter: str
    has_ended: bool
    since: str
    trouble: str  # what is wrong and what to do, in sentences
    desk_url: str


def content(editor: FeedEditor, links: Links) -> FeedTroubleMail:
    """What the mail says. Pure."""
    feed, zone = editor.feed, editor.newsletter.zone
    since = (feed.failing_since_at or feed.ended_at or feed.connected_at).astimezone(ZoneInfo(zone))
    return FeedTroubleMail(
        feed=one_line(feed.title) or feed.url,
        feed_url=feed.url,
        newsletter=one_line(editor.newsletter.name),
        has_ended=feed.ended_at is not None,
        since=f"{long_date(since.date())}, {since:%H:%M} ({zone_in_words(zone)})",
        trouble=one_line(feed.trouble or ""),
        desk_url=links.desk_feed(editor.newsletter.slug, feed.id),
    )
