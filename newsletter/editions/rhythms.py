"""Whose calendar rule is whose: the newsletter's for a cadence, and a reader's own where they chose otherwise. Pure."""

from dataclasses import replace

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import Rule
from newsletter.subscriptions.subscribers import Cadence, Subscription


def rule_of(newsletter: Newsletter, cadence: Cadence) -> Rule:
    """The calendar rule of a newsletter's cadence."""
    return Rule(cadence, newsletter.weekday, newsletter.hour, newsletter.zone, newsletter.month_day)


def offered_cadences(newsletter: Newsletter) -> list[Cadence]:
    """The cadences that readers may choose from, the most frequent first."""
    switched_on = {*newsletter.offers.split(","), Cadence.WEEKLY}
    return [cadence for cadence in Cadence if cadence in switched_on]


def rule_for(newsletter: Newsletter, subscription: Subscription) -> Rule:
    """The calendar rule of a reader: the weekday only where the newsletter leaves it to them."""
    rule = rule_of(newsletter, Cadence(subscription.cadence))
    weekday = None if newsletter.is_weekday_fixed else subscription.weekday
    return replace(
        rule,
        weekday=rule.weekday if weekday is None else weekday,
        hour=rule.hour if subscription.hour is None else subscription.hour,
        zone=subscription.zone or rule.zone,
    )
