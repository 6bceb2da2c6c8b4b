"""What a child said last: usually why it ended."""

import contextlib
import os
import re
from pathlib import Path
from typing import Final

_CONTROL: Final = re.compile(r"\x1b\[[0-9;]*m|[\x00-\x1f\x7f]")
_LONGEST: Final = 300
_TAIL: Final = 16 * 1024


def last_line(log: Path) -> str:
    """The last line of a log that says anything, without colours."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        lines = file.read().decode(errors="replace").splitlines()
        return next((text for line in reversed(lines) if (text := _plain(line))), "")
    return ""


def _plain(line: str) -> str:
    return _CONTROL.sub("", line).strip()[:_LONGEST]
