"""The pace of answers to sign-ups: the same for every address, so that none of them tells who is known."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SECONDS: Final = 0.05


@contextmanager
def paced() -> Iterator[None]:
    """Take the same time for every address: a new one means more work than a known or suppressed one."""
    ends_at = time.monotonic() + _SECONDS
    yield
    time.sleep(max(0.0, ends_at - time.monotonic()))
