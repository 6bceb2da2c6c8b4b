"""Announcing aside: nobody waits for the broker."""

import threading

from newsletter.jobs import Job, JobKind
from tasks.ringing import aside

URGENT, DIGESTS = Job(JobKind.SEND_URGENT), Job(JobKind.SEND_DIGESTS)


def test_whoever_asks_goes_on_while_the_broker_hangs_and_what_was_asked_meanwhile_goes_out_once() -> None:
    reached, answered, finished = threading.Event(), threading.Event(), threading.Event()
    rung: list[Job] = []

    def hanging(job: Job) -> None:
        rung.append(job)
        reached.set()
        assert answered.wait(10)
        if job == DIGESTS:
            finished.set()

    ring = aside(hanging)
    ring(URGENT)
    assert reached.wait(10)
    for _ in range(1000):
        ring(URGENT)
    ring(DIGESTS)
    assert rung == [URGENT]
    answered.set()
    assert finished.wait(10)
    assert rung == [URGENT, URGENT, DIGESTS]
