"""Putting a mail into a Maildir so that it survives whatever happens next."""

import itertools
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_SEQUENCE: Final = itertools.count()


def deliver(maildir: Path, copies: Sequence[bytes]) -> list[str]:
    """Store each of `copies` as a mail of its own in `maildir` and return their keys.

    When this returns, all are on the disk. On OSError (a full disk, say) none of them is there.
    A file is written under `tmp`, flushed, and moved to `new` in one step, so that no reader sees
    half a mail (https://cr.yp.to/proto/maildir.html).
    """
    written: list[Path] = []
    moved: list[Path] = []
    try:
        for content in copies:
            path = maildir / "tmp" / _unique_name()
            written.append(path)
            _write(path, content)
        for path in written:
            target = maildir / "new" / path.name
            path.rename(target)
            moved.append(target)
        _flush_folder(maildir / "new")
    except OSError:
        for path in (*written, *moved):
            path.unlink(missing_ok=True)
        raise
    return [path.name for path in moved]


def _unique_name() -> str:
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    # A slash or colon in the host's name would break the file's name.
    host = socket.gethostname().replace("/", r"\057").replace(":", r"\072")
    place = f"M{nanoseconds // 1000}P{os.getpid()}Q{next(_SEQUENCE)}"
    return f"{seconds}.{place}.{host}"


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
