"""Announcing aside: nobody waits for the broker."""

import threading
import time

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
        if len(rung) == 3:
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
    assert rung == [URGENT, DIGESTS, URGENT]


def test_a_crowd_rings_some_times_a_second_and_the_last_of_it_is_heard() -> None:
    heard: list[float] = []
    ring = aside(lambda _job: heard.append(time.monotonic()), apart=0.05)
    began = time.monotonic()
    for _ in range(2000):
        ring(URGENT)
        time.sleep(0.0001)
    asked_last = time.monotonic()
    while not heard or heard[-1] < asked_last:  # ends: what was asked last is heard
        time.sleep(0.01)
        assert time.monotonic() < asked_last + 10
    assert len(heard) <= (heard[-1] - began) / 0.05 + 2
