"""The sentences that mails and pages share: the rhythm, the next mail, why somebody gets this. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import Rule, next_occurrence
from newsletter.language import ENGLISH, Tongue, day_and_year, hour_in_words, joined, long_date, weekday, zone_in_words
from newsletter.subscriptions.subscribers import Cadence

# Where a noun in the middle of a sentence begins with a small letter.
_SMALL_NOUNS: Final = frozenset({"en", "fr", "es"})


def rhythm(rule: Rule, tongue: Tongue = ENGLISH) -> str:
    """`every Friday at about seven in the morning, Berlin time`."""
    hour, zone = hour_in_words(rule.hour, tongue), zone_in_words(rule.zone, tongue)
    match rule.cadence:
        case Cadence.DAILY:
            return tongue.gettext("every day at about %(hour)s, %(zone)s", hour=hour, zone=zone)
        case Cadence.WEEKLY:
            day = weekday(rule.weekday, tongue)
            return tongue.gettext("every %(weekday)s at about %(hour)s, %(zone)s", weekday=day, hour=hour, zone=zone)
        case Cadence.MONTHLY:
            return tongue.gettext(
                "every month on %(day)s at about %(hour)s, %(zone)s",
                day=day_of_month(rule.month_day, tongue),
                hour=hour,
                zone=zone,
            )


def day_of_month(number: int, tongue: Tongue = ENGLISH) -> str:
    """`day 15`, `the last day`."""
    if number >= _LAST:
        return tongue.gettext("the last day")
    return tongue.gettext("day %(number)s", number=number)


def topics_in_words(names: Sequence[str], chosen: Sequence[str], tongue: Tongue = ENGLISH) -> str:
    """The topics somebody chose, as they stand in a sentence; `all topics` where that is so."""
    if not names or not chosen or len(chosen) == len(names):
        return tongue.gettext("all topics")
    return joined([_in_sentence(name, tongue) for name in chosen], tongue)


def next_mail_on(rule: Rule, now: datetime) -> date:
    """The local date of a reader's next digest."""
    return next_occurrence(rule, now).local_date


def next_mail(rule: Rule, now: datetime, tongue: Tongue = ENGLISH) -> str:
    """`Friday 4 December, at about seven in the morning, Berlin time`."""
    return tongue.gettext(
        "%(day)s, at about %(hour)s, %(zone)s",
        day=long_date(next_mail_on(rule, now), tongue),
        hour=hour_in_words(rule.hour, tongue),
        zone=zone_in_words(rule.zone, tongue),
    )


def reason(newsletter: Newsletter, signed_up_at: datetime, topics: str, rule: Rule, tongue: Tongue = ENGLISH) -> str:
    """Why somebody gets a mail: where and when they signed up, and what they chose."""
    local = signed_up_at.astimezone(ZoneInfo(newsletter.zone)).date()
    return tongue.gettext(
        "You get this because you signed up on %(site)s on %(day)s and chose %(topics)s, %(rhythm)s.",
        site=site_name(newsletter.site_url),
        day=day_and_year(local, tongue),
        topics=topics,
        rhythm=rhythm(rule, tongue),
    )


def site_name(url: str) -> str:
    """A site as people say it: its host, without www."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def local_day(newsletter: Newsletter, at: datetime, tongue: Tongue = ENGLISH) -> str:
    """`Friday 4 December`, in the newsletter's zone."""
    return long_date(at.astimezone(ZoneInfo(newsletter.zone)).date(), tongue)


_LAST: Final = 31


def _in_sentence(name: str, tongue: Tongue) -> str:
    """A topic's name inside a sentence: lower case, unless it is an abbreviation such as AI."""
    if tongue.language not in _SMALL_NOUNS or name[1:2].isupper():
        return name
    return name[:1].lower() + name[1:]
