"""When a feed is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.feeds.pacing import after_failure, after_success, when_gone

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_feed_that_answers_is_asked_every_five_minutes() -> None:
    assert after_success(NOW) - NOW == 5 * MINUTE


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 320), (8, 360), (5_000, 360)]
)
def test_each_failure_doubles_the_pause_up_to_six_hours(failures: int, minutes: int) -> None:
    assert after_failure(failures, None, NOW) - NOW == minutes * MINUTE


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        ("3600", 60),
        ("60", 5),
        ("-60", 5),
        ("99999999999999999999", 24 * 60),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 120),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 5),
        ("Tue, 24 Nov 2037 08:00:00 GMT", 24 * 60),
        ("tomorrow", 5),
        ("٣٦٠٠", 5),
        ("", 5),
    ],
)
def test_a_pause_that_the_site_asks_for_is_kept_within_bounds(asked: str, minutes: int) -> None:
    assert after_failure(1, asked, NOW) - NOW == minutes * MINUTE


def test_a_feed_that_has_ended_is_looked_at_weekly() -> None:
    assert when_gone(NOW) - NOW == timedelta(days=7)
