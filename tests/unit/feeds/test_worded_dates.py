"""Dates that keep to no standard."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.worded_dates import instant_in_words
from tests.fake_feeds import item, rss

NOON = datetime(2014, 3, 12, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2014, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("mer., 12 mars 2014 13:00:00 +0100", NOON),
        ("Mi, 12. März 2014, 12:00 Uhr", NOON),
        ("12 de marzo de 2014 12:00", NOON),
        ("Среда, 12 Мар 2014 15:00:00 +0300", NOON),
        ("Mar 12, 2014 12:00 PM", NOON),
        ("12.03.2014 12:00", NOON),
        ("12. 3. 2014", MIDNIGHT),
        ("2014年3月12日", MIDNIGHT),
        ("2014년 3월 12일 12:00", NOON),
        ("1394625600", NOON),
        ("Tue, 11 Mar 2014 24:00:00 GMT", MIDNIGHT),
        ("March 12, 2014 12:00 AM", MIDNIGHT),
        ("Wed, 12 Mar 2014 07:30:00 -04:30", NOON),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, at: datetime) -> None:
    assert instant_in_words(written) == at
    assert parse(rss(item("Ice", published=written)).encode(), None, "").items[0].published_at == at


@pytest.mark.parametrize(
    "written", ["", "soon", "32 Mar 2014", "12 Foo 2014", "12/03/2014", "12.13.2014", "1 May 0000"]
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert instant_in_words(written) is None


@given(st.text(alphabet="0123456789 .:,+-apmMarärzde年月日GT", max_size=70))
def test_nothing_raises_over_a_date(written: str) -> None:
    found = instant_in_words(written)
    assert found is None or found.tzinfo is UTC
