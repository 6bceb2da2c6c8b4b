"""The sentences that mails and pages share: the rhythm, the next mail, why somebody gets this. Pure."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.schedule import rule_of
from newsletter.language import day_and_year, hour_in_words, joined, long_date, zone_in_words
from newsletter.subscriptions.subscribers import Cadence


def rhythm(newsletter: Newsletter, cadence: Cadence) -> str:
    """`every Friday at about seven in the morning, Berlin time`."""
    day = "every day" if cadence is Cadence.DAILY else f"every {calendar.day_name[newsletter.weekday]}"
    return f"{day} at about {hour_in_words(newsletter.hour)}, {zone_in_words(newsletter.zone)}"


def topics_in_words(names: Sequence[str], chosen: Sequence[str]) -> str:
    """The topics somebody chose, as they stand in a sentence; `all topics` where that is so."""
    if not names or not chosen or len(chosen) == len(names):
        return "all topics"
    return joined([_in_sentence(name) for name in chosen])


def next_mail_on(newsletter: Newsletter, cadence: Cadence, now: datetime) -> date:
    """The local date of a reader's next digest."""
    return next_occurrence(rule_of(newsletter, cadence), now).local_date


def next_mail(newsletter: Newsletter, cadence: Cadence, now: datetime) -> str:
    """`Friday 4 December, at about seven in the morning, Berlin time`."""
    day = long_date(next_mail_on(newsletter, cadence, now))
    return f"{day}, at about {hour_in_words(newsletter.hour)}, {zone_in_words(newsletter.zone)}"


def reason(newsletter: Newsletter, signed_up_at: datetime, topics: str, cadence: Cadence) -> str:
    """Why somebody gets a mail: where and when they signed up, and what they chose."""
    local = signed_up_at.astimezone(ZoneInfo(newsletter.zone)).date()
    return (
        f"You get this because you signed up on {site_name(newsletter.site_url)} on {day_and_year(local)} "
        f"and chose {topics}, {rhythm(newsletter, cadence)}."
    )


def site_name(url: str) -> str:
    """A site as people say it: its host, without www."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def local_day(newsletter: Newsletter, at: datetime) -> str:
    """`Friday 4 December`, in the newsletter's zone."""
    return long_date(at.astimezone(ZoneInfo(newsletter.zone)).date())


def _in_sentence(name: str) -> str:
    """A topic's name inside a sentence: lower case, unless it is an abbreviation such as AI."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
