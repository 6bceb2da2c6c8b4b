"""The supervisor with small real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from newsletter.local import warden
from newsletter.local.children import Child
from newsletter.local.readiness import is_there
from newsletter.local.supervisor import ChildFailedError, Supervisor
from newsletter.local.warden import children_left

# Says in a diary when it is ready and when it ends; `{more}` is what it does otherwise.
LIFE = """
import os, pathlib, signal, sys, time
name, diary, ready = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
def write(word):
    with diary.open("a") as file:
        file.write(f"{{name}} {{word}} {{os.getpid()}}\\n")
def end(*_):
    write("ends")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
{more}
write("ready")
ready.touch()
while True:
    time.sleep(0.01)
"""


class House:
    """A folder with a diary, and the children who write in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []

    def child(self, name: str, more: str = "", *, patience: float = 5.0) -> Child:
        ready = self.folder / f"{name}-ready"
        program = LIFE.format(more=more)
        return Child(
            name=name,
            command=(sys.executable, "-I", "-S", "-c", program, name, str(self.folder / "diary"), str(ready)),
            is_ready=lambda: is_there(ready),
            log=self.folder / f"{name}.log",
            patience=patience,
            ready_file=ready,
        )

    def diary(self) -> list[str]:
        path = self.folder / "diary"
        return [line.rpartition(" ")[0] for line in path.read_text().splitlines()] if path.exists() else []

    def pids(self, name: str) -> list[int]:
        lines = (self.folder / "diary").read_text().splitlines()
        return [int(line.split()[2]) for line in lines if line.startswith(f"{name} ready")]

    def supervise(self, story: Callable[[Supervisor], Awaitable[None]]) -> None:
        """Run a story with a supervisor that stops everybody at its end, whatever happens."""

        async def whole() -> None:
            supervisor = Supervisor(tell=self.told.append, pause_seconds=0.05)
            try:
                await story(supervisor)
            finally:
                await supervisor.stop()

        asyncio.run(whole())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def until(is_so: Callable[[], Any], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):  # it ended before, or between the two looks
        return False


def test_stages_start_one_after_the_other_and_stop_in_reverse(house: House) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([house.child("broker", more="time.sleep(0.2)")])
        await supervisor.start([house.child("pages")])
        await supervisor.start([house.child("clock")])

    house.supervise(story)
    assert house.diary() == [
        *("broker ready", "pages ready", "clock ready"),
        *("clock ends", "pages ends", "broker ends"),
    ]
    assert house.told == []


def test_a_stage_waits_for_all_of_its_children_and_says_who_is_ready(house: House) -> None:
    ready: list[str] = []

    async def story(supervisor: Supervisor) -> None:
        children = [house.child("slow", more="time.sleep(0.3)"), house.child("quick")]
        await supervisor.start(children, lambda child: ready.append(child.name))
        assert ready == ["quick", "slow"]

    house.supervise(story)
    assert sorted(house.diary()[2:]) == ["quick ends", "slow ends"]


def test_a_child_that_dies_is_started_again_and_that_is_told_in_one_line(house: House) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([house.child("worker", more='print("I was here", flush=True)')])
        os.kill(house.pids("worker")[0], signal.SIGKILL)
        await until(lambda: len(house.pids("worker")) == 2)

    house.supervise(story)
    assert house.told == ["The worker process ended and is started again. It said: I was here"]
    assert house.diary() == ["worker ready", "worker ready", "worker ends"]


def test_a_child_that_never_gets_ready_is_given_up_with_its_last_words(house: House) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([house.child("broker")])
        await supervisor.start([house.child("pages", more='sys.exit("\\x1b[31mthe port is taken\\x1b[0m")')])

    with pytest.raises(ChildFailedError, match=r"pages process does not start\. It said: the port is taken More is"):
        house.supervise(story)
    assert house.diary() == ["broker ready", "broker ends"]
    assert len(house.told) == 2


def test_a_child_that_dies_again_and_again_after_a_good_start_is_given_up_too(house: House) -> None:
    flag = house.folder / "broken"

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([house.child("worker", more=f"pathlib.Path({str(flag)!r}).exists() and sys.exit(3)")])
        flag.touch()
        os.kill(house.pids("worker")[0], signal.SIGKILL)
        failure = await asyncio.wait_for(asyncio.shield(supervisor.failure), 10)
        assert "worker" in str(failure)

    house.supervise(story)


def test_a_child_that_does_not_end_is_killed_when_its_patience_is_over(house: House) -> None:
    deaf = house.child("deaf", more="signal.signal(signal.SIGTERM, signal.SIG_IGN)", patience=0.2)

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([deaf])

    began = time.monotonic()
    house.supervise(story)
    assert time.monotonic() - began < 5
    assert house.told == ["The deaf process takes too long to end and is killed."]
    assert not lives(house.pids("deaf")[0])


def test_a_second_ctrl_c_does_not_wait_for_the_slow(house: House) -> None:
    deaf = house.child("deaf", more="signal.signal(signal.SIGTERM, signal.SIG_IGN)", patience=60)

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([deaf])
        stopping = asyncio.create_task(supervisor.stop())
        await asyncio.sleep(0)
        supervisor.hurry()
        async with asyncio.timeout(5):
            await stopping

    house.supervise(story)
    assert not lives(house.pids("deaf")[0])


def test_a_stop_in_the_middle_of_a_start_leaves_nobody(house: House) -> None:
    async def story(supervisor: Supervisor) -> None:
        starting = asyncio.create_task(supervisor.start([house.child("slow", more='write("begins"); time.sleep(30)')]))
        await until(lambda: house.diary() == ["slow begins"])
        starting.cancel()

    began = time.monotonic()
    house.supervise(story)
    assert time.monotonic() - began < 5
    assert house.diary() == ["slow begins", "slow ends"]


def test_what_a_dead_child_leaves_behind_in_its_group_ends_with_it(house: House) -> None:
    offspring = (
        f'import subprocess; child = subprocess.Popen([{sys.executable!r}, "-c", "import time; time.sleep(60)"])'
    )
    note = house.folder / "offspring"

    async def story(supervisor: Supervisor) -> None:
        more = f"{offspring}; pathlib.Path({str(note)!r}).write_text(str(child.pid))"
        await supervisor.start([house.child("web", more=more)])
        left = int(note.read_text())
        os.kill(house.pids("web")[0], signal.SIGKILL)
        await until(lambda: not lives(left))
        await until(lambda: len(house.pids("web")) == 2)

    house.supervise(story)


def test_children_have_sessions_of_their_own_so_that_ctrl_c_reaches_the_supervisor_alone(house: House) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([house.child("web")])
        pid = house.pids("web")[0]
        assert os.getsid(pid) == pid != os.getsid(0)

    house.supervise(story)


def test_the_warden_knows_who_is_left() -> None:
    assert children_left(["+ 0 11\n", "+ 1 12\n", "- 11\n", "+ 2 13\n"]) == {12: 1, 13: 2}


def test_a_killed_supervisor_takes_its_children_along_in_reverse_order(house: House) -> None:
    """The supervisor is a process of its own here, so that it can be killed."""
    children = [house.child("broker"), house.child("worker")]
    processes = [subprocess.Popen(each.command, start_new_session=True, stdin=subprocess.DEVNULL) for each in children]
    asyncio.run(until(lambda: len(house.diary()) == 2))
    with subprocess.Popen([sys.executable, "-I", "-S", warden.__file__], stdin=subprocess.PIPE) as watching:
        assert watching.stdin is not None
        for stage, process in enumerate(processes):
            watching.stdin.write(f"+ {stage} {process.pid}\n".encode())
        watching.stdin.close()
        assert [process.wait(10) for process in processes] == [0, 0]
        assert watching.wait(10) == 0
    assert house.diary()[2:] == ["worker ends", "broker ends"]
