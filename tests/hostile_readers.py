"""Readers that go wrong in a child process, each in its way; the tests of the isolation register them."""

import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from newsletter.feeds.parsing.items import FeedError


class Sort(StrEnum):
    GOOD = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    name: str
    at: datetime | None
    size: float


@dataclass(frozen=True, slots=True)
class Heap:
    sort: Sort
    data: bytes
    pieces: tuple[Piece, ...]
    pair: tuple[int, str]
    notes: dict[str, str]
    is_whole: bool = True


def returns(heap: Heap) -> Heap:
    return heap


def counts(content: bytes) -> int:
    return len(content)


def pauses(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def hangs(_content: bytes) -> int:
    while True:
        pass


def is_alarmed(_content: bytes) -> int:
    os.kill(os.getpid(), signal.SIGALRM)
    return 0


def eats_memory(_content: bytes) -> int:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def leaves(_content: bytes) -> int:
    os._exit(0)


def crashes(_content: bytes) -> int:
    return len(ctypes.string_at(0))


def refuses(content: bytes) -> int:
    raise FeedError(content.decode())


def stumbles(content: bytes) -> int:
    raise KeyError(content)


def answers_another_type(_content: bytes) -> int:
    return "many"  # type: ignore[return-value] # that is the point


def talks_too_much(_content: bytes) -> str:
    return "x" * 20_000_000


def prints(_content: bytes) -> int:
    print("hello", file=sys.stdout, flush=True)  # noqa: T201 - that is the point
    os.write(1, b"\0\0\0\1x")
    return 1


def environment(_content: bytes) -> dict[str, str]:
    return dict(os.environ)


def writes_a_file(path: str) -> int:
    with open(path, "wb") as file:  # noqa: PTH123 - as plain as can be
        return file.write(b"x")


def answers_by_itself(answer: bytes) -> int:
    """Taken over: writes to every pipe it has whatever it likes."""
    for each in range(3, 20):
        try:
            os.write(each, len(answer).to_bytes(4, "big") + answer)
        except OSError:  # none of its pipes
            continue
    os._exit(0)
