"""Work that is asked for after a commit.

The database is the queue; a job is only the doorbell (rule 1 of the house). A lost announcement
costs a few seconds until the sweep finds the rows, never a mail. `tasks/` maps each kind to the
Celery function that does it; this module knows nothing of that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto


class JobKind(StrEnum):
    """All kinds of work; an architecture test holds a task against each."""

    SEND_URGENT = auto()  # confirmations, login links: what a person waits for
    SEND_DIGESTS = auto()
    FAN_OUT = auto()  # row_id: the edition
    POLL_FEED = auto()  # row_id: the feed, if it is due
    POLL_FEEDS = auto()  # all that are due
    FETCH_PICTURES = auto()
    RENEW_PUSHES = auto()  # hubs that are to tell us of news
    READ_PAGES = auto()  # of articles whose feed says too little
    SORT_IN = auto()  # readers who changed something: each finds those who are alike
    MERGE_GROUPS = auto()  # row_id: the newsletter; readers whose groups an edition made alike
    IMPORT_READERS = auto()  # all files that wait, and staged readers who are to be asked


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: its kind, and the id of the row it is about, where it is about one."""

    kind: JobKind
    row_id: int | None = None


Announcer = Callable[[Job], None]
"""Rings the bell. It must not raise and must not wait: the row is already safe."""


def announce_nothing(_job: Job) -> None:
    """The announcer of commands and tests that leave the work to the sweep."""
