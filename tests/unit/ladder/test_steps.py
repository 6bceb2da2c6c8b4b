"""What a sign-up meets: nothing, one more tap, a pause."""

from datetime import timedelta

import pytest

from newsletter.subscriptions.ladder.steps import Count, Limit, OneMoreTap, Pass, Step, Stop, step
from tests.data import NOW

HOUR = timedelta(hours=1)
NETWORK = Limit(HOUR, tap=40, stop=50)


def met(asked: int, taken: int = 0, *, needs_tap: bool = False, has_tapped: bool = False) -> Step:
    """What is called for within the limits of a network; the first was taken half an hour ago."""
    oldest = NOW - HOUR / 2 if taken else None
    counted = [(Count(asked, taken, oldest), NETWORK)]
    return step(counted, needs_tap=needs_tap, has_tapped=has_tapped, now=NOW)


@pytest.mark.parametrize("asked", [1, 39, 40])
def test_below_the_limit_nothing_is_asked(asked: int) -> None:
    assert met(asked) == Pass()


@pytest.mark.parametrize("asked", [41, 10_000])
def test_above_it_one_more_tap_is_asked_and_enough(asked: int) -> None:
    assert met(asked, 40) == OneMoreTap()
    assert met(asked, 49, has_tapped=True) == Pass()


def test_a_door_that_asks_always_is_content_with_one_tap() -> None:
    assert met(1, needs_tap=True) == OneMoreTap()
    assert met(1, needs_tap=True, has_tapped=True) == Pass()


@pytest.mark.parametrize("has_tapped", [True, False])
def test_where_as_many_were_taken_as_may_be_no_tap_helps_before_the_first_is_old(*, has_tapped: bool) -> None:
    assert met(60, 50, has_tapped=has_tapped) == Stop(NOW + HOUR / 2)


def test_of_several_pauses_the_longest_holds() -> None:
    minute = Limit(timedelta(minutes=1), stop=1)
    counted = [(Count(1, 50, NOW), NETWORK), (Count(1, 1, NOW), minute)]
    assert step(counted, needs_tap=False, has_tapped=True, now=NOW) == Stop(NOW + HOUR)


def test_one_busy_count_among_quiet_ones_is_enough() -> None:
    quiet, busy = (Count(1, 0), NETWORK), (Count(41, 0), NETWORK)
    assert step([quiet, busy, quiet], needs_tap=False, has_tapped=False, now=NOW) == OneMoreTap()


def test_what_has_no_limit_is_never_too_much() -> None:
    counted = [(Count(10**6, 10**6), Limit(HOUR))]
    assert step(counted, needs_tap=False, has_tapped=False, now=NOW) == Pass()


def test_one_of_several_processes_takes_a_part_and_at_least_one() -> None:
    assert NETWORK.shared_among(2) == Limit(HOUR, tap=20, stop=25)
    assert NETWORK.shared_among(100) == Limit(HOUR, tap=1, stop=1)
    assert Limit(HOUR, stop=30).shared_among(4) == Limit(HOUR, stop=7)
    assert NETWORK.shared_among(1) == NETWORK
