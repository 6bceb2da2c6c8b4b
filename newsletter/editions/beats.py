"""A rhythm as a reader chose it, and when editions come to those who have it."""

from dataclasses import dataclass
from datetime import date, datetime

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.cadence import instant_on, local_instant, moved
from newsletter.editions.groups import AS_THE_NEWSLETTER, RhythmRow
from newsletter.editions.rhythms import rule_for
from newsletter.subscriptions.subscribers import Cadence, Subscription


@dataclass(frozen=True, slots=True)
class Beat:
    """A rhythm as it was chosen."""

    cadence: Cadence
    weekday: int | None = None  # Monday is 0; None: as the newsletter
    hour: int | None = None
    zone: str = ""

    @property
    def columns(self) -> dict[str, str | int]:
        """As a row of the table of rhythms has it."""
        return {
            "cadence": self.cadence.value,
            "weekday": AS_THE_NEWSLETTER if self.weekday is None else self.weekday,
            "hour": AS_THE_NEWSLETTER if self.hour is None else self.hour,
            "zone": self.zone,
        }


def beat_of_row(row: RhythmRow) -> Beat:
    """The rhythm that a row stands for."""
    return Beat(
        Cadence(row.cadence),
        None if row.weekday == AS_THE_NEWSLETTER else row.weekday,
        None if row.hour == AS_THE_NEWSLETTER else row.hour,
        row.zone,
    )


def beat_of(newsletter: Newsletter, subscription: Subscription) -> Beat:
    """The rhythm that a reader chose, without what has no meaning in it."""
    cadence = Cadence(subscription.cadence)
    has_weekday = cadence is Cadence.WEEKLY and not newsletter.is_weekday_fixed
    return Beat(cadence, subscription.weekday if has_weekday else None, subscription.hour, subscription.zone)


def came_at(newsletter: Newsletter, beat: Beat, day: date) -> datetime | None:
    """When an edition of a local date came to the readers of a rhythm; None where it was not theirs.

    Only a weekday that readers choose says whose an edition was: the newsletter's own may have been another one then.
    """
    rule = rule_for(newsletter, beat)
    if beat.cadence is Cadence.WEEKLY and not newsletter.is_weekday_fixed:
        return instant_on(rule, day)
    return local_instant(moved(rule, day), rule.hour, rule.zone)
