"""How the desk says hours, spans and the names of editions."""

from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.editions.editions import Edition
from newsletter.web.desk import wording

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def an_edition(cadence: str, number: int | None = None) -> Edition:
    """An edition of Friday, 27 November, seven in the morning in Berlin."""
    at = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
    day = None if cadence == "special" else date(2026, 11, 27)
    return Edition(cadence=cadence, number=number, local_date=day, send_at=at)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=3, minutes=12, seconds=40), "3 h 12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1, minutes=30), "1 day"),
        (timedelta(days=2, hours=20, minutes=59), "2 days 20 h"),
        (timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_a_span_is_said_exactly_enough_to_plan_by(length: timedelta, said: str) -> None:
    assert wording.span(length) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, ""), (12.0, "less than a minute"), (95.0, "about 2 min"), (5400.0, "about 1 h 30 min")]
)
def test_the_time_left_is_said_as_the_guess_it_is(seconds: float | None, said: str) -> None:
    assert wording.time_left(seconds) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "10:00"),
        (NOW + timedelta(hours=14), "tomorrow 00:00"),
        (NOW - timedelta(hours=11), "yesterday 23:00"),
        (NOW + timedelta(days=3), "Fri 27 Nov, 10:00"),
        (NOW + timedelta(days=45), "Fri 8 Jan 2027, 10:00"),
    ],
)
def test_a_day_is_named_by_the_calendar_of_the_zone(at: datetime, said: str) -> None:
    assert wording.day_and_time(at, BERLIN, now=NOW) == said


@pytest.mark.parametrize(
    ("cadence", "number", "said"),
    [
        ("weekly", 214, "No. 214"),
        ("weekly", None, "Friday’s digest"),
        ("daily", None, "Friday’s daily digest"),
        ("special", None, "The special edition of 07:00"),
    ],
)
def test_an_edition_is_called_by_its_number_or_by_its_day(cadence: str, number: int | None, said: str) -> None:
    assert wording.edition_name(an_edition(cadence, number), BERLIN) == said
