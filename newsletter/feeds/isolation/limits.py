"""What a child may use of the machine, set by itself before it reads anything."""

import ctypes
import math
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from typing import Final

_MOST_FILES: Final = 64  # a module of Python at a time, and some room
_LIFE_SECONDS: Final = 3_600  # of processor time, over all calls
_NEW_USER_AND_NETWORK: Final = 0x10000000 | 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET


def confine(memory_bytes: int) -> None:
    """Give up what reading needs not: the network where the system allows that, files, processes, more memory."""
    _leave_network()
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, _LIFE_SECONDS)
    _limit(resource.RLIMIT_NOFILE, _MOST_FILES)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_CORE, 0)


def bound_call(seconds: float) -> None:
    """End this process when the call that begins now takes longer, also when the parent is no more."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    until = math.ceil(time.process_time() + seconds) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def unbound() -> None:
    """The call is over; waiting for the next costs nothing."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limit(kind: int, most: int) -> None:
    # Refused where the system knows no such limit (macOS has none for memory) or holds a lower one already.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))


def _leave_network() -> None:
    """Into a user and a network of its own: no address can be reached, and the parent cannot be looked into."""
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(_NEW_USER_AND_NETWORK) != 0:  # containers may forbid it; the other limits hold all the same
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
