"""Connecting a feed to a newsletter: read once, stored whole, nothing of it ever mailed."""

from dataclasses import dataclass

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds.articles import FeedKind
from newsletter.feeds.asking import Answer, Read, ask
from newsletter.feeds.connected import NewFeed, add_feed, entered_address, note, refuse_double
from newsletter.feeds.fetching.fetcher import Gone, Unchanged, Unreachable
from newsletter.feeds.hubs import note_hub
from newsletter.feeds.ingest import ingest, lock_newsletter
from newsletter.feeds.intake import Intake


@dataclass(frozen=True, slots=True)
class Connected:
    """A feed that has just been connected; its articles of today are stored and never mailed."""

    feed_id: int
    title: str
    articles: int
    remark: str | None = None  # what was left out, in sentences


def connect(database: Database, intake: Intake, clock: Clock, newsletter_id: int, new: NewFeed) -> Connected:
    """Connect a feed to a newsletter.

    Raises RefusedError when it cannot be read or is connected already; then nothing is stored.
    """
    entered = entered_address(new.url)
    with database.read() as session:
        refuse_double(session, newsletter_id, entered)
    read = _first_read(ask(intake, entered, kind=FeedKind.PAGE if new.is_page else FeedKind.FEED))
    final_url = read.moved_to or entered
    now = clock.now()
    with database.write() as session:
        lock_newsletter(session, newsletter_id)
        refuse_double(session, newsletter_id, final_url)
        feed = add_feed(session, newsletter_id, final_url, new, read, now=now)
        report = ingest(session, feed, read.parsed, now=now, is_first=True)
        note(feed, read.parsed, report.remarks)
        note_hub(session, feed, read.parsed, now=now)
        return Connected(feed.id, feed.title, report.new, feed.remark)


def _first_read(answer: Answer) -> Read:
    match answer:
        case Read():
            return answer
        case Unreachable(sentence=sentence) | Gone(sentence=sentence):
            raise RefusedError(f"{sentence} Nothing was connected.")
        case Unchanged():
            raise RefusedError("The site answered that nothing is new, though it was not asked so. Try again later.")
