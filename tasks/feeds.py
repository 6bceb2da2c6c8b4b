"""Feeds: reading one."""

from newsletter.feeds.polling import poll
from tasks.celery import app
from tasks.worker import services


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def poll_feed(feed_id: int) -> None:
    """Read a feed and store what is new."""
    parts = services()
    poll(parts.database, parts.intake, parts.clock, feed_id)
