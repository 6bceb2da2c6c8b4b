"""What the changes of a page make of a choice that another tab has changed since."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscriptions.choices import Choice, merged
from newsletter.subscriptions.subscribers import Cadence

EVERY = frozenset({1, 2, 3})
SHOWN = Choice(frozenset({1}), Cadence.WEEKLY, 4, 7, "Europe/Berlin")
CHOICES = st.builds(
    Choice,
    topic_ids=st.frozensets(st.sampled_from(sorted(EVERY))),
    cadence=st.sampled_from(Cadence),
    weekday=st.none() | st.integers(0, 6),
    hour=st.none() | st.integers(0, 23),
    zone=st.sampled_from(["", "Europe/Berlin", "Asia/Kathmandu"]),
    wants_breaking=st.booleans(),
    language=st.sampled_from(["", "de"]),
)


def normal(choice: Choice) -> Choice:
    """The same choice, with all topics as none."""
    return replace(choice, topic_ids=frozenset() if choice.topic_ids == EVERY else choice.topic_ids)


def test_two_tabs_that_change_different_things_both_get_their_way() -> None:
    first = merged(SHOWN, SHOWN, replace(SHOWN, hour=18), EVERY)
    both = merged(first, SHOWN, replace(SHOWN, topic_ids=frozenset({1, 2})), EVERY)
    assert (both.hour, both.topic_ids) == (18, {1, 2})


def test_two_tabs_that_add_a_topic_each_add_both() -> None:
    first = merged(SHOWN, SHOWN, replace(SHOWN, topic_ids=frozenset({1, 2})), EVERY)
    both = merged(first, SHOWN, replace(SHOWN, topic_ids=frozenset({1, 3})), EVERY)
    assert both.topic_ids == frozenset()  # all of them, so that a later one comes too


def test_where_both_change_the_same_the_later_press_holds() -> None:
    first = merged(SHOWN, SHOWN, replace(SHOWN, hour=18), EVERY)
    assert merged(first, SHOWN, replace(SHOWN, hour=9), EVERY).hour == 9


def test_no_topic_left_means_all_of_them() -> None:
    assert merged(SHOWN, SHOWN, replace(SHOWN, topic_ids=frozenset()), EVERY).topic_ids == frozenset()


@given(current=CHOICES, shown=CHOICES)
def test_a_page_that_changes_nothing_changes_nothing(current: Choice, shown: Choice) -> None:
    assert merged(current, shown, shown, EVERY) == normal(current)


@given(current=CHOICES, entered=CHOICES)
def test_a_page_that_was_up_to_date_gets_all_it_asks_for(current: Choice, entered: Choice) -> None:
    assert merged(current, current, entered, EVERY) == normal(entered)
