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

# Sign-ups.
CONFIRM_LINK_LIFETIME: Final = timedelta(days=7)
CONFIRMATIONS_PER_ADDRESS: Final = (
    (timedelta(minutes=10), 1),
    (timedelta(hours=24), 3),
    (timedelta(days=30), 5),
)
ALREADY_SUBSCRIBED_PER_ADDRESS: Final = timedelta(hours=24)

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
