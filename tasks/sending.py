"""Sending what is due: at most half a minute, then a successor is rung for."""

import threading
from typing import Final

from newsletter.delivery.kinds import Lane
from newsletter.delivery.outbox import BELLS
from newsletter.delivery.sending import send_due
from newsletter.editions.schedule import finish_all_done
from newsletter.jobs import Job
from tasks.announcing import announcer
from tasks.celery import app
from tasks.worker import services, stopping

SECONDS: Final = 30.0

_running: Final = {lane: threading.Lock() for lane in Lane}


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def send_urgent() -> None:
    """Send what a person waits for."""
    _send(Lane.URGENT)


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def send_digests() -> None:
    """Send digests."""
    _send(Lane.DIGESTS)


def _send(lane: Lane) -> None:
    """One lane has one connection in each process: a second bell while it runs is passed over.

    What was written meanwhile is found by the run under way, by its successor or by the sweep.
    """
    if not _running[lane].acquire(blocking=False):
        return
    try:
        settled = send_due(services().sending(lane), lane, seconds=SECONDS, is_stopping=stopping.is_set)
    finally:
        _running[lane].release()
    if settled and not stopping.is_set():
        with services().database.write() as session:
            finish_all_done(session, now=services().clock.now())
        announcer(app)(Job(BELLS[lane]))
