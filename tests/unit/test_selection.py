"""Which articles are due to a reader, and in which order."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.selection import (
    NOTHING,
    Candidate,
    Digest,
    ReaderView,
    Span,
    digest,
    due,
    in_order,
    window_opens,
)

CUTOFF = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
REACH = timedelta(days=21)
PAST = tuple(CUTOFF - WEEK * weeks for weeks in (5, 4, 3, 2, 1))
SPAN = Span(REACH, PAST)
LONG_AGO = CUTOFF - timedelta(days=400)
SCIENCE, TECHNOLOGY, AI = 1, 2, 3


def an_article(article_id: int = 1, *, age: timedelta = HOUR, topics: tuple[int, ...] = ()) -> Candidate:
    return Candidate(article_id, CUTOFF - age, frozenset(topics))


def ids_due(candidates: list[Candidate], reader: ReaderView, span: Span = SPAN) -> list[int]:
    return [candidate.article_id for candidate in due(candidates, reader, cutoff=CUTOFF, span=span)]


moments = st.timedeltas(timedelta(days=-2), timedelta(days=60)).map(lambda age: CUTOFF - age)
candidates = st.lists(
    st.builds(Candidate, st.integers(1, 200), moments, st.frozensets(st.integers(1, 4), max_size=3)),
    unique_by=lambda candidate: candidate.article_id,
    max_size=25,
)
readers = st.builds(
    ReaderView,
    moments,
    st.dictionaries(st.integers(1, 4), moments, max_size=4),
    st.frozensets(st.integers(1, 200), max_size=60),
)
spans = st.builds(Span, st.timedeltas(HOUR, timedelta(days=62)), st.lists(moments, max_size=6).map(sorted))


# --- The window -----------------------------------------------------------------------------------


def test_the_window_of_a_new_reader_opens_at_the_last_cutoff_before_they_joined() -> None:
    joined = CUTOFF - 2 * DAY
    assert window_opens(joined, CUTOFF, SPAN) == CUTOFF - WEEK


def test_the_window_reaches_back_so_far_and_no_further() -> None:
    assert window_opens(LONG_AGO, CUTOFF, SPAN) == CUTOFF - REACH
    assert window_opens(LONG_AGO, CUTOFF, Span(3 * DAY, PAST)) == CUTOFF - 3 * DAY


def test_the_window_before_any_edition_reaches_back_as_far_as_the_cadence_does() -> None:
    assert window_opens(CUTOFF - HOUR, CUTOFF, Span(REACH)) == CUTOFF - REACH


def test_who_joins_at_the_very_cutoff_of_an_edition_has_missed_it_and_gets_the_window_before_it() -> None:
    assert window_opens(PAST[-1], CUTOFF, SPAN) == PAST[-2]
    assert window_opens(PAST[-1] + timedelta(microseconds=1), CUTOFF, SPAN) == PAST[-1]


@given(moments, spans)
def test_a_window_opens_where_an_edition_closed_or_where_the_reach_ends(joined_at: datetime, span: Span) -> None:
    opens = window_opens(joined_at, CUTOFF, span)
    assert opens >= CUTOFF - span.reach_back
    assert opens == CUTOFF - span.reach_back or (opens in span.past_cutoffs and opens < joined_at)


@given(moments, moments, spans)
def test_who_joined_earlier_never_gets_a_smaller_window(first: datetime, second: datetime, span: Span) -> None:
    earlier, later = sorted((first, second))
    assert window_opens(earlier, CUTOFF, span) <= window_opens(later, CUTOFF, span)


# --- What is due ----------------------------------------------------------------------------------


def test_the_first_digest_is_the_one_that_everybody_gets_and_nothing_older() -> None:
    listed = [an_article(1, age=8 * DAY), an_article(2, age=6 * DAY), an_article(3, age=HOUR)]
    new = ReaderView(joined_at=CUTOFF - 2 * HOUR)
    faithful = ReaderView(joined_at=LONG_AGO, had=frozenset({1}))
    assert ids_due(listed, new) == ids_due(listed, faithful) == [2, 3]


def test_an_article_at_the_edges_of_the_window() -> None:
    reader = ReaderView(joined_at=CUTOFF - DAY)
    tick = timedelta(microseconds=1)
    listed = [
        an_article(1, age=WEEK),  # at the last cutoff: it was in that edition
        an_article(2, age=WEEK - tick),
        an_article(3, age=timedelta(0)),  # at this cutoff: it just makes it
        an_article(4, age=-tick),
    ]
    assert ids_due(listed, reader) == [2, 3]


def test_what_fits_into_no_digest_comes_with_the_next_and_lapses_in_the_end() -> None:
    reader = ReaderView(joined_at=LONG_AGO)
    assert ids_due([an_article(age=WEEK + DAY)], reader) == [1], "missed once, it is still due"
    assert ids_due([an_article(age=REACH)], reader) == [], "too old now"


def test_only_followed_topics_are_due() -> None:
    listed = [
        an_article(1, topics=(SCIENCE,)),
        an_article(2, topics=(TECHNOLOGY,)),
        an_article(3, topics=(AI, SCIENCE)),
        an_article(4),
    ]
    assert ids_due(listed, ReaderView(LONG_AGO, {SCIENCE: LONG_AGO})) == [1, 3, 4]
    assert ids_due(listed, ReaderView(LONG_AGO, {TECHNOLOGY: LONG_AGO, AI: LONG_AGO})) == [2, 3, 4]


def test_no_topic_chosen_means_all_and_no_topic_written_means_everybody() -> None:
    listed = [an_article(1, topics=(SCIENCE,)), an_article(2)]
    assert ids_due(listed, ReaderView(LONG_AGO)) == [1, 2]
    assert ids_due([an_article(2)], ReaderView(LONG_AGO, {AI: CUTOFF - HOUR})) == [2]


def test_a_topic_chosen_lately_brings_nothing_older_than_this_edition() -> None:
    reader = ReaderView(LONG_AGO, {SCIENCE: LONG_AGO, AI: CUTOFF - DAY})
    listed = [
        an_article(1, age=10 * DAY, topics=(SCIENCE,)),
        an_article(2, age=10 * DAY, topics=(AI,)),
        an_article(3, age=3 * DAY, topics=(AI,)),
        an_article(4, age=10 * DAY, topics=(AI, SCIENCE)),
    ]
    assert ids_due(listed, reader) == [1, 3, 4]


def test_a_topic_chosen_before_a_break_counts_from_the_return() -> None:
    reader = ReaderView(joined_at=CUTOFF - DAY, topics={SCIENCE: LONG_AGO})
    assert ids_due([an_article(age=10 * DAY, topics=(SCIENCE,))], reader) == []


@given(candidates, readers, spans)
def test_nobody_is_ever_due_an_article_that_they_had(listed: list[Candidate], reader: ReaderView, span: Span) -> None:
    assert not set(ids_due(listed, reader, span)) & set(reader.had)


@given(candidates, readers, spans)
def test_what_is_due_is_a_part_of_the_list_in_its_order_and_inside_the_reach(
    listed: list[Candidate], reader: ReaderView, span: Span
) -> None:
    found = due(listed, reader, cutoff=CUTOFF, span=span)
    assert [each for each in listed if each in found] == found
    assert all(CUTOFF - span.reach_back < each.released_at <= CUTOFF for each in found)
    assert all(not reader.topics or not each.topic_ids or each.topic_ids & set(reader.topics) for each in found)


@given(candidates, readers, spans)
def test_what_was_given_once_is_not_due_again_and_the_rest_stays_due(
    listed: list[Candidate], reader: ReaderView, span: Span
) -> None:
    first = digest(due(listed, reader, cutoff=CUTOFF, span=span), maximum=3)
    afterwards = ReaderView(reader.joined_at, reader.topics, frozenset(reader.had) | set(first.article_ids))
    rest = ids_due(listed, afterwards, span)
    assert sorted([*first.article_ids, *rest]) == sorted(ids_due(listed, reader, span))
    assert len(rest) == first.more


@given(candidates, readers, spans)
def test_following_one_topic_more_takes_nothing_away(listed: list[Candidate], reader: ReaderView, span: Span) -> None:
    if reader.topics:
        more = ReaderView(reader.joined_at, {**reader.topics, 9: CUTOFF}, reader.had)
        assert ids_due(listed, more, span) == ids_due(listed, reader, span)


# --- Digest and order -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "maximum", "shown", "more"), [(0, 3, 0, 0), (2, 3, 2, 0), (3, 3, 3, 0), (9, 3, 3, 6)]
)
def test_a_digest_holds_the_first_ones_and_counts_the_rest(count: int, maximum: int, shown: int, more: int) -> None:
    listed = [an_article(number) for number in range(1, count + 1)]
    assert digest(listed, maximum=maximum) == Digest(tuple(range(1, shown + 1)), more)
    assert digest([], maximum=maximum) == NOTHING


@given(candidates)
def test_an_order_loses_nothing_and_repeats_nothing(listed: list[Candidate]) -> None:
    assert Counter(in_order(listed)) == Counter(listed)


@given(candidates, st.randoms(use_true_random=False))
def test_an_order_does_not_depend_on_the_order_of_the_question(listed: list[Candidate], chance: object) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled) == in_order(listed)


@given(candidates)
def test_within_a_topic_the_newest_comes_first(listed: list[Candidate]) -> None:
    found = in_order(listed)
    for topic in {min(each.topic_ids, default=0) for each in listed}:
        of_topic = [each.released_at for each in found if min(each.topic_ids, default=0) == topic]
        assert of_topic == sorted(of_topic, reverse=True)


def test_a_busy_section_does_not_bury_the_others() -> None:
    busy = [an_article(number, age=number * HOUR, topics=(SCIENCE,)) for number in range(1, 6)]
    quiet = [an_article(10, age=2 * DAY, topics=(AI,)), an_article(11, age=3 * DAY, topics=(TECHNOLOGY,))]
    assert [each.article_id for each in in_order([*busy, *quiet])] == [1, 10, 11, 2, 3, 4, 5]
