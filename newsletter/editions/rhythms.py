"""Whose calendar rule is whose: the newsletter's for a cadence, and a reader's own where they chose otherwise. Pure."""

from dataclasses import replace
from functools import cache
from typing import Protocol
from zoneinfo import available_timezones

from newsletter.catalogue.blackouts import OnBlackout, blackouts_of
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import Rule
from newsletter.subscriptions.subscribers import Cadence


class Rhythm(Protocol):
    """What somebody chose: a subscription, or a form that is being filled in. None and empty: as the newsletter."""

    @property
    def cadence(self) -> str: ...
    @property
    def weekday(self) -> int | None: ...
    @property
    def hour(self) -> int | None: ...
    @property
    def zone(self) -> str: ...


def rule_of(newsletter: Newsletter, cadence: Cadence) -> Rule:
    """The calendar rule of a newsletter's cadence."""
    return Rule(
        *(cadence, newsletter.weekday, newsletter.hour, newsletter.zone, newsletter.month_day),
        blackouts_of(newsletter.blackout_dates),
        OnBlackout(newsletter.on_blackout),
    )


def is_zone(name: str) -> bool:
    """Whether there is a zone of this name, such as `Europe/Berlin`."""
    return name in every_zone()


def offered_cadences(newsletter: Newsletter) -> list[Cadence]:
    """The cadences that readers may choose from, the most frequent first."""
    switched_on = {*newsletter.offers.split(","), Cadence.WEEKLY}
    return [cadence for cadence in Cadence if cadence in switched_on]


def rule_for(newsletter: Newsletter, chosen: Rhythm) -> Rule:
    """The calendar rule of a reader: the weekday only where the newsletter leaves it to them.

    A zone that is known no more, as zones go when borders change, is taken for the newsletter's.
    """
    rule = rule_of(newsletter, Cadence(chosen.cadence))
    weekday = None if newsletter.is_weekday_fixed else chosen.weekday
    return replace(
        rule,
        weekday=rule.weekday if weekday is None else weekday,
        hour=rule.hour if chosen.hour is None else chosen.hour,
        zone=chosen.zone if is_zone(chosen.zone) else rule.zone,
    )


@cache
def every_zone() -> frozenset[str]:
    """The names of all zones, without the files of the zone database that are no zones of a place."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")
