"""In which order an edition lists its articles."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.catalogue.newsletters import ArticleOrder
from newsletter.editions.ordering import in_order
from newsletter.editions.selection import Candidate, ReaderView, due_of

CUTOFF = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCIENCE, TECHNOLOGY, AI = 1, 2, 3
moments = st.timedeltas(timedelta(0), timedelta(days=60)).map(lambda age: CUTOFF - age)
candidates = st.lists(
    st.builds(
        Candidate,
        *(st.integers(1, 200), moments, st.frozensets(st.integers(1, 4), max_size=3)),
        pinned_at=st.none() | st.none() | moments,
        weight=st.integers(-1, 2),
    ),
    unique_by=lambda candidate: candidate.article_id,
    max_size=25,
)
orders = st.sampled_from(ArticleOrder)


def an_article(article_id: int, *, age: timedelta = HOUR, topics: tuple[int, ...] = (), weight: int = 0) -> Candidate:
    return Candidate(article_id, CUTOFF - age, frozenset(topics), weight=weight)


def ids(listed: list[Candidate], order: ArticleOrder) -> list[int]:
    return [each.article_id for each in in_order(listed, order)]


@given(candidates, orders)
def test_an_order_loses_nothing_and_repeats_nothing(listed: list[Candidate], order: ArticleOrder) -> None:
    assert Counter(in_order(listed, order)) == Counter(listed)


@given(candidates, orders, st.randoms(use_true_random=False))
def test_an_order_does_not_depend_on_the_order_of_the_question(
    listed: list[Candidate], order: ArticleOrder, chance: object
) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled, order) == in_order(listed, order)


@given(candidates, orders)
def test_what_is_pinned_stands_first_in_the_order_in_which_it_was(listed: list[Candidate], order: ArticleOrder) -> None:
    found = in_order(listed, order)
    pins = [each.pinned_at for each in found if each.pinned_at is not None]
    assert pins == [each.pinned_at for each in found[: len(pins)]]
    assert pins == sorted(pins)


@given(candidates)
def test_spread_over_topics_the_newest_of_each_comes_first(listed: list[Candidate]) -> None:
    found = [each for each in in_order(listed, ArticleOrder.SPREAD) if each.pinned_at is None]
    for topic in {min(each.topic_ids, default=0) for each in found}:
        of_topic = [each.released_at for each in found if min(each.topic_ids, default=0) == topic]
        assert of_topic == sorted(of_topic, reverse=True)


def test_a_busy_section_does_not_bury_the_others() -> None:
    busy = [an_article(number, age=number * HOUR, topics=(SCIENCE,)) for number in range(1, 6)]
    quiet = [an_article(10, age=2 * DAY, topics=(AI,)), an_article(11, age=3 * DAY, topics=(TECHNOLOGY,))]
    assert ids([*busy, *quiet], ArticleOrder.SPREAD) == [1, 10, 11, 2, 3, 4, 5]
    assert ids([*busy, *quiet], ArticleOrder.NEWEST) == [1, 2, 3, 4, 5, 10, 11]


def test_the_most_important_comes_first_and_of_the_same_weight_the_newest() -> None:
    listed = [an_article(number, age=number * HOUR, weight=weight) for number, weight in enumerate([0, 2, -1, 2, 1])]
    assert ids(listed, ArticleOrder.WEIGHT) == [1, 3, 4, 0, 2]


@pytest.mark.parametrize(("pinned_at", "order"), [(None, [2, 3, 1]), (CUTOFF - DAY, [1, 2, 3])])
def test_what_was_missed_stands_behind_what_is_new_unless_it_is_pinned(
    pinned_at: datetime | None, order: list[int]
) -> None:
    missed = Candidate(1, CUTOFF - 8 * DAY, pinned_at=pinned_at)
    listed = in_order([missed, an_article(2), an_article(3, age=2 * HOUR)])
    reader = ReaderView(since=CUTOFF - 7 * DAY, owed=frozenset({1}), missed=frozenset({1}))
    assert [each.article_id for each in due_of(listed, reader)] == order
