"""When the next digest is due: calendar rules in named zones, whatever the clocks do there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.cadence import Occurrence, Rule, local_instant, next_occurrence
from newsletter.subscriptions.subscribers import Cadence

MINUTE = timedelta(minutes=1)
# Whole and half hours, both hemispheres, clocks that go back in winter or in Ramadan, at midnight or by
# half an hour, and a day that was skipped.
ZONES = (
    *("UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/St_Johns"),
    *("Africa/Casablanca", "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Asia/Tehran"),
    *("Australia/Lord_Howe", "Australia/Sydney", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati"),
)
each_cadence = st.sampled_from([Cadence.DAILY, Cadence.WEEKLY])
rules = st.builds(Rule, each_cadence, st.integers(0, 6), st.integers(0, 23), st.sampled_from(ZONES))
instants = st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added


def a_rule(zone: str, hour: int, *, cadence: Cadence = Cadence.DAILY, weekday: int = 4) -> Rule:
    return Rule(cadence, weekday, hour, zone)


def at(text: str) -> datetime:
    """An instant, as RFC 3339 writes it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def runs(rule: Rule, after: datetime, count: int) -> list[Occurrence]:
    """The next runs of a rule."""
    found: list[Occurrence] = []
    for _ in range(count):
        found.append(next_occurrence(rule, after))
        after = found[-1].at
    return found


def first_minute_that_reaches(day: date, hour: int, zone: str) -> datetime:
    """Found the slow way: the first minute at which a clock on the wall shows this hour, or a later one."""
    wanted, tz = datetime(day.year, day.month, day.day, hour), ZoneInfo(zone)  # noqa: DTZ001 - what a wall shows
    minute = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    for _ in range(3 * 24 * 60):
        if minute.astimezone(tz).replace(tzinfo=None) >= wanted:
            return minute
        minute += MINUTE
    raise AssertionError("no clock shows this")


@given(rules, instants)
def test_the_next_run_is_later_than_now_and_no_run_lies_between(rule: Rule, after: datetime) -> None:
    found = next_occurrence(rule, after)
    assert found.at > after
    for day in (found.local_date - timedelta(days=days) for days in range(1, 8)):
        if rule.cadence is Cadence.DAILY or day.weekday() == rule.weekday:
            assert local_instant(day, rule.hour, rule.zone) <= after


@given(rules, instants)
def test_a_run_is_on_its_weekday_at_its_hour_or_at_the_next_minute_that_exists(rule: Rule, after: datetime) -> None:
    found = next_occurrence(rule, after)
    assert rule.cadence is Cadence.DAILY or found.local_date.weekday() == rule.weekday
    assert found.at == first_minute_that_reaches(found.local_date, rule.hour, rule.zone)


@given(rules, instants)
def test_runs_follow_each_other_day_by_day_or_week_by_week(rule: Rule, after: datetime) -> None:
    step = timedelta(days=1 if rule.cadence is Cadence.DAILY else 7)
    first, second, third = (run.local_date for run in runs(rule, after, 3))
    assert (second - first, third - second) == (step, step)


@given(rules, instants, st.timedeltas(timedelta(0), timedelta(days=8)))
def test_asking_later_never_gives_an_earlier_run(rule: Rule, after: datetime, span: timedelta) -> None:
    assert next_occurrence(rule, after).at <= next_occurrence(rule, after + span).at


@given(rules, instants, st.sampled_from(ZONES))
def test_it_does_not_matter_in_which_zone_the_question_is_asked(rule: Rule, after: datetime, zone: str) -> None:
    assert next_occurrence(rule, after.astimezone(ZoneInfo(zone))) == next_occurrence(rule, after)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "instant"),
    [
        # Clocks go forward: the hour does not exist, and the next valid minute is meant.
        ("Europe/Berlin", "2026-03-29", 2, "2026-03-29T03:00:00+02:00"),
        ("America/New_York", "2026-03-08", 2, "2026-03-08T03:00:00-04:00"),
        ("America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T01:00:00-02:00"),
        ("Australia/Lord_Howe", "2026-10-04", 2, "2026-10-04T02:30:00+11:00"),
        ("Africa/Cairo", "2026-04-24", 0, "2026-04-24T01:00:00+03:00"),
        # Clocks go back: the hour occurs twice, and the first is meant.
        ("Europe/Berlin", "2026-10-25", 2, "2026-10-25T02:00:00+02:00"),
        ("America/New_York", "2026-11-01", 1, "2026-11-01T01:00:00-04:00"),
        ("Australia/Lord_Howe", "2026-04-05", 1, "2026-04-05T01:00:00+11:00"),
        # On the same days, hours that are as ever.
        ("Europe/Berlin", "2026-03-29", 7, "2026-03-29T07:00:00+02:00"),
        ("Europe/Berlin", "2026-10-25", 7, "2026-10-25T07:00:00+01:00"),
        ("Australia/Lord_Howe", "2026-04-05", 7, "2026-04-05T07:00:00+10:30"),
        # In Ramadan Morocco goes back by an hour and forward again afterwards.
        ("Africa/Casablanca", "2025-02-23", 7, "2025-02-23T07:00:00+00:00"),
        ("Africa/Casablanca", "2025-04-06", 2, "2025-04-06T03:00:00+01:00"),
        # Samoa had no 30 December 2011 at all.
        ("Pacific/Apia", "2011-12-29", 7, "2011-12-29T07:00:00-10:00"),
        ("Pacific/Apia", "2011-12-30", 7, "2011-12-31T00:00:00+14:00"),
        ("Pacific/Apia", "2011-12-31", 7, "2011-12-31T07:00:00+14:00"),
    ],
)
def test_an_hour_is_found_on_days_when_the_clocks_change(zone: str, day: str, hour: int, instant: str) -> None:
    assert local_instant(date.fromisoformat(day), hour, zone) == at(instant)


def test_a_daily_run_comes_once_on_each_day_of_a_week_with_a_clock_change() -> None:
    for around, hour in (("2026-03-26T00:00:00+01:00", 2), ("2026-10-22T00:00:00+02:00", 2)):
        found = runs(a_rule("Europe/Berlin", hour), at(around), 7)
        assert len({run.local_date for run in found}) == 7
        assert len({run.at.astimezone(ZoneInfo("Europe/Berlin")).date() for run in found}) == 7


def test_a_weekly_run_keeps_its_hour_on_the_wall_across_a_clock_change() -> None:
    rule = a_rule("Europe/Berlin", 7, cadence=Cadence.WEEKLY)
    before, after = runs(rule, at("2026-10-20T12:00:00+00:00"), 2)
    assert (before.at, after.at) == (at("2026-10-23T05:00:00+00:00"), at("2026-10-30T06:00:00+00:00"))


def test_the_skipped_day_of_samoa_has_its_run_at_its_end() -> None:
    found = runs(a_rule("Pacific/Apia", 7), at("2011-12-29T08:00:00-10:00"), 2)
    assert [run.local_date for run in found] == [date(2011, 12, 30), date(2011, 12, 31)]
    assert found[0].at < found[1].at


def test_a_run_of_this_very_instant_is_not_the_next_one() -> None:
    rule = a_rule("Europe/Berlin", 7, cadence=Cadence.WEEKLY)
    friday = at("2026-11-27T07:00:00+01:00")
    assert next_occurrence(rule, friday - timedelta(microseconds=1)).at == friday
    assert next_occurrence(rule, friday).at == at("2026-12-04T07:00:00+01:00")


@pytest.mark.parametrize(
    ("after", "local_date"),
    [
        ("2026-12-31T23:30:00+00:00", date(2027, 1, 1)),
        ("2028-02-28T12:00:00+00:00", date(2028, 2, 29)),
        ("2028-02-29T12:00:00+00:00", date(2028, 3, 1)),
        ("2027-02-28T12:00:00+00:00", date(2027, 3, 1)),
    ],
)
def test_years_end_and_leap_days_are_days_like_others(after: str, local_date: date) -> None:
    assert next_occurrence(a_rule("UTC", 7), at(after)).local_date == local_date


def test_one_rule_means_other_instants_in_other_zones() -> None:
    after = at("2026-11-26T00:00:00+00:00")
    east, west = (next_occurrence(a_rule(zone, 7), after) for zone in ("Pacific/Kiritimati", "America/New_York"))
    assert (east.at, east.local_date) == (at("2026-11-26T17:00:00+00:00"), date(2026, 11, 27))
    assert (west.at, west.local_date) == (at("2026-11-26T12:00:00+00:00"), date(2026, 11, 26))


def test_instants_are_given_in_utc() -> None:
    assert next_occurrence(a_rule("Europe/Berlin", 7), at("2026-11-26T00:00:00+00:00")).at.tzinfo is UTC
