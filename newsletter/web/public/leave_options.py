"""What the leave page offers instead of leaving: mails less often, and a pause. Pure, but for what was entered."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import local_instant
from newsletter.editions.rhythms import offered_cadences, rule_for
from newsletter.language import Tongue, long_date, marked
from newsletter.subscriptions.subscribers import Cadence, Subscription

_ONCE: Final = {
    Cadence.DAILY: marked("Once a day"),
    Cadence.WEEKLY: marked("Once a week"),
    Cadence.MONTHLY: marked("Once a month"),
}
_PAUSES: Final = (7, 14, 30, 90)  # days
_USUAL_PAUSE: Final = 30


def slower(newsletter: Newsletter, subscription: Subscription) -> list[Cadence]:
    """The cadences with fewer mails than a reader gets now, that the newsletter offers; the next one first."""
    every = list(Cadence)
    now = every.index(Cadence(subscription.cadence))
    return [each for each in offered_cadences(newsletter) if every.index(each) > now]


def cadences_in_words(cadences: Sequence[Cadence], tongue: Tongue) -> list[tuple[str, str]]:
    """Cadences as a list to choose from shows them: value and words."""
    return [(each.value, tongue.gettext(_ONCE[each])) for each in cadences]


def pauses_in_words(
    newsletter: Newsletter, subscription: Subscription, tongue: Tongue, *, now: datetime
) -> list[dict[str, Any]]:
    """Pauses as a list to choose from shows them: days, the date they last until, and whether it is the usual one."""
    return [
        {
            "days": days,
            "until": pause_day(newsletter, subscription, pause_end(newsletter, subscription, days, now=now), tongue),
            "is_usual": days == _USUAL_PAUSE,
        }
        for days in _PAUSES
    ]


def pause_end(newsletter: Newsletter, subscription: Subscription, days: int, *, now: datetime) -> datetime:
    """The instant at which a pause of so many days ends: the beginning of a day where the reader is."""
    zone = rule_for(newsletter, subscription).zone
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return local_instant(day, 0, zone)


def pause_entered(newsletter: Newsletter, subscription: Subscription, *, now: datetime) -> datetime | None:
    """The end of a pause as it was entered: a day that was named, or else so many days; None for no day to come."""
    typed = request.form.get("until", "").strip()
    if not typed:
        return pause_end(newsletter, subscription, days_entered(), now=now)
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    zone = rule_for(newsletter, subscription).zone
    today = now.astimezone(ZoneInfo(zone)).date()
    return local_instant(day, 0, zone) if today < day <= today + defaults.LONGEST_PAUSE else None


def pause_day(newsletter: Newsletter, subscription: Subscription, until: datetime, tongue: Tongue) -> str:
    """The day on which a pause ends, in words."""
    return long_date(until.astimezone(ZoneInfo(rule_for(newsletter, subscription).zone)).date(), tongue)


def cadence_entered(newsletter: Newsletter, subscription: Subscription) -> Cadence | None:
    """The cadence that was chosen, or the slowest where it is none of those offered; None where there is none."""
    offered = slower(newsletter, subscription)
    typed = request.form.get("cadence", "")
    return next((each for each in offered if each == typed), offered[-1] if offered else None)


def is_slower_already(newsletter: Newsletter, subscription: Subscription) -> tuple[str, bool]:
    """The rhythm before this press, and whether an earlier press has taken what this one asks for."""
    former = former_cadence(newsletter)
    every = list(Cadence)
    now = Cadence(subscription.cadence)
    is_repeat = former is not None and every.index(former) < every.index(now)
    return former or subscription.cadence, is_repeat and request.form.get("cadence", "") == now


def days_entered() -> int:
    """For how many days to pause: what was chosen, or a month."""
    typed = request.form.get("days", "")
    return next((days for days in _PAUSES if str(days) == typed), _USUAL_PAUSE)


def former_cadence(newsletter: Newsletter) -> Cadence | None:
    """The cadence that *Undo* goes back to, or None for one that is not offered."""
    return next((each for each in offered_cadences(newsletter) if each == request.form.get("former", "")), None)
