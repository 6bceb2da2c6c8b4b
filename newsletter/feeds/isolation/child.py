"""The child process: reads bytes that nobody vouches for, and answers what it found.

Started as `python -m newsletter.feeds.isolation.child MEMORY_BYTES MODULE:FUNCTION…`; the parent says how
long a call may take and names a function, waits until that is imported, and sends the arguments. The child
ends when its input ends.
"""

import importlib
import json
import os
import pickle  # only for what the parent sends: see `_called`
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from newsletter.errors import GazetteError
from newsletter.feeds.isolation import frames, limits
from newsletter.feeds.isolation.values import dumped


def main() -> None:
    """Serve calls until there are no more."""
    memory_bytes, readers = int(sys.argv[1]), frozenset(sys.argv[2:])
    incoming, outgoing = _pipes()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    limits.confine(memory_bytes)
    while (call := frames.read_frame(incoming)) is not None:
        seconds, _space, name = call.decode().partition(" ")
        function = _function(name, readers)
        _send(outgoing, frames.READY)
        arguments = frames.read_frame(incoming)
        if arguments is None:
            return
        limits.bound_call(float(seconds))
        answer = _called(function, arguments)
        limits.unbound()
        _send(outgoing, answer)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two ways to the parent, kept from all else that runs here: what prints, prints nowhere."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(nowhere, each)
    os.close(nowhere)
    return incoming, outgoing


def _function(name: str, readers: frozenset[str]) -> Callable[..., Any]:
    if name not in readers:
        raise ValueError(f"{name} is not one of the readers")
    module, _colon, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function


def _called(function: Callable[..., Any], arguments: bytes) -> bytes:
    try:
        positional, named = pickle.loads(arguments)  # noqa: S301 - by the parent, which made this process
        return frames.DONE + dumped(function(*positional, **named))
    except GazetteError as error:
        kind = type(error)
        return frames.REFUSED + json.dumps([f"{kind.__module__}:{kind.__qualname__}", str(error)]).encode()
    except MemoryError:
        return frames.NO_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says it, and the next call goes on
        return frames.FAILED + _place(error).encode("utf-8", "replace")


def _place(error: Exception) -> str:
    """Which error, and where: enough to find it, and nothing of what was read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _send(outgoing: BinaryIO, content: bytes) -> None:
    outgoing.write(frames.framed(content))
    outgoing.flush()


if __name__ == "__main__":
    main()
