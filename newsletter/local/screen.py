"""What `./run` says while it starts, when all is ready, and when it ends. Plain lines where nobody watches."""

import os
import sys
import time
from typing import TYPE_CHECKING, Final, TextIO

from config.settings import Settings

if TYPE_CHECKING:
    from newsletter.local.preparing import Doors

NAMES: Final = {
    "redis": "Redis",
    "inbox": "local inbox",
    "database": "database",
    "web": "pages",
    "worker": "worker",
    "scheduler": "scheduler",
}
"""What people read for each child."""

_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class Screen:
    """Lines for the person in front of the terminal; each is written at once."""

    def __init__(self, settings: Settings, out: TextIO | None = None) -> None:
        self._settings = settings
        self._out = out or sys.stdout
        self._began_at = time.monotonic()
        self._has_colours = self._out.isatty() and not os.environ.get("NO_COLOR")

    def begin(self) -> None:
        """The first line."""
        self._line(f"Gazette starts. Its data lies in {self._settings.data_dir}")

    def step(self, name: str) -> None:
        """One more part is ready."""
        seconds = time.monotonic() - self._began_at
        self._line(self._dim(f"{seconds:6.1f} s  ") + NAMES.get(name, name))

    def tell(self, words: str) -> None:
        """Something that a person should know."""
        self._line(f"  !  {words}")

    def ready(self, doors: "Doors") -> None:
        """Where to go, once all is ready."""
        self._line("")
        self._line(f"  Reader's page  {self._bold(doors.reader)}")
        self._line(f"  Desk           {self._bold(doors.desk)}")
        if doors.is_login_link:
            self._line(self._dim("                 This link lets you in once, within a day."))
        if not self._settings.has_relay:
            self._line(f"  Inbox          {self._bold(self._settings.base_url + '/inbox')}")
            self._line(self._dim("                 No mail leaves this machine: all of it lies there."))
        self._line(f"  Data           {self._settings.data_dir}, logs in its folder log")
        for each in (*doors.warnings, *self._own_warnings()):
            self._line("")
            self.tell(each)
        self._line("")
        self._line(f"All is ready. {self._bold('Ctrl-C')} stops it.")

    def stopping(self) -> None:
        """The end has begun."""
        self._began_at = time.monotonic()
        self._line("Stopping, in order: the mails under way are finished first.")

    def stopped(self) -> None:
        """All is at an end."""
        self._line(f"Stopped after {time.monotonic() - self._began_at:.1f} s. Nothing is lost.")

    def _own_warnings(self) -> list[str]:
        if self._settings.is_bound_to_loopback:
            return []
        return [f"GAZETTE_BIND={self._settings.bind}: others in your network can open these pages."]

    def _line(self, words: str) -> None:
        try:
            self._out.write(words + "\n")
            self._out.flush()
        except OSError:
            # The terminal or the pipe is gone. What runs has to be stopped in order all the same.
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, self._out.fileno())
            os.close(silence)

    def _bold(self, words: str) -> str:
        return f"{_BOLD}{words}{_END}" if self._has_colours else words

    def _dim(self, words: str) -> str:
        return f"{_DIM}{words}{_END}" if self._has_colours else words
