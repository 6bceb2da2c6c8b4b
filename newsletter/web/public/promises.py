"""The sentences that reader pages promise by. Pure."""

from datetime import datetime

from newsletter.editions.cadence import Rule
from newsletter.language import Tongue, hour_in_words, joined, long_date, weekday, zone_in_words
from newsletter.mails.sentences import day_of_month, next_mail_on
from newsletter.subscriptions.subscribers import Cadence


def promise(rule: Rule, tongue: Tongue, *, has_topics: bool) -> str:
    """What comes, when, and how to end it; stands above the button of the sign-up form."""
    hour, say = hour_in_words(rule.hour, tongue), tongue.gettext
    match rule.cadence, has_topics:
        case Cadence.DAILY, True:
            return say(
                "One mail a day about %(hour)s, on days with something new, only with the topics you ticked. "
                "Leave with one click in any mail.",
                hour=hour,
            )
        case Cadence.DAILY, False:
            return say(
                "One mail a day about %(hour)s, on days with something new. Leave with one click in any mail.",
                hour=hour,
            )
        case Cadence.WEEKLY, True:
            return say(
                "One mail every %(weekday)s about %(hour)s, only with the topics you ticked. "
                "Leave with one click in any mail.",
                weekday=weekday(rule.weekday, tongue),
                hour=hour,
            )
        case Cadence.WEEKLY, False:
            return say(
                "One mail every %(weekday)s about %(hour)s. Leave with one click in any mail.",
                weekday=weekday(rule.weekday, tongue),
                hour=hour,
            )
        case Cadence.MONTHLY, True:
            return say(
                "One mail a month, on %(day)s about %(hour)s, only with the topics you ticked. "
                "Leave with one click in any mail.",
                day=day_of_month(rule.month_day, tongue),
                hour=hour,
            )
        case _:
            return say(
                "One mail a month, on %(day)s about %(hour)s. Leave with one click in any mail.",
                day=day_of_month(rule.month_day, tongue),
                hour=hour,
            )


def first_one(rule: Rule, now: datetime, tongue: Tongue) -> str:
    """When somebody who signs up and confirms now gets the first digest."""
    return tongue.gettext(
        "Times are %(zone)s. The first mail comes on %(day)s.",
        zone=zone_in_words(rule.zone, tongue),
        day=long_date(next_mail_on(rule, now), tongue),
    )


def next_one(rule: Rule, now: datetime, tongue: Tongue) -> str:
    """`Friday 4 December, about 7:00`."""
    day = long_date(next_mail_on(rule, now), tongue)
    return tongue.gettext("%(day)s, about %(hour)s:00", day=day, hour=rule.hour)


def about(name: str, tagline: str, topics: list[str], tongue: Tongue) -> str:
    """What a newsletter is about, below the headline: its own line, or its topics."""
    if tagline:
        return tagline
    if not topics:
        return ""
    return tongue.gettext("%(newsletter)s: %(topics)s.", newsletter=name, topics=joined(topics, tongue))


def so_far(articles: int, tongue: Tongue) -> str:
    """How much waits for the next mail."""
    if not articles:
        return tongue.gettext("nothing new so far")
    return tongue.ngettext("%(num)s article so far", "%(num)s articles so far", articles)


def figure(articles: int, weeks: float, tongue: Tongue) -> str:
    """`about 4 a week`; empty where nothing is known."""
    if not articles:
        return ""
    a_week = round(articles / weeks)
    if not a_week:
        return tongue.gettext("less than one a week")
    return tongue.ngettext("about %(num)s a week", "about %(num)s a week", a_week)
