"""Connecting feeds and asking them for news. No transaction is open while the network is talked to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds import pacing
from newsletter.feeds.articles import Feed
from newsletter.feeds.asking import Answer, Marks, Read, ask
from newsletter.feeds.connected import add_feed, entered_address, feed_at, refuse_double
from newsletter.feeds.fetching.fetcher import Gone, Unchanged, Unreachable
from newsletter.feeds.ingest import IngestReport, ingest, lock_newsletter
from newsletter.feeds.intake import Intake


@dataclass(frozen=True, slots=True)
class Connected:
    """A feed that has just been connected; its articles of today are stored and never mailed."""

    feed_id: int
    title: str
    articles: int


@dataclass(frozen=True, slots=True)
class PollReport:
    """What asking a feed brought."""

    new: int
    changed: int
    trouble: str | None


def connect(  # noqa: PLR0917 - the doors give these in this order
    database: Database, intake: Intake, clock: Clock, newsletter_id: int, url: str, topic_id: int | None
) -> Connected:
    """Connect a feed to a newsletter, with a topic for articles whose categories name none.

    Raises RefusedError when it cannot be read or is connected already; then nothing is stored.
    """
    entered = entered_address(url)
    with database.read() as session:
        refuse_double(session, newsletter_id, entered)
    read = _first_read(ask(intake, entered))
    final_url = read.moved_to or entered
    now = clock.now()
    with database.write() as session:
        lock_newsletter(session, newsletter_id)
        refuse_double(session, newsletter_id, final_url)
        feed = add_feed(session, newsletter_id, final_url, read, topic_id=topic_id, now=now)
        report = ingest(session, feed, read.parsed, now=now, is_first=True)
        return Connected(feed.id, feed.title, report.new)


def poll(database: Database, intake: Intake, clock: Clock, feed_id: int) -> PollReport:
    """Ask a feed whether anything is new, and store it."""
    begun = _begin(database, feed_id, now=clock.now())
    if begun is None:
        return PollReport(0, 0, "This feed has been removed.")
    url, marks = begun
    answer = ask(intake, url, marks)
    with database.write() as session:
        feed = session.get(Feed, feed_id, with_for_update=True)
        if feed is None or feed.url != url:
            return PollReport(0, 0, None)  # removed or moved meanwhile: this answer is of no use
        return _store(session, feed, answer, now=clock.now())


def due_feeds(session: Session, *, now: datetime) -> list[int]:
    """The feeds that are to be asked now, those that wait longest first."""
    return list(session.scalars(select(Feed.id).where(Feed.next_poll_at <= now).order_by(Feed.next_poll_at, Feed.id)))


def _first_read(answer: Answer) -> Read:
    match answer:
        case Read():
            return answer
        case Unreachable(sentence=sentence) | Gone(sentence=sentence):
            raise RefusedError(f"{sentence} Nothing was connected.")
        case Unchanged():
            raise RefusedError("The site answered that nothing is new, though it was not asked so. Try again later.")


def _begin(database: Database, feed_id: int, *, now: datetime) -> tuple[str, Marks] | None:
    """What to ask; the next look is put off at once, lest a feed that ends a worker ends the next one too."""
    with database.write() as session:
        feed = session.get(Feed, feed_id, with_for_update=True)
        if feed is None:
            return None
        feed.next_poll_at = max(feed.next_poll_at, pacing.after_success(now))
        return feed.url, Marks(feed.etag, feed.last_modified)


def _store(session: Session, feed: Feed, answer: Answer, *, now: datetime) -> PollReport:
    match answer:
        case Read(parsed=parsed, marks=marks, moved_to=moved_to):
            report = ingest(session, feed, parsed, now=now, is_first=False)
            feed.etag, feed.last_modified = marks.etag, marks.last_modified
            return _succeed(session, feed, report, moved_to, now=now)
        case Unchanged(moved_to=moved_to):
            return _succeed(session, feed, IngestReport(0, 0), moved_to, now=now)
        case Unreachable(sentence=sentence, retry_after=retry_after):
            again_at = pacing.after_failure(feed.failures + 1, retry_after, now)
            return _fail(feed, f"{sentence} We try again by ourselves.", again_at)
        case Gone(sentence=sentence):
            return _fail(feed, sentence, pacing.when_gone(now))


def _succeed(session: Session, feed: Feed, report: IngestReport, moved_to: str | None, *, now: datetime) -> PollReport:
    feed.failures = 0
    feed.trouble = None
    feed.last_success_at = now
    feed.next_poll_at = pacing.after_success(now)
    if report.new or report.changed:
        feed.last_change_at = now
    if moved_to is not None and moved_to != feed.url:
        lock_newsletter(session, feed.newsletter_id)
        # Where the new address is connected too, both feeds are left as they are.
        if feed_at(session, feed.newsletter_id, moved_to) is None:
            feed.url = moved_to
    return PollReport(report.new, report.changed, None)


def _fail(feed: Feed, sentence: str, again_at: datetime) -> PollReport:
    feed.failures += 1
    feed.trouble = sentence
    feed.next_poll_at = again_at
    return PollReport(0, 0, sentence)
