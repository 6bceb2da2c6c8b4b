"""Names from bylines, dates as pages write them, and titles without the site's name."""

from datetime import UTC, datetime

import pytest

from newsletter.feeds.extracting.bylines import byline
from newsletter.feeds.extracting.instants import instant
from newsletter.feeds.extracting.titles import without_site


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("By Ann Bell", "Ann Bell"),
        ("Von Lea Hofstätter und Tomas Brandl", "Lea Hofstätter, Tomas Brandl"),
        ("par Zoé Lemaire et Luc Petit", "Zoé Lemaire, Luc Petit"),
        ("ANN BELL", "Ann Bell"),
        ("Ann Bell, Bo Cole, and Cy Dorn", "Ann Bell, Bo Cole, Cy Dorn"),
        ("Ann Bell | 24 November 2026, 10:15", "Ann Bell"),
        ("Ann Bell, Staff Writer", "Ann Bell"),
        ("Ann Bell (@annbell)", "Ann Bell"),
        ("https://facebook.example/annbell", ""),
        ("ann@harbour.example", ""),
        ("Staff", ""),
        ("Redaktion", ""),
        ("admin", ""),
        ("Harbour Post", ""),
        ("", ""),
        ("Sammy Davis, Jr.", "Sammy Davis, Jr"),
        ("Byron Vonn", "Byron Vonn"),
    ],
)
def test_a_byline_is_its_names(written: str, names: str) -> None:
    assert byline([written], "Harbour Post") == names


def test_a_name_is_given_once_and_whole() -> None:
    assert byline(["Ann Bell", "ann bell", "Bell"]) == "Ann Bell"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-24T09:00:00Z", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        ("2026-11-24T09:00:00.123+01:00", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("2026-11-24T09:00+0100", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("2026-11-24 9:05", datetime(2026, 11, 24, 9, 5, tzinfo=UTC)),
        ("2026/11/24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 09:00:00 +0000", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
    ],
)
def test_instants_are_read_as_pages_write_them(written: str, at: datetime) -> None:
    assert instant(written) == at


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-40", "9999-12-31T23:59:59Z", "0001-01-01", "1970-01-01"])
def test_what_is_no_believable_date_is_none(written: str) -> None:
    assert instant(written) is None


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Bells | Harbour Post", "Bells"),
        ("Harbour Post - Bells", "Bells"),
        ("Bells - a history - HARBOUR POST", "Bells - a history"),
        ("Bells – Opinion", "Bells – Opinion"),
        ("Harbour Post", ""),
        ("Harbour Postcards | Harbour Post", "Harbour Postcards"),
    ],
)
def test_only_the_name_of_the_site_is_taken_from_a_title(title: str, bare: str) -> None:
    assert without_site(title, ["Harbour Post"]) == bare
