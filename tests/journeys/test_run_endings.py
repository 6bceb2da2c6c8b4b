"""However `./run` or a part of it ends, nothing is lost, repeated or left behind."""

import contextlib
import os
import signal
from pathlib import Path

import httpx

from tests.installation import Installation
from tests.newsroom import wait_until

ANNA = "anna@example.org"


def _command(path: Path) -> str:
    with contextlib.suppress(OSError):
        return (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def _environment(path: Path) -> str:
    with contextlib.suppress(OSError):
        return (path / "environ").read_bytes().decode()
    return ""


def test_a_mail_that_was_under_way_at_the_end_comes_once_after_the_next_start(house: Installation) -> None:
    house.start()
    house.wait_until_ready()
    httpx.post(f"{house.url}/n/the-daily-proof", data={"address": ANNA}, timeout=10)
    assert house.stop() == 0
    house.start()
    house.wait_until_ready()
    house.wait_for_mail("[Cc]onfirm")
    assert house.stop() == 0
    assert len(house.mails()) == 1


def test_a_stop_in_the_middle_of_a_send_loses_nobody_and_repeats_nothing(house: Installation) -> None:
    house.start(GAZETTE_SWEEP_SECONDS="1")
    house.wait_until_ready()
    house.gazette("demo", "seed", "--readers", "200")
    house.gazette("edition", "send", "--no-wait")
    wait_until(lambda: len(house.recipients()) > 20, "the send is under way")
    assert house.stop() == 0
    assert house.processes() == []
    assert len(house.recipients()) < 200, "it was stopped in the middle"
    house.start(GAZETTE_SWEEP_SECONDS="1")
    house.wait_until_ready()
    wait_until(lambda: len(house.recipients()) >= 200, "everybody has the digest")
    wait_until(lambda: "200 sent" in house.gazette("status"), "all is settled")
    assert len(set(house.recipients())) == len(house.recipients()) == 200
    assert house.stop() == 0


def test_a_killed_supervisor_leaves_nobody_behind(house: Installation) -> None:
    house.start()
    house.wait_until_ready()
    assert house.process is not None
    house.process.kill()
    house.process.wait()
    wait_until(lambda: house.processes() == [], "all children have ended", seconds=20)
    house.start()
    house.wait_until_ready()
    assert house.stop() == 0


def test_a_child_that_is_killed_comes_back(house: Installation) -> None:
    house.start()
    house.wait_until_ready()
    pids = [
        int(path.name)
        for path in Path("/proc").glob("[0-9]*")
        if "tasks.celery worker" in _command(path) and str(house.folder) in _environment(path)
    ]
    assert len(pids) == 1
    os.kill(pids[0], signal.SIGKILL)
    wait_until(lambda: "worker process ended and is started again" in house.shown(), "the screen says so")
    httpx.post(f"{house.url}/n/the-daily-proof", data={"address": ANNA}, timeout=10)
    house.wait_for_mail("[Cc]onfirm")
    assert house.stop() == 0


def test_a_stop_during_the_start_is_in_order(house: Installation) -> None:
    house.start()
    wait_until(lambda: "Redis" in house.shown(), "the start has begun")
    assert house.stop() == 0
    assert house.processes() == []
