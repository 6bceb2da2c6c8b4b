"""What a reader of another system had chosen there, as far as it can be chosen here. Pure."""

from collections.abc import Collection, Mapping

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.importing.rows import Row
from newsletter.subscriptions.subscribers import Cadence


def topic_names(topics: Collection[Topic]) -> dict[str, int]:
    """The ids of topics by all that a label may call them."""
    return {name.casefold(): topic.id for topic in topics for name in (topic.slug, topic.name)}


def choice_from(row: Row, newsletter: Newsletter, names: Mapping[str, int], offered: Collection[str]) -> Choice:
    """The choice in a row; what is as the newsletter has it is kept as nothing chosen.

    Labels that are called like topics are chosen; without any, and with all, every topic is. `names` comes from
    `topic_names`, `offered` are the cadences of the newsletter.
    """
    topics = frozenset(names[label] for label in row.topics if label in names)
    return Choice(
        topic_ids=frozenset() if len(topics) == len(set(names.values())) else topics,
        cadence=Cadence(row.cadence) if row.cadence in offered else Cadence.WEEKLY,
        weekday=None if newsletter.is_weekday_fixed or row.weekday == newsletter.weekday else row.weekday,
        hour=None if row.hour == newsletter.hour else row.hour,
        zone="" if row.zone == newsletter.zone else row.zone,
        wants_breaking=row.wants_breaking and newsletter.offers_breaking,
        language=row.language,
    )
