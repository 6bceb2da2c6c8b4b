"""The queues, and which task does which job."""

from typing import Final

from newsletter.jobs import JobKind

URGENT: Final = "urgent"
DIGESTS: Final = "digests"
UPKEEP: Final = "upkeep"

QUEUES: Final = (URGENT, DIGESTS, UPKEEP)

TASKS: Final = {
    JobKind.SEND_URGENT: "tasks.sending.send_urgent",
    JobKind.SEND_DIGESTS: "tasks.sending.send_digests",
    JobKind.FAN_OUT: "tasks.editions.fan_out",
    JobKind.POLL_FEED: "tasks.feeds.poll_feed",
    JobKind.POLL_FEEDS: "tasks.feeds.poll_feeds",
    JobKind.FETCH_PICTURES: "tasks.pictures.fetch_pictures",
    JobKind.RENEW_PUSHES: "tasks.feeds.renew_pushes",
    JobKind.READ_PAGES: "tasks.pages.read_pages",
    JobKind.SORT_IN: "tasks.editions.sort_in",
    JobKind.MERGE_GROUPS: "tasks.editions.merge_groups",
    JobKind.IMPORT_READERS: "tasks.importing.import_readers",
}

ROUTES: Final = {
    "tasks.sending.send_urgent": {"queue": URGENT},
    "tasks.sending.send_digests": {"queue": DIGESTS},
    "tasks.editions.*": {"queue": UPKEEP},
    "tasks.feeds.*": {"queue": UPKEEP},
    "tasks.importing.*": {"queue": UPKEEP},
    "tasks.pages.*": {"queue": UPKEEP},
    "tasks.pictures.*": {"queue": UPKEEP},
    "tasks.upkeep.*": {"queue": UPKEEP},
}
