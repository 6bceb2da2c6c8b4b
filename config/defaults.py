"""What happens when nobody touches anything; `docs/defaults.md` says the same, and a test compares."""

from datetime import timedelta
from typing import Final

# Schedule: a weekly digest, Fridays at seven, in the newsletter's own zone.
CADENCE: Final = "weekly"
WEEKDAY: Final = 4  # Monday is 0 (ISO weekday minus one), so this is Friday
HOUR: Final = 7
MONTH_DAY: Final = 1  # of a monthly digest, where one is switched on
OFFERED: Final = ("daily", "weekly")  # cadences that readers may choose from
ZONE: Final = "UTC"
CUTOFF_BEFORE_SEND: Final = timedelta(minutes=60)

# One digest holds at least and at most so many articles.
MINIMUM_ARTICLES: Final = 1
MAXIMUM_ARTICLES: Final = {"daily": 8, "weekly": 12, "monthly": 12, "special": 12}

# How far a digest reaches back before its cutoff, however new the reader is.
REACH_BACK: Final = {"daily": timedelta(days=3), "weekly": timedelta(days=21), "monthly": timedelta(days=62)}

# A run that is later than this does not go out by itself.
LATEST_START: Final = {"daily": timedelta(hours=12), "weekly": timedelta(hours=24), "monthly": timedelta(hours=24)}

# Then an editor is asked, reminded, and without an answer it is skipped; so is an edition that needs approval.
REMINDERS: Final = {"first": timedelta(hours=2), "second": timedelta(hours=12)}
ANSWER_WITHIN: Final = timedelta(hours=24)

# In each reader's zone: what is late comes from the first of these hours until the second.
SENDS_FROM: Final = 6
SENDS_UNTIL: Final = 21
LATE_AFTER: Final = timedelta(minutes=30)

# Sign-ups.
CONFIRM_LINK_LIFETIME: Final = timedelta(days=7)
CONFIRMATIONS_PER_ADDRESS: Final = (
    (timedelta(minutes=10), 1),
    (timedelta(hours=24), 3),
    (timedelta(days=30), 5),
)
PENDING_SIGN_UPS: Final = timedelta(days=14)
ALREADY_SUBSCRIBED_PER_ADDRESS: Final = timedelta(hours=24)
ASK_BOUNCED_AGAIN_AFTER: Final = timedelta(days=30)
WAITING_SITES: Final = 50

# Sign-ups above these meet the page "One more tap"; above the second of the network, a pause.
SIGN_UPS_FREE_PER_ADDRESS: Final = ((timedelta(hours=1), 5),)
SIGN_UPS_FREE_PER_NETWORK: Final = ((timedelta(hours=1), 40),)
SIGN_UPS_PER_NETWORK: Final = ((timedelta(hours=1), 50),)
SIGN_UPS_FREE_PER_NEWSLETTER: Final = ((timedelta(minutes=1), 120),)
SIGN_UPS_FREE_IN_ALL: Final = ((timedelta(minutes=1), 240),)
SIGN_UPS_BY_WAITING: Final = ((timedelta(minutes=1), 30),)
ONE_MORE_TAP_LIFETIME: Final = timedelta(minutes=15)
ONE_MORE_TAP_WAIT: Final = timedelta(seconds=20)
ONE_MORE_TAP_WAIT_WHEN_QUIET: Final = timedelta(seconds=3)

# Leaving, and what a reader may ask for.
UNDO_LEAVING: Final = timedelta(days=30)
UNDOS_OF_LEAVING_A_DAY: Final = 10
FRESH_LINK_LIFETIME: Final = timedelta(hours=6)
ADDRESS_CHANGE_LINK_LIFETIME: Final = timedelta(days=3)
ADDRESS_CHANGE_UNDO: Final = timedelta(days=14)
ADDRESS_CHANGE_LOCK: Final = timedelta(days=30)
ADDRESS_CHANGES: Final = timedelta(days=60)
LONGEST_PAUSE: Final = timedelta(days=366)

# Readers from other systems: how many of those who are staged are asked to confirm.
IMPORTED_ASKED: Final = ((timedelta(minutes=1), 60),)

# How long what is kept of readers is kept.
IMPORT_FILES: Final = timedelta(days=7)
IMPORT_ROWS: Final = timedelta(days=90)
NETWORK_ADDRESSES: Final = timedelta(days=30)
EVIDENCE_AFTER_LEAVING: Final = timedelta(days=1096)

# The desk.
LOGIN_LINK_LIFETIME: Final = timedelta(hours=24)
SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_LIFETIME: Final = timedelta(hours=12)

# Feeds.
POLL_INTERVAL: Final = timedelta(minutes=5)
LONGEST_POLL_INTERVAL: Final = timedelta(hours=3)
FEED_TROUBLE_AFTER: Final = timedelta(days=1)
GRACE_TIME: Final = timedelta(minutes=15)
SAME_STORY_WITHIN: Final = timedelta(days=14)

LANGUAGE: Final = "en"
