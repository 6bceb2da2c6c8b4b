"""Which articles are due to a reader, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.histories import History
from newsletter.editions.likeness import view_at, window_opens
from newsletter.editions.selection import (
    NOTHING,
    Candidate,
    Digest,
    ReaderView,
    after,
    digest,
    due,
    due_of,
    in_reach,
)

CUTOFF = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
REACH = timedelta(days=21)
FLOOR = CUTOFF - REACH
CAME = [(CUTOFF + HOUR - WEEK * weeks, CUTOFF - WEEK * weeks) for weeks in (5, 4, 3, 2, 1)]
SCIENCE, TECHNOLOGY, AI = 1, 2, 3


def an_article(article_id: int = 1, *, age: timedelta = HOUR, topics: tuple[int, ...] = ()) -> Candidate:
    return Candidate(article_id, CUTOFF - age, frozenset(topics))


def ids_due(candidates: list[Candidate], reader: ReaderView, floor: datetime = FLOOR) -> list[int]:
    return [candidate.article_id for candidate in due(candidates, reader, floor=floor, cutoff=CUTOFF)]


moments = st.timedeltas(timedelta(days=-2), timedelta(days=60)).map(lambda age: CUTOFF - age)
windows = st.none() | moments
candidates = st.lists(
    st.builds(Candidate, st.integers(1, 200), moments, st.frozensets(st.integers(1, 4), max_size=3)),
    unique_by=lambda candidate: candidate.article_id,
    max_size=25,
)
some_ids = st.frozensets(st.integers(1, 200), max_size=60)
some_topics = st.dictionaries(st.integers(1, 4), windows, max_size=4).map(lambda of: tuple(sorted(of.items())))
some_histories = st.builds(History, some_ids, some_ids).map(lambda of: replace(of, carried=of.carried - of.had))
readers = st.builds(ReaderView, windows, some_topics, some_ids, some_ids, some_ids).map(
    lambda view: replace(view, had=view.had - view.owed, missed=view.missed & view.owed)
)
floors = st.timedeltas(HOUR, timedelta(days=62)).map(lambda reach: CUTOFF - reach)


# --- The window -----------------------------------------------------------------------------------


def test_the_window_of_a_new_reader_opens_at_the_cutoff_of_the_last_edition_before_they_joined() -> None:
    assert window_opens(CAME, CUTOFF - 2 * DAY) == CUTOFF - WEEK
    assert window_opens(CAME, CUTOFF - WEEK - DAY) == CUTOFF - 2 * WEEK


def test_before_any_edition_the_window_reaches_back_as_far_as_the_cadence_does() -> None:
    assert window_opens([], CUTOFF - HOUR) is None
    assert window_opens(CAME, CUTOFF - 6 * WEEK) is None


def test_who_joins_after_the_list_was_closed_and_before_their_hour_gets_that_edition_too() -> None:
    closed, came = CUTOFF - WEEK, CUTOFF - WEEK + HOUR
    assert window_opens(CAME, closed + HOUR / 2) == CUTOFF - 2 * WEEK
    assert window_opens(CAME, came) == closed, "at the very instant it is over"


@given(moments, moments)
def test_who_joined_earlier_never_gets_a_smaller_window(first: datetime, second: datetime) -> None:
    earlier, later = sorted((first, second))
    first_opens, second_opens = (max(window_opens(CAME, each) or FLOOR, FLOOR) for each in (earlier, later))
    assert first_opens <= second_opens


@given(candidates, windows, some_topics, some_histories, windows)
def test_from_whatever_instant_a_view_is_told_the_same_is_due(
    listed: list[Candidate],
    since: datetime | None,
    topics: tuple[tuple[int, datetime | None], ...],
    history: History,
    told_from: datetime | None,
) -> None:
    opens = ReaderView(since, topics)
    reached = in_reach(listed, opens.topic_ids, floor=FLOOR, cutoff=CUTOFF)
    naive = {each.article_id for each in due_of(reached, opens)} - history.had
    view = view_at(opens, history, reached, told_from)
    assert {each.article_id for each in due_of(reached, view)} == naive
    assert view.missed <= view.owed <= naive


# --- What is due ----------------------------------------------------------------------------------


def test_the_first_digest_is_the_one_that_everybody_gets_and_nothing_older() -> None:
    listed = [an_article(1, age=8 * DAY), an_article(2, age=6 * DAY), an_article(3, age=HOUR)]
    new = ReaderView(since=window_opens(CAME, CUTOFF - 2 * HOUR))
    faithful = ReaderView(had=frozenset({1}))
    assert ids_due(listed, new) == ids_due(listed, faithful) == [2, 3]


def test_an_article_at_the_edges_of_the_window() -> None:
    reader = ReaderView(since=CUTOFF - WEEK)
    tick = timedelta(microseconds=1)
    listed = [
        an_article(1, age=WEEK),  # at the last cutoff: it was in that edition
        an_article(2, age=WEEK - tick),
        an_article(3, age=timedelta(0)),  # at this cutoff: it just makes it
        an_article(4, age=-tick),
    ]
    assert ids_due(listed, reader) == [2, 3]


def test_what_was_not_given_lapses_where_the_reach_ends() -> None:
    assert ids_due([an_article(age=WEEK + DAY)], ReaderView()) == [1], "missed once, it is still due"
    assert ids_due([an_article(age=REACH)], ReaderView()) == [], "too old now"


def test_only_followed_topics_are_due() -> None:
    listed = [
        an_article(1, topics=(SCIENCE,)),
        an_article(2, topics=(TECHNOLOGY,)),
        an_article(3, topics=(AI, SCIENCE)),
        an_article(4),
    ]
    assert ids_due(listed, ReaderView(topics=((SCIENCE, None),))) == [1, 3, 4]
    assert ids_due(listed, ReaderView(topics=((TECHNOLOGY, None), (AI, None)))) == [2, 3, 4]


def test_no_topic_chosen_means_all_and_no_topic_written_means_everybody() -> None:
    listed = [an_article(1, topics=(SCIENCE,)), an_article(2)]
    assert ids_due(listed, ReaderView()) == [1, 2]
    assert ids_due([an_article(2)], ReaderView(topics=((AI, CUTOFF - HOUR),))) == [2]


def test_a_topic_chosen_lately_brings_nothing_older_than_its_window() -> None:
    reader = ReaderView(topics=((SCIENCE, None), (AI, CUTOFF - WEEK)))
    listed = [
        an_article(1, age=10 * DAY, topics=(SCIENCE,)),
        an_article(2, age=10 * DAY, topics=(AI,)),
        an_article(3, age=3 * DAY, topics=(AI,)),
        an_article(4, age=10 * DAY, topics=(AI, SCIENCE)),
    ]
    assert ids_due(listed, reader) == [1, 3, 4]


def test_a_topic_chosen_before_a_break_counts_from_the_return() -> None:
    reader = ReaderView(since=CUTOFF - DAY, topics=((SCIENCE, None),))
    assert ids_due([an_article(age=10 * DAY, topics=(SCIENCE,))], reader) == []


@given(candidates, readers, floors)
def test_nobody_is_ever_due_an_article_that_they_had(
    listed: list[Candidate], reader: ReaderView, floor: datetime
) -> None:
    assert not set(ids_due(listed, reader, floor)) & reader.had


@given(candidates, readers, floors)
def test_what_is_due_is_a_part_of_the_list_in_its_order_what_was_carried_over_behind(
    listed: list[Candidate], reader: ReaderView, floor: datetime
) -> None:
    found = due(listed, reader, floor=floor, cutoff=CUTOFF)
    behind = [each for each in found if each.article_id in reader.missed]
    new = [each for each in found if each.article_id not in reader.missed]
    assert found == new + behind
    assert [each for each in listed if each in new] == new
    assert [each for each in listed if each in behind] == behind
    assert all(floor < each.released_at <= CUTOFF for each in found)
    assert all(not reader.topics or not each.topic_ids or each.topic_ids & reader.topic_ids for each in found)


def then(listed: list[Candidate], view: ReaderView, got: Digest, floor: datetime, *, is_run: bool = True) -> ReaderView:
    released = {each.article_id: each.released_at for each in listed}
    found = due(listed, view, floor=floor, cutoff=CUTOFF)
    return after(view, found, got, cutoff=CUTOFF, released=released, is_run=is_run)


@given(candidates, readers, floors)
def test_what_did_not_fit_comes_once_more_and_then_lapses(
    listed: list[Candidate], reader: ReaderView, floor: datetime
) -> None:
    first = digest(due(listed, reader, floor=floor, cutoff=CUTOFF), maximum=3)
    view = then(listed, reader, first, floor)
    assert set(ids_due(listed, view, floor)) == set(first.left_out) - (reader.missed if first != NOTHING else set())
    second = digest(due(listed, view, floor=floor, cutoff=CUTOFF), maximum=3)
    assert ids_due(listed, then(listed, view, second, floor), floor) == []


@given(candidates, readers, floors)
def test_what_an_edition_between_two_runs_leaves_out_has_not_been_missed(
    listed: list[Candidate], reader: ReaderView, floor: datetime
) -> None:
    got = digest(due(listed, reader, floor=floor, cutoff=CUTOFF), maximum=3)
    view = then(listed, reader, got, floor, is_run=False)
    assert set(ids_due(listed, view, floor)) == set(got.left_out)
    assert view.missed == reader.missed & set(got.left_out) | {
        each.article_id for each in listed if each.article_id in reader.missed and each.released_at > CUTOFF
    }


@given(candidates, readers, floors)
def test_what_was_too_little_for_a_digest_waits(listed: list[Candidate], reader: ReaderView, floor: datetime) -> None:
    view = then(listed, reader, NOTHING, floor)
    assert sorted(ids_due(listed, view, floor)) == sorted(ids_due(listed, reader, floor))


@given(candidates, readers, floors)
def test_an_edition_changes_nothing_of_what_came_after_its_cutoff(
    listed: list[Candidate], reader: ReaderView, floor: datetime
) -> None:
    late = CUTOFF + timedelta(days=3)
    got = digest(due(listed, reader, floor=floor, cutoff=CUTOFF), maximum=3)
    view = then(listed, reader, got, floor)
    ahead = [each for each in listed if each.released_at > CUTOFF]
    before, afterwards = (due(ahead, each, floor=floor, cutoff=late) for each in (reader, view))
    assert before == afterwards


@given(candidates, readers, floors)
def test_following_one_topic_more_takes_nothing_away(
    listed: list[Candidate], reader: ReaderView, floor: datetime
) -> None:
    if reader.topics:
        more = replace(reader, topics=(*reader.topics, (9, CUTOFF)))
        assert ids_due(listed, more, floor) == ids_due(listed, reader, floor)


# --- Digest and order -----------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "maximum", "shown"), [(0, 3, 0), (2, 3, 2), (3, 3, 3), (9, 3, 3)])
def test_a_digest_holds_the_first_ones_and_says_what_did_not_fit(count: int, maximum: int, shown: int) -> None:
    every = tuple(range(1, count + 1))
    found = digest([an_article(number) for number in every], maximum=maximum)
    assert found == Digest(every[:shown], every[shown:])
    assert found.more == count - shown
    assert digest([], maximum=maximum) == NOTHING
