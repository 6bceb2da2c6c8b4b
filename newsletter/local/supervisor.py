"""Starts children stage by stage, keeps them running, and stops them in the reverse order.

Every child has a session of its own: Ctrl-C in the terminal reaches the supervisor alone, and it is
the supervisor who says who ends when.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from newsletter.errors import GazetteError
from newsletter.local.children import ROOT, Child
from newsletter.local.last_words import last_line
from newsletter.local.leash import Leash

STOP_SECONDS: Final = 9.5
"""All children together may take so long to end; what is left then is killed."""
HURRIED_SECONDS: Final = 1.0
START_SECONDS: Final = 60.0
FAILED_STARTS: Final = 3
"""So many starts in a row without getting ready, and a child is given up."""
_LOOK_SECONDS: Final = 0.02


class ChildFailedError(GazetteError):
    """A child does not start; the text says which, its last words, and where to read more."""


class Supervisor:
    """Keeps children running between `start` and `stop`."""

    def __init__(self, *, tell: Callable[[str], None], pause_seconds: float = 0.5) -> None:
        self._tell = tell
        self._pause = pause_seconds  # before the first restart; doubled each time, up to half a minute
        self._stages: list[list[Child]] = []
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._deadline = float("inf")
        self._leash = Leash()
        self.failure: asyncio.Future[ChildFailedError] = asyncio.get_running_loop().create_future()
        """Set when a child is given up."""

    async def start(self, children: Sequence[Child], ready: Callable[[Child], None] = lambda _child: None) -> None:
        """Start one more stage, all of it at once, and wait until everybody is ready.

        Raises ChildFailedError when one does not get ready.
        """
        stage = len(self._stages)
        self._stages.append(list(children))
        waiting: list[asyncio.Future[object]] = []
        for child in children:
            is_up = asyncio.Event()
            self._keepers[child.name] = asyncio.create_task(self._keep(child, stage, is_up))
            waiting.append(asyncio.ensure_future(_then(is_up, child, ready)))
        everybody = asyncio.gather(*waiting)
        try:
            await first_of(everybody, self.failure)
        finally:
            everybody.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await everybody
        if self.failure.done():
            raise self.failure.result()

    async def stop(self) -> None:
        """Stop the latest stage first, each before the one it needs; doing it twice is harmless."""
        self._stopping.set()
        self._deadline = min(self._deadline, time.monotonic() + STOP_SECONDS)
        for stage in reversed(self._stages):
            await asyncio.gather(*(self._end(child) for child in stage))
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        self._leash.let_go()

    def hurry(self) -> None:
        """Whoever has not ended within a second is killed."""
        self._deadline = min(self._deadline, time.monotonic() + HURRIED_SECONDS)

    async def _keep(self, child: Child, stage: int, is_up: asyncio.Event) -> None:
        pause, failed = self._pause, 0
        while not self._stopping.is_set():
            if await self._run(child, stage, is_up):
                pause, failed = self._pause, 0
            else:
                failed += 1
            if self._stopping.is_set():
                return
            if failed >= FAILED_STARTS:
                if not self.failure.done():
                    self.failure.set_result(_given_up(child))
                return
            self._tell(f"{_titled(child)} ended and is started again. {_last_words(child)}".rstrip())
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30.0)

    async def _run(self, child: Child, stage: int, is_up: asyncio.Event) -> bool:
        """One life of a child; whether it got ready before it ended."""
        process = await self._spawn(child, stage)
        ended = asyncio.ensure_future(process.wait())
        became_ready = asyncio.ensure_future(_becomes_ready(child))
        try:
            await first_of(ended, became_ready)
            was_ready = not ended.done() and became_ready.result()
            if was_ready:
                is_up.set()
            elif not ended.done():
                _signal_group(process.pid, signal.SIGKILL)  # it hangs
            await ended
            return was_ready
        finally:
            became_ready.cancel()
            ended.cancel()
            if process.returncode is not None:
                _signal_group(process.pid, signal.SIGKILL)  # what a killed child may have left behind
                self._leash.forget(process.pid)

    async def _spawn(self, child: Child, stage: int) -> asyncio.subprocess.Process:
        if child.ready_file is not None:
            child.ready_file.unlink(missing_ok=True)
        with child.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=asyncio.subprocess.PIPE if child.stdin else asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=dict(child.environment),
                start_new_session=True,
            )
        self._processes[child.name] = process
        self._leash.hold(process.pid, stage)
        if process.stdin is not None:
            process.stdin.write(child.stdin)
            process.stdin.close()
        return process

    async def _end(self, child: Child) -> None:
        """Ask a child to end, and kill it when it takes too long."""
        process = self._processes.get(child.name)
        keeper = self._keepers[child.name]
        if process is None or process.returncode is not None:
            keeper.cancel()  # it waits for its next start
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        patience = min(time.monotonic() + child.patience, self._deadline)
        while not keeper.done() and time.monotonic() < min(patience, self._deadline):
            await asyncio.wait({keeper}, timeout=_LOOK_SECONDS)
        if not keeper.done():
            self._tell(f"{_titled(child)} takes too long to end and is killed.")
            _signal_group(process.pid, signal.SIGKILL)
            await asyncio.wait({keeper}, timeout=HURRIED_SECONDS)


async def first_of(*futures: asyncio.Future[Any]) -> None:
    """Wait until the first of these is done; the others go on."""
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


async def _then(is_up: asyncio.Event, child: Child, ready: Callable[[Child], None]) -> None:
    await is_up.wait()
    ready(child)


async def _becomes_ready(child: Child) -> bool:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        if await child.is_ready():
            return True
        await asyncio.sleep(_LOOK_SECONDS)
    return False


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _titled(child: Child) -> str:
    return f"The {child.name} process"


def _given_up(child: Child) -> ChildFailedError:
    return ChildFailedError(f"{_titled(child)} does not start. {_last_words(child)} More is in {child.log}.")


def _last_words(child: Child) -> str:
    said = last_line(child.log)
    return f"It said: {said}" if said else ""
