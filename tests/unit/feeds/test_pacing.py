"""When a feed is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.feeds.pacing import own_pause, pause_after_failure, pause_after_success, waits_as_asked

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("since", "pause"),
    [
        (-HOUR, 5 * MINUTE),
        (timedelta(0), 5 * MINUTE),
        (2 * DAY, 5 * MINUTE),
        (2 * DAY + MINUTE, 10 * MINUTE),
        (4 * DAY, 15 * MINUTE),
        (6 * DAY, 30 * MINUTE),
        (8 * DAY, HOUR),
        (30 * DAY, 2 * HOUR),
        (61 * DAY, 3 * HOUR),
        (3_000 * DAY, 3 * HOUR),
    ],
)
def test_the_longer_ago_the_last_change_the_longer_the_pause(since: timedelta, pause: timedelta) -> None:
    assert pause_after_success(NOW - since, NOW) == pause


def test_a_feed_that_changed_within_a_week_is_asked_every_half_hour_at_least() -> None:
    pauses = [pause_after_success(NOW - hours * HOUR, NOW) for hours in range(7 * 24 + 1)]
    assert max(pauses) == 30 * MINUTE
    assert pauses == sorted(pauses)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 320), (8, 360), (5_000, 360)]
)
def test_each_failure_doubles_the_pause_up_to_six_hours(failures: int, minutes: int) -> None:
    assert pause_after_failure(failures, None, NOW) == own_pause(failures) == minutes * MINUTE


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        ("3600", 60),
        ("60", 5),
        ("99999999999999999999", 24 * 60),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 120),
        ("Tue, 24 Nov 2037 08:00:00 GMT", 24 * 60),
    ],
)
def test_a_pause_that_the_site_asks_for_is_kept_within_bounds_and_can_be_told_from_ours(
    asked: str, minutes: int
) -> None:
    pause = pause_after_failure(1, asked, NOW)
    assert pause == minutes * MINUTE + MOMENT
    assert waits_as_asked(1, int(pause.total_seconds()))


@pytest.mark.parametrize(
    "asked",
    [
        *("-60", "0", "tomorrow", "٣٦٠٠", "", "Tue, 24 Nov 2026 08:00:00 GMT"),
        *("Tue, 24 Nov 99999999999999999999 08:00:00 GMT", "Tue, 24 Nov 2026 08:00:00 +99999999999999999999"),
    ],
)
def test_what_asks_for_no_pause_changes_nothing(asked: str) -> None:
    assert pause_after_failure(2, asked, NOW) == own_pause(2)


@pytest.mark.parametrize("failures", range(1, 12))
def test_our_own_pauses_are_not_taken_for_the_sites(failures: int) -> None:
    assert not waits_as_asked(failures, int(own_pause(failures).total_seconds()))


def test_a_feed_that_works_waits_as_we_please() -> None:
    assert not waits_as_asked(0, 3 * 60 * 60)
