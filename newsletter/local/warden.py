"""Ends the children in order when the supervisor itself was killed.

A supervisor that dies by SIGKILL can stop nobody. Were its children to end with it by a death
signal, Redis could go first, and the worker would lose its broker in the middle of its work. So
this little program watches the supervisor's end of a pipe. It is run by its path, with nothing but
the standard library, since it must be up before anything else.

On its input, a line per child: `+ STAGE PID` when one was started, `- PID` when it has ended. When
the input ends, what is still there is stopped: the latest stage first.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

_PATIENCE_SECONDS = 9.0
_LOOK_SECONDS = 0.05


def children_left(lines: Iterable[str]) -> dict[int, int]:
    """The pids that have not ended once the supervisor falls silent, each with its stage."""
    left: dict[int, int] = {}
    for line in lines:
        words = line.split()
        if words[:1] == ["+"]:
            left[int(words[2])] = int(words[1])
        elif words[:1] == ["-"]:
            left.pop(int(words[1]), None)
    return left


def stop_in_order(left: dict[int, int]) -> None:
    """Ask stage after stage to end, the latest first; whoever is too slow is killed."""
    for stage in sorted(set(left.values()), reverse=True):
        pids = [pid for pid, its_stage in left.items() if its_stage == stage]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGTERM)
        ends_at = time.monotonic() + _PATIENCE_SECONDS
        while any(_lives(pid) for pid in pids) and time.monotonic() < ends_at:
            time.sleep(_LOOK_SECONDS)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib takes as long to load as all the rest
            # Ended, but nobody has asked for its status: in a container there may be no init that does.
            return file.read().rpartition(b")")[2].split()[0] not in {b"Z", b"X"}
    except ProcessLookupError:
        return False
    except OSError:
        return True  # no /proc on this system


def main() -> None:
    """Watch until the supervisor's end of the pipe is closed."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # it ends by itself, with the supervisor
    stop_in_order(children_left(sys.stdin))


if __name__ == "__main__":
    main()
