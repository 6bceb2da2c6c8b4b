"""When a mail is tried again, and how kinds of mail differ."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.kinds import POLICIES, Lane, MailKind, Policy, WhenUnknown
from newsletter.delivery.retry import next_attempt, relay_pause

CREATED = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy(Lane.DIGESTS, timedelta(hours=72))
deferrals = st.integers(1, 200)
chances = st.floats(0, 1)
ages = st.timedeltas(timedelta(0), timedelta(hours=80))


def pause_after(count: int, *, chance: float = 0.5) -> timedelta:
    again = next_attempt(POLICY, created_at=CREATED, deferrals=count, now=CREATED, chance=chance)
    assert again is not None
    return again - CREATED


def test_the_pauses_grow_from_five_minutes_to_about_an_hour() -> None:
    assert [pause_after(count) / MINUTE for count in range(1, 9)] == [5, 10, 20, 40, 60, 63.5, 63.5, 63.5]


@given(deferrals, chances)
def test_chance_moves_an_attempt_by_a_fifth_at_most(count: int, chance: float) -> None:
    usual = pause_after(count)
    assert usual * 0.8 <= pause_after(count, chance=chance) + timedelta(microseconds=1)
    assert pause_after(count, chance=chance) <= usual * 1.2 + timedelta(microseconds=1)
    assert pause_after(count, chance=0) == usual * 0.8
    assert pause_after(count, chance=1) == usual * 1.2


@given(deferrals, ages, chances)
def test_a_mail_is_tried_later_and_within_its_lifetime_or_given_up(count: int, age: timedelta, chance: float) -> None:
    now = CREATED + age
    again = next_attempt(POLICY, created_at=CREATED, deferrals=count, now=now, chance=chance)
    if again is None:
        assert now + timedelta(minutes=77) > CREATED + POLICY.lifetime, "it was given up too early"
    else:
        assert now + 4 * MINUTE <= again <= CREATED + POLICY.lifetime


def test_a_mail_deferred_every_time_is_tried_for_three_days_and_then_given_up() -> None:
    now, count = CREATED, 0
    while (again := next_attempt(POLICY, created_at=CREATED, deferrals=count + 1, now=now, chance=0.5)) is not None:
        now, count = again, count + 1
        assert count < 100
    assert timedelta(hours=70) < now - CREATED <= timedelta(hours=72)
    assert count == 70


def test_the_last_instant_of_the_lifetime_still_counts() -> None:
    short = Policy(Lane.URGENT, timedelta(minutes=5))
    assert next_attempt(short, created_at=CREATED, deferrals=1, now=CREATED, chance=0.5) == CREATED + 5 * MINUTE
    assert next_attempt(short, created_at=CREATED, deferrals=1, now=CREATED, chance=0.51) is None


def test_a_relay_that_takes_no_mail_is_left_alone_longer_and_longer_up_to_a_minute() -> None:
    assert [relay_pause(failures).seconds for failures in range(1, 9)] == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("failures", [0, 11, 10_000])
def test_a_pause_is_never_absent_and_never_longer_than_a_minute(failures: int) -> None:
    assert timedelta(seconds=2) <= relay_pause(failures) <= timedelta(seconds=60)


def test_mail_that_a_person_waits_for_never_stands_behind_a_digest() -> None:
    assert {kind for kind in MailKind if POLICIES[kind].lane is Lane.DIGESTS} == {MailKind.DIGEST}


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_kind_outlives_greylisting_and_no_kind_is_tried_for_ever(kind: MailKind) -> None:
    policy = POLICIES[kind]
    assert timedelta(hours=4) <= policy.lifetime <= timedelta(hours=72)
    assert policy.when_unknown in WhenUnknown
    assert timedelta(0) < policy.unknown_pause < timedelta(minutes=5)
