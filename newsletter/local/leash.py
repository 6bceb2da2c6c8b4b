"""The supervisor's end of the warden's pipe; the warden says why it is there."""

import contextlib
import subprocess
import sys
from typing import Final

from newsletter.local import warden

_PATIENCE_SECONDS: Final = 1.0


class Leash:
    """Tells the warden which children there are."""

    def __init__(self) -> None:
        # -I and -S: the warden needs nothing of ours and starts in a few milliseconds.
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", warden.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def hold(self, pid: int, stage: int) -> None:
        """A child was started."""
        self._say(f"+ {stage} {pid}\n")

    def forget(self, pid: int) -> None:
        """A child has ended."""
        self._say(f"- {pid}\n")

    def let_go(self) -> None:
        """All have ended, and so may the warden."""
        assert self._warden.stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(BrokenPipeError):
            self._warden.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._warden.wait(_PATIENCE_SECONDS)

    def _say(self, line: str) -> None:
        assert self._warden.stdin is not None  # noqa: S101 - a pipe was asked for
        # A warden that somebody killed is missed only if the supervisor is killed as well.
        with contextlib.suppress(BrokenPipeError):
            self._warden.stdin.write(line.encode())
            self._warden.stdin.flush()
