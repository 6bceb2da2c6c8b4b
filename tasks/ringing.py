"""Ringing from where nobody may wait: a reader's request goes on while a thread of its own speaks with the broker."""

import threading
import time
from typing import Final

from newsletter.jobs import Announcer, Job

_APART_SECONDS: Final = 0.2
"""Between two announcements of the same job: in a crowd each sign-up would ring, and each bell costs both ends."""


def aside(announce: Announcer, *, apart: float = _APART_SECONDS) -> Announcer:
    """Announces in a thread of its own; the same job asked for again before it went out goes out once.

    What is not yet announced when the process ends is lost, as any announcement may be: the sweep finds the row.
    """
    waiting: dict[Job, None] = {}
    changed = threading.Condition()
    thread: threading.Thread | None = None

    def ring() -> None:
        rung: dict[Job, float] = {}  # and when
        while True:
            with changed:
                changed.wait_for(lambda: bool(waiting))
                now = time.monotonic()
                rung = {job: at for job, at in rung.items() if now < at + apart}
                jobs = [job for job in waiting if job not in rung]
                if not jobs:
                    changed.wait(min(rung[job] for job in waiting) + apart - now)
                    continue
                for job in jobs:
                    del waiting[job]
            for job in jobs:
                announce(job)
                rung[job] = time.monotonic()

    def ask(job: Job) -> None:
        nonlocal thread
        with changed:
            waiting[job] = None
            if thread is None or not thread.is_alive():  # begun here and not before: threads do not outlive a fork
                thread = threading.Thread(target=ring, name="ringing", daemon=True)
                thread.start()
            changed.notify()

    return ask
