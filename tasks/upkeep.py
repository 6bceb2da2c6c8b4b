"""The sweep: finds everything that is due, whether or not a bell was rung for it."""

from newsletter.database import ask_for
from newsletter.delivery import outbox
from newsletter.editions import schedule
from newsletter.feeds import health
from newsletter.feeds.claiming import is_any_due
from newsletter.feeds.pictures.fetching import has_due as has_due_pictures
from newsletter.jobs import Job, JobKind
from tasks.celery import app
from tasks.worker import services


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def sweep() -> None:
    """Bring editions to where they should be and ring for mail, feeds and ended leases."""
    parts = services()
    now = parts.clock.now()
    with parts.database.write() as session:
        schedule.tick(session, now=now)
        outbox.sweep_ended_leases(session, now=now)
        for lane in outbox.due_lanes(session, now=now):
            ask_for(session, Job(outbox.BELLS[lane]))
        health.tell_editors(session, now=now)
        if is_any_due(session, now=now):
            ask_for(session, Job(JobKind.POLL_FEEDS))
        if has_due_pictures(session, now=now):
            ask_for(session, Job(JobKind.FETCH_PICTURES))
