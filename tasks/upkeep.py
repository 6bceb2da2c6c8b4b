"""The sweep: finds everything that is due, whether or not a bell was rung for it."""

from typing import Final

from newsletter.accounts.api_answers import forget_old_answers
from newsletter.database import ask_for
from newsletter.delivery import outbox
from newsletter.editions import schedule, sorting
from newsletter.feeds import claiming, health, pages, pushes
from newsletter.feeds.pictures import fetching as pictures
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.expiring import expire_sign_ups
from newsletter.subscriptions.importing import working as importing
from newsletter.subscriptions.pausing import resume_all_due
from newsletter.subscriptions.privacy.retention import forget_what_is_old
from tasks.celery import app
from tasks.worker import services

_LOOKED_FOR: Final = {
    JobKind.POLL_FEEDS: claiming.is_any_due,
    JobKind.READ_PAGES: pages.has_due,
    JobKind.FETCH_PICTURES: pictures.has_due,
    JobKind.RENEW_PUSHES: pushes.has_due,
    JobKind.SORT_IN: sorting.has_due,
    JobKind.IMPORT_READERS: importing.has_due,
}
"""What may be due, and how it is looked for."""


@app.task  # type: ignore[untyped-decorator]  # Celery ships no types
def sweep() -> None:
    """Bring editions to where they should be and ring for mail, feeds and ended leases."""
    parts = services()
    now = parts.clock.now()
    # Before editions are looked at: whoever is back gets the next one.
    with parts.database.write() as session:
        resume_all_due(session, now=now)
    with parts.database.write() as session:
        schedule.tick(session, now=now)
        outbox.sweep_ended_leases(session, now=now)
        for lane in outbox.due_lanes(session, now=now):
            ask_for(session, Job(outbox.BELLS[lane]))
        health.tell_editors(session, now=now)
        forget_old_answers(session, now)
        for kind, has_due in _LOOKED_FOR.items():
            if has_due(session, now=now):
                ask_for(session, Job(kind))
    # Transactions of their own: what is wrong with one old record must not keep mail from going out.
    with parts.database.write() as session:
        forget_what_is_old(session, parts.holdings, parts.signer.digest, now=now)
    with parts.database.write() as session:
        expire_sign_ups(session, now=now)
