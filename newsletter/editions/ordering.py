"""In which order an edition lists its articles: the editor's pins first, then by the rule of its newsletter. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from newsletter.catalogue.newsletters import ArticleOrder
from newsletter.editions.selection import Candidate


def in_order(candidates: Iterable[Candidate], order: ArticleOrder = ArticleOrder.SPREAD) -> list[Candidate]:
    """What is pinned, in the order in which it was; then the others by a rule."""
    every = list(candidates)
    pinned = [(each.pinned_at, each.article_id, each) for each in every if each.pinned_at is not None]
    first = [each for *_, each in sorted(pinned, key=lambda of: of[:2])]
    return [*first, *_RULES[order]([each for each in every if each.pinned_at is None])]


def newest_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """By the instant of their release."""
    return sorted(candidates, key=lambda each: (each.released_at, each.article_id), reverse=True)


def weightiest_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """By the weight that an editor gave them; of the same weight the newest first."""
    return sorted(newest_first(candidates), key=lambda each: -each.weight)


def spread_over_topics(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The newest of each topic, then the second of each, and so on: one busy section does not bury the others."""
    by_topic: dict[int, list[Candidate]] = {}
    for candidate in newest_first(candidates):
        by_topic.setdefault(min(candidate.topic_ids, default=0), []).append(candidate)
    rounds = zip_longest(*by_topic.values())
    return [candidate for one_round in rounds for candidate in one_round if candidate is not None]


_RULES: Final[Mapping[ArticleOrder, Callable[[Sequence[Candidate]], list[Candidate]]]] = {
    ArticleOrder.SPREAD: spread_over_topics,
    ArticleOrder.NEWEST: newest_first,
    ArticleOrder.WEIGHT: weightiest_first,
}
