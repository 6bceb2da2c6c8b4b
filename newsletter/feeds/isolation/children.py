"""A child process as its parent sees it: started, asked, ended."""

import os
import pickle  # only towards the child; what comes back is plain JSON
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import newsletter
from newsletter.feeds.isolation import frames

_MODULE: Final = "newsletter.feeds.isolation.child"
_HOUSE: Final = Path(newsletter.__file__).parent.parent
_START_SECONDS: Final = 30.0  # to start and to import, on a machine that is busy
_LAST_BREATH: Final = 1.0  # seconds from letting go of its pipes to its end
_MOST_ANSWER: Final = 16_000_000
_PIECE: Final = 65_536
_KEPT: Final = frozenset(
    {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}
)


class ChildTimeoutError(Exception):
    """The child has not answered in time."""


class ChildGoneError(Exception):
    """The child has ended, or answers what no child says."""


class Child:
    """One process that calls readers, one call at a time."""

    def __init__(self, memory_bytes: int, readers: frozenset[str]) -> None:
        self._parent = os.getpid()
        self._in_use = threading.Lock()
        self.calls = 0
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", _MODULE, str(memory_bytes), *sorted(readers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_HOUSE,
            env=bare(os.environ),
            start_new_session=True,  # a signal to the parent's group is the parent's matter
        )
        for pipe in (self._incoming, self._outgoing):
            os.set_blocking(pipe.fileno(), False)

    def call(self, name: str, seconds: float, positional: tuple[Any, ...], named: dict[str, Any]) -> bytes:
        """Its answer within so many seconds, as `frames` has it.

        Raises ChildTimeoutError or ChildGoneError; then it must be ended.
        """
        self.calls += 1
        with self._in_use:
            if self._exchange(f"{seconds} {name}".encode(), _START_SECONDS) != frames.READY:
                raise ChildGoneError
            try:
                return self._exchange(pickle.dumps((positional, named)), seconds)
            except ChildGoneError:
                if self._was_out_of_time:
                    raise ChildTimeoutError from None
                raise

    def end(self) -> None:
        """End it at once, whoever is waiting for its answer. After a fork only the parent does."""
        if not self.is_ours:
            self._process.returncode = 0  # it is somebody else's child; letting go of the pipes is all there is to do
            self._close_pipes()
            return
        self._process.kill()
        with self._in_use:  # who waits for an answer notices first that there will be none
            self._close_pipes()
        self._process.wait()

    @property
    def is_fit(self) -> bool:
        """Whether it can be called: this process started it, and it still runs."""
        return self.is_ours and self._process.poll() is None

    @property
    def is_ours(self) -> bool:
        """Whether this process started it, and not one that this process was forked from."""
        return os.getpid() == self._parent

    @property
    def _was_out_of_time(self) -> bool:
        """Whether it was its own alarm that ended it; that may ring before the parent looks at the clock."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_LAST_BREATH) in {-signal.SIGALRM, -signal.SIGXCPU}
        return False

    def _close_pipes(self) -> None:
        for pipe in (self._incoming, self._outgoing):
            pipe.close()

    def _exchange(self, content: bytes, seconds: float) -> bytes:
        """Send a frame and read one, both before the time is over."""
        ends_at = time.monotonic() + seconds
        try:
            self._write(frames.framed(content), ends_at)
            (length,) = frames.HEAD.unpack(self._read(frames.HEAD.size, ends_at))
            if length > _MOST_ANSWER:
                raise ChildGoneError
            return self._read(length, ends_at)
        except OSError:
            raise ChildGoneError from None

    def _write(self, content: bytes, ends_at: float) -> None:
        rest = memoryview(content)
        while rest:
            _await(self._outgoing, selectors.EVENT_WRITE, ends_at)
            with suppress(BlockingIOError):
                rest = rest[os.write(self._outgoing.fileno(), rest[:_PIECE]) :]

    def _read(self, length: int, ends_at: float) -> bytes:
        content = bytearray()
        while len(content) < length:
            _await(self._incoming, selectors.EVENT_READ, ends_at)
            with suppress(BlockingIOError):
                piece = os.read(self._incoming.fileno(), min(_PIECE, length - len(content)))
                if not piece:
                    raise ChildGoneError
                content += piece
        return bytes(content)

    @property
    def _outgoing(self) -> IO[bytes]:
        return _given(self._process.stdin)

    @property
    def _incoming(self) -> IO[bytes]:
        return _given(self._process.stdout)


def bare(environment: Mapping[str, str]) -> dict[str, str]:
    """What Python needs of an environment, and nothing that is secret."""
    return {name: value for name, value in environment.items() if name in _KEPT} | {"PYTHONUTF8": "1"}


def _given(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - both were asked for
    return pipe


def _await(pipe: IO[bytes], event: int, ends_at: float) -> None:
    """Wait until a pipe can be read from or written to; raises ChildTimeoutError when the time is over."""
    with selectors.PollSelector() as selector:
        selector.register(pipe, event)
        left = ends_at - time.monotonic()
        if left <= 0 or not selector.select(left):
            raise ChildTimeoutError
