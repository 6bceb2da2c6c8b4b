"""Ringing from where nobody may wait: a reader's request goes on while a thread of its own speaks with the broker."""

import threading

from newsletter.jobs import Announcer, Job


def aside(announce: Announcer) -> Announcer:
    """Announces in a thread of its own; the same job asked for again before it went out goes out once.

    What is not yet announced when the process ends is lost, as any announcement may be: the sweep finds the row.
    """
    waiting: dict[Job, None] = {}
    changed = threading.Condition()
    thread: threading.Thread | None = None

    def ring() -> None:
        while True:
            with changed:
                changed.wait_for(lambda: bool(waiting))
                jobs = list(waiting)
                waiting.clear()
            for job in jobs:
                announce(job)

    def ask(job: Job) -> None:
        nonlocal thread
        with changed:
            waiting[job] = None
            if thread is None or not thread.is_alive():  # begun here and not before: threads do not outlive a fork
                thread = threading.Thread(target=ring, name="ringing", daemon=True)
                thread.start()
            changed.notify()

    return ask
