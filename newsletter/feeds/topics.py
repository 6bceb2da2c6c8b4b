"""From the categories of a feed to the topics of a newsletter."""

from collections.abc import Iterable, Mapping, Sequence

from newsletter.catalogue.newsletters import Topic
from newsletter.catalogue.shelf import slug_of


def topics_by_name(topics: Sequence[Topic]) -> dict[str, int]:
    """The ids of topics by every name that a feed may use for them."""
    names: dict[str, int] = {}
    for topic in topics:
        for name in (topic.slug, slug_of(topic.name), topic.name.casefold()):
            if name:
                names.setdefault(name, topic.id)
    return names


def topics_for(categories: Iterable[str], names: Mapping[str, int], default: int | None) -> set[int]:
    """The topics that categories name; the feed's own topic where they name none."""
    found = {names[name] for each in categories for name in (slug_of(each), each.casefold()) if name in names}
    return found or ({default} if default is not None else set())
