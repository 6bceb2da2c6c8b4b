"""How dates, hours, zones, lists and numbers are said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import language


def test_dates_are_said_as_people_say_them() -> None:
    assert language.long_date(date(2026, 12, 4)) == "Friday 4 December"
    assert language.long_date(date(2028, 2, 29)) == "Tuesday 29 February"
    assert language.day_and_year(date(2026, 12, 4)) == "4 December 2026"


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (0, "midnight"),
        (1, "one in the morning"),
        (7, "seven in the morning"),
        (11, "eleven in the morning"),
        (12, "noon"),
        (13, "one in the afternoon"),
        (17, "five in the afternoon"),
        (18, "six in the evening"),
        (23, "eleven in the evening"),
    ],
)
def test_hours_are_said_in_words(hour: int, words: str) -> None:
    assert language.hour_in_words(hour) == words


def test_every_hour_of_the_day_has_words_of_its_own() -> None:
    assert len({language.hour_in_words(hour) for hour in range(24)}) == 24


def test_seven_days_have_seven_names() -> None:
    monday = date(2026, 11, 23)
    names = [language.long_date(monday + timedelta(days=day)).split()[0] for day in range(7)]
    assert names == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Berlin time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT", "UTC"),
    ],
)
def test_zones_are_named_by_their_town(zone: str, words: str) -> None:
    assert language.zone_in_words(zone) == words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ""),
        (["science"], "science"),
        (["science", "AI"], "science and AI"),
        (["science", "technology", "AI"], "science, technology and AI"),
    ],
)
def test_lists_end_with_and(words: list[str], said: str) -> None:
    assert language.joined(words) == said


@given(st.lists(st.text("abc", min_size=1), max_size=8))
def test_a_list_names_everything_in_its_order(words: list[str]) -> None:
    assert language.joined(words).replace(" and ", ", ").split(", ") == (words or [""])


def test_numbers_are_counted_with_their_noun() -> None:
    assert language.counted(0, "article") == "0 articles"
    assert language.counted(1, "article") == "1 article"
    assert language.counted(4812, "reader") == "4,812 readers"
    assert language.counted(1, "delivery", "deliveries") == "1 delivery"
    assert language.counted(2, "delivery", "deliveries") == "2 deliveries"
