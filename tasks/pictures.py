"""Pictures: fetching those of articles."""

import threading
from typing import Any, Final

from celery import signals

from newsletter.feeds.pictures.fetching import fetch_due, has_due
from newsletter.feeds.pictures.wanting import want_missing
from newsletter.jobs import Job, JobKind
from tasks.announcing import announcer
from tasks.celery import app
from tasks.worker import services

_running: Final = threading.Lock()


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def fetch_pictures() -> None:
    """Fetch what is due. A second bell while it runs is passed over, lest a site be asked twice as often."""
    if not _running.acquire(blocking=False):
        return
    parts = services()
    try:
        fetch_due(parts.database, parts.intake, parts.clock)
    finally:
        _running.release()
    with parts.database.read() as session:
        is_more = has_due(session, now=parts.clock.now())
    if is_more:
        announcer(app)(Job(JobKind.FETCH_PICTURES))


@signals.worker_ready.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def _look_for_missing(**_details: Any) -> None:
    """Articles may have come in while no pictures were fetched, before an update for example."""
    with services().database.write() as session:
        want_missing(session, now=services().clock.now())
