"""Feeds: reading all that are due, or one."""

import threading
from typing import Final

from newsletter.feeds.polling import poll_if_due
from newsletter.feeds.pushes import renew_due
from newsletter.feeds.rounds import poll_due
from newsletter.jobs import Job, JobKind
from tasks.announcing import announcer
from tasks.celery import app
from tasks.worker import services, stopping

_running: Final = threading.Lock()


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def poll_feeds() -> None:
    """Read all feeds that are due, at once; a second bell while that goes on in this process is passed over."""
    if not _running.acquire(blocking=False):
        return
    parts = services()
    try:
        is_more_due = poll_due(parts.database, parts.intake, parts.clock, is_stopping=stopping.is_set)
    finally:
        _running.release()
    if is_more_due and not stopping.is_set():
        announcer(app)(Job(JobKind.POLL_FEEDS))


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def poll_feed(feed_id: int) -> None:
    """Read a feed and store what is new."""
    parts = services()
    poll_if_due(parts.database, parts.intake, parts.clock, feed_id)


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def renew_pushes() -> None:
    """Ask the hubs whose turn it is to tell us of news."""
    parts = services()
    renew_due(parts.database, parts.intake, parts.clock, callback=parts.links.push, secret=parts.push_secret)
