"""Asking a feed for news and storing what it answers. No transaction is open while the network is talked to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database, ask_for
from newsletter.feeds import pacing
from newsletter.feeds.articles import Feed
from newsletter.feeds.asking import Answer, Read, ask
from newsletter.feeds.claiming import Look, claim_one, pause_of
from newsletter.feeds.connected import feed_at, note
from newsletter.feeds.fetching.fetcher import Gone, Unchanged, Unreachable
from newsletter.feeds.hubs import note_hub
from newsletter.feeds.ingest import IngestReport, ingest, lock_newsletter
from newsletter.feeds.intake import Intake
from newsletter.jobs import Job, JobKind


@dataclass(frozen=True, slots=True)
class PollReport:
    """What asking a feed brought."""

    new: int
    changed: int
    trouble: str | None


_NOTHING = PollReport(0, 0, None)


def poll(database: Database, intake: Intake, clock: Clock, feed_id: int) -> PollReport:
    """Ask a feed whether anything is new, due or not, and store it."""
    with database.write() as session:
        look = claim_one(session, feed_id, now=clock.now())
    if look is None:
        return PollReport(0, 0, "This feed has been removed.")
    return store(database, look, answer_to(look, intake), now=clock.now())


def poll_if_due(database: Database, intake: Intake, clock: Clock, feed_id: int) -> None:
    """Ask a feed, unless somebody else has taken it meanwhile."""
    with database.write() as session:
        look = claim_one(session, feed_id, now=clock.now(), only_due=True)
    if look is not None:
        store(database, look, answer_to(look, intake), now=clock.now())


def fetch_again(session: Session, feed: Feed, *, now: datetime) -> None:
    """Ask a feed past its pace and all caches, also one that has ended."""
    feed.wants_fresh = True
    feed.etag = feed.last_modified = None
    feed.next_poll_at = now
    ask_for(session, Job(JobKind.POLL_FEED, feed.id))


def answer_to(look: Look, intake: Intake) -> Answer:
    """What a site answers to a look at its feed."""
    return ask(intake, look.url, look.marks, kind=look.kind, past_caches=look.past_caches)


def store(database: Database, look: Look, answer: Answer, *, now: datetime) -> PollReport:
    """Store the answer to a look; that nothing is new is not worth a transaction."""
    if look.is_healthy and isinstance(answer, Unchanged) and answer.moved_to in {None, look.url}:
        return _NOTHING
    with database.write() as session:
        feed = session.get(Feed, look.feed_id, with_for_update=True)
        if feed is None or feed.url != look.url:
            return _NOTHING  # removed or moved meanwhile: this answer is of no use
        return _take(session, feed, look, answer, now=now)


def _take(session: Session, feed: Feed, look: Look, answer: Answer, *, now: datetime) -> PollReport:
    match answer:
        case Read(parsed=parsed, marks=marks, moved_to=moved_to):
            feed.kind = parsed.kind  # a site may put a sitemap where its feed was
            report = ingest(session, feed, parsed, now=now, is_first=False)
            feed.etag, feed.last_modified = marks.etag, marks.last_modified
            note(feed, parsed, report.remarks)
            note_hub(session, feed, parsed, now=now)
            return _succeed(session, feed, look, report, moved_to, now=now)
        case Unchanged(moved_to=moved_to):
            return _succeed(session, feed, look, IngestReport(0, 0), moved_to, now=now)
        case Unreachable(sentence=sentence, retry_after=retry_after):
            pause = pacing.pause_after_failure(feed.failures + 1, retry_after, now)
            return _fail(feed, look, f"{sentence} We try again by ourselves.", pause, now=now)
        case Gone(sentence=sentence):
            feed.ended_at = feed.ended_at or now
            return _fail(feed, look, sentence, pacing.own_pause(feed.failures + 1), now=now)


def _succeed(
    session: Session, feed: Feed, look: Look, report: IngestReport, moved_to: str | None, *, now: datetime
) -> PollReport:
    feed.failures = 0
    feed.trouble = feed.failing_since_at = feed.told_at = feed.ended_at = None
    feed.last_success_at = now
    if report.new or report.changed:
        feed.last_change_at = now
    _put_off(feed, look, pause_of(feed, now=now), now=now)
    _move(session, feed, moved_to)
    return PollReport(report.new, report.changed, None)


def _fail(feed: Feed, look: Look, sentence: str, pause: timedelta, *, now: datetime) -> PollReport:
    if not feed.failures:
        feed.last_success_at = look.last_success_at  # that nothing was new was not written each time
    feed.failures += 1
    feed.trouble = sentence
    feed.failing_since_at = feed.failing_since_at or now
    _put_off(feed, look, pause, now=now)
    return PollReport(0, 0, sentence)


def _put_off(feed: Feed, look: Look, pause: timedelta, *, now: datetime) -> None:
    if feed.wants_fresh and not look.past_caches:
        return  # somebody wants it anew since this look began: that look is still to come
    feed.wants_fresh = False
    feed.asked_every = int(pause.total_seconds())
    feed.next_poll_at = now + pause


def _move(session: Session, feed: Feed, moved_to: str | None) -> None:
    if moved_to is None or moved_to == feed.url:
        return
    lock_newsletter(session, feed.newsletter_id)
    # Where the new address is connected too, both feeds are left as they are.
    if feed_at(session, feed.newsletter_id, moved_to) is None:
        feed.url = moved_to
