"""How the desk says hours, spans and the names of editions. Pure."""

import calendar
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.editions import SPECIAL, Edition
from newsletter.subscriptions.subscribers import Cadence

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def clock_time(at: datetime, zone: str) -> str:
    """`07:00`, as the clock shows it there."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day_and_time(at: datetime, zone: str, *, now: datetime) -> str:
    """`07:00` on the same day; else `tomorrow 07:00`, `Fri 4 Dec, 07:00`, and with the year if it is another."""
    there, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    days = (there.date() - today.date()).days
    near = {-1: "yesterday ", 0: "", 1: "tomorrow "}
    if days in near:
        return f"{near[days]}{there:%H:%M}"
    year = "" if there.year == today.year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {there:%H:%M}"


def span(length: timedelta) -> str:
    """`3 h 12 min`, `2 days 4 h`, `less than a minute`; exact enough to plan by."""
    seconds = int(length.total_seconds())
    if seconds < _MINUTE:
        return "less than a minute"
    days, rest = divmod(seconds, _DAY)
    hours, minutes = rest // _HOUR, rest % _HOUR // _MINUTE
    if days:
        parts = [f"{days} {'day' if days == 1 else 'days'}", f"{hours} h" if hours else ""]
    else:
        parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(part for part in parts if part)


def time_left(seconds: float | None) -> str:
    """`about two minutes`, in words that a guess deserves; empty where nobody can say."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return "less than a minute"
    return f"about {span(timedelta(seconds=round(seconds / _MINUTE) * _MINUTE))}"


def digest_name(newsletter: Newsletter, cadence: Cadence) -> str:
    """`Friday's digest`, `The daily digest`: what comes next of this cadence."""
    if cadence is Cadence.WEEKLY:
        return f"{calendar.day_name[newsletter.weekday]}’s digest"
    return f"The {cadence} digest"


def edition_name(edition: Edition, zone: str) -> str:
    """`No. 214`; without a number `Friday's digest`, or what was sent at once."""
    if edition.number is not None:
        return f"No. {edition.number}"
    if edition.cadence == SPECIAL or edition.local_date is None:
        return f"The special edition of {clock_time(edition.send_at, zone)}"
    if edition.cadence == Cadence.MONTHLY:
        return f"{calendar.month_name[edition.local_date.month]}’s digest"
    day = calendar.day_name[edition.local_date.weekday()]
    return f"{day}’s daily digest" if edition.cadence == Cadence.DAILY else f"{day}’s digest"
