"""Pages: reading those of articles whose feeds say too little."""

import threading
from typing import Final

from newsletter.feeds.pages import has_due, read_due_pages
from newsletter.jobs import Job, JobKind
from tasks.announcing import announcer
from tasks.celery import app
from tasks.worker import services, stopping

_running: Final = threading.Lock()


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def read_pages() -> None:
    """Read what is due. A second bell while it runs is passed over, lest a site be asked twice as often."""
    if not _running.acquire(blocking=False):
        return
    parts = services()
    try:
        read_due_pages(parts.database, parts.intake, parts.clock)
    finally:
        _running.release()
    with parts.database.read() as session:
        is_more = has_due(session, now=parts.clock.now())
    if is_more and not stopping.is_set():
        announcer(app)(Job(JobKind.READ_PAGES))
