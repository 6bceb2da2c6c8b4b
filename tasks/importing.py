"""Readers from other systems: files are counted and taken in, staged readers asked, and what is old forgotten."""

import threading
from typing import Final

from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.importing import asking, forgetting
from newsletter.subscriptions.importing.working import has_due, work
from newsletter.subscriptions.ladder.counts import Asked
from newsletter.subscriptions.ladder.marks import marks_of_import
from newsletter.subscriptions.ladder.steps import Pass
from tasks.announcing import announcer
from tasks.celery import app
from tasks.worker import services, stopping

SECONDS: Final = 30.0

_running: Final = threading.Lock()


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def import_readers() -> None:
    """Do what is due for half a minute, then ring for a successor; a bell while it runs is passed over."""
    if not _running.acquire(blocking=False):
        return
    parts = services()
    try:
        work(parts.imports, seconds=SECONDS, is_stopping=stopping.is_set)
        asking.ask_due(parts.database, _may_ask, now=parts.clock.now())
        forgetting.forget_what_is_old(parts.database, parts.imports.folder, now=parts.clock.now())
    finally:
        _running.release()
    with parts.database.read() as session:
        is_more = has_due(session, now=parts.clock.now())
    if is_more and not stopping.is_set():
        announcer(app)(Job(JobKind.IMPORT_READERS))


def _may_ask(address_key: str) -> bool:
    """Whether the limit of this address, which it has at all doors together, lets one more sign-up through."""
    parts = services()
    who = parts.signer.digest("ladder address", address_key)
    noted = parts.counts.note(Asked(who, marks_of_import(who)), now=parts.clock.now())
    return isinstance(noted.step, Pass)
