"""The sentences that reader pages promise by. Pure."""

import calendar
from datetime import datetime

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import rule_of
from newsletter.language import counted, hour_in_words, joined, long_date, zone_in_words
from newsletter.mails.sentences import next_mail_on
from newsletter.subscriptions.subscribers import Cadence


def promise(newsletter: Newsletter, cadence: Cadence, *, has_topics: bool) -> str:
    """What comes, when, and how to end it; stands above the button of the sign-up form."""
    hour = hour_in_words(newsletter.hour)
    when = (
        f"One mail a day about {hour}, on days with something new"
        if cadence is Cadence.DAILY
        else f"One mail every {calendar.day_name[newsletter.weekday]} about {hour}"
    )
    what = ", only with the topics you ticked" if has_topics else ""
    return f"{when}{what}. Leave with one click in any mail."


def first_one(newsletter: Newsletter, cadence: Cadence, now: datetime) -> str:
    """When somebody who signs up and confirms now gets the first digest."""
    day = long_date(next_mail_on(rule_of(newsletter, cadence), now))
    return f"Times are {zone_in_words(newsletter.zone)}. The first mail comes on {day}."


def next_one(newsletter: Newsletter, cadence: Cadence, now: datetime) -> str:
    """`Friday 4 December, about 7:00`."""
    return f"{long_date(next_mail_on(rule_of(newsletter, cadence), now))}, about {newsletter.hour}:00"


def about(newsletter: Newsletter, topics: list[str]) -> str:
    """What a newsletter is about, below the headline: its own line, or its topics."""
    if newsletter.tagline:
        return newsletter.tagline
    return f"{newsletter.name}: {joined(topics)}." if topics else ""


def so_far(articles: int) -> str:
    """How much waits for the next mail."""
    return f"{counted(articles, 'article')} so far" if articles else "nothing new so far"


def figure(articles: int, weeks: float) -> str:
    """`about 4 a week`; empty where nothing is known."""
    if not articles:
        return ""
    a_week = round(articles / weeks)
    return f"about {a_week} a week" if a_week else "less than one a week"
