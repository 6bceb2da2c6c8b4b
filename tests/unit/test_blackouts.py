"""Blackout dates: what is read, what is refused, and where a digest goes that falls on one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.catalogue.blackouts import MOST_DATES, OnBlackout, blackouts_of, written
from newsletter.catalogue.holidays import LARGEST_FILE, holidays_in
from newsletter.editions.cadence import Rule, kept_free_by, local_instant, next_in_hours, next_occurrence, next_run
from newsletter.errors import RefusedError
from newsletter.subscriptions.subscribers import Cadence

TODAY = date(2026, 11, 27)
CHRISTMAS = "12-24 Christmas Eve\n12-25\n12-26"


def an_ics(*events: str) -> bytes:
    bodies = "".join(f"BEGIN:VEVENT\r\nUID:{place}\r\n{each}END:VEVENT\r\n" for place, each in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{bodies}END:VCALENDAR\r\n".encode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-12-24 Heiligabend", "2026-12-24 Heiligabend"),
        ("24.12.2026", "2026-12-24"),
        ("24.12. Heiligabend", "12-24 Heiligabend"),
        ("24 December", "12-24"),
        ("  1 May 2027   Labour\tDay ", "2027-05-01 Labour Day"),
        ("29 Feb", "02-29"),
        ("12-25\n\n2026-12-24\n12-24 Eve\n12-25 Christmas\n", "12-24 Eve\n12-25 Christmas\n2026-12-24"),
        ("", ""),
    ],
)
def test_dates_are_kept_in_one_form_and_order(typed: str, kept: str) -> None:
    assert written(typed) == kept
    assert written(kept) == kept


@pytest.mark.parametrize(
    "line",
    [
        "Christmas",
        "31.2.",
        "2026-13-01",
        "29.2.2027",
        "24 Dezembertag",
        "12-24x",
        "24",
        "24 Marathon",
        "<b>",
        "9999999-1-1",
    ],
)
def test_a_line_that_is_no_date_is_named(line: str) -> None:
    with pytest.raises(RefusedError, match="Write it like"):
        written(f"12-25\n{line}")


def test_there_is_an_end_to_dates() -> None:
    days = [(TODAY + timedelta(days=each)).isoformat() for each in range(MOST_DATES + 1)]
    assert written("\n".join(days[1:]))
    with pytest.raises(RefusedError, match="Leave out old ones"):
        written("\n".join(days))


@given(st.text(max_size=200))
def test_whatever_is_typed_is_kept_or_refused(typed: str) -> None:
    try:
        kept = written(typed)
    except RefusedError:
        return
    assert written(kept) == kept
    blackouts_of(kept)


def test_a_date_has_a_name_or_is_called_by_its_day() -> None:
    dates = blackouts_of(CHRISTMAS)
    assert dates.name_on(date(2031, 12, 24)) == "Christmas Eve"
    assert dates.name_on(date(2031, 12, 25)) == "25 December"
    assert dates.name_on(date(2031, 12, 27)) is None


@pytest.mark.parametrize(
    ("way", "first", "second"),
    [
        (OnBlackout.SKIP, date(2027, 1, 1), date(2027, 1, 8)),
        (OnBlackout.BEFORE, date(2026, 12, 23), date(2027, 1, 1)),
        (OnBlackout.AFTER, date(2026, 12, 27), date(2027, 1, 1)),
    ],
)
def test_a_weekly_digest_of_a_blackout_date_is_left_out_or_moved(way: OnBlackout, first: date, second: date) -> None:
    rule = Rule(Cadence.WEEKLY, 4, 7, "Europe/Berlin", 1, blackouts_of(CHRISTMAS), way)
    at = local_instant(date(2026, 12, 19), 7, rule.zone)  # the Saturday before Friday, 25 December
    run = next_occurrence(rule, at)
    assert run.at == local_instant(first, 7, rule.zone)
    assert next_occurrence(rule, run.at).at == local_instant(second, 7, rule.zone)


def test_a_daily_digest_is_never_moved_onto_the_one_of_another_day() -> None:
    rule = Rule(Cadence.DAILY, 4, 7, "Europe/Berlin", 1, blackouts_of(CHRISTMAS), OnBlackout.AFTER)
    run = next_occurrence(rule, local_instant(date(2026, 12, 23), 7, rule.zone))
    assert run.local_date == date(2026, 12, 27)
    left_out = next_run(rule, local_instant(date(2026, 12, 23), 7, rule.zone))
    assert kept_free_by(rule, left_out.local_date) == "Christmas Eve"


@given(
    st.sampled_from(list(OnBlackout)),
    st.sampled_from([Cadence.WEEKLY, Cadence.MONTHLY, Cadence.DAILY]),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=120),
    st.integers(0, 6),
)
def test_runs_stay_in_their_order_and_none_falls_on_a_blackout_date(
    way: OnBlackout, cadence: Cadence, days: set[date], weekday: int
) -> None:
    rule = Rule(cadence, weekday, 7, "Asia/Kathmandu", 31, blackouts_of("\n".join(map(str, sorted(days)))), way)
    at = datetime(2026, 1, 3, tzinfo=UTC)
    dates = []
    for _ in range(12):
        run = next_occurrence(rule, at)
        assert run.at > at
        assert run.at.date() not in days  # seven in Kathmandu is the same day in UTC
        at = run.at
        dates.append(run.local_date)
    assert dates == sorted(set(dates))


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-27T05:59", "2026-11-27T06:00"),
        ("2026-11-27T06:00", "2026-11-27T06:00"),
        ("2026-11-27T20:59", "2026-11-27T20:59"),
        ("2026-11-27T21:00", "2026-11-28T06:00"),
        ("2026-11-27T23:30", "2026-11-28T06:00"),
    ],
)
def test_what_comes_outside_the_sending_hours_waits_for_them(at: str, opens: str) -> None:
    found = next_in_hours((6, 21), "UTC", datetime.fromisoformat(f"{at}+00:00"))
    assert found == datetime.fromisoformat(f"{opens}+00:00")


def test_public_holidays_are_taken_from_a_calendar_file() -> None:
    content = an_ics(
        "SUMMARY:Christmas Day\r\nDTSTART;VALUE=DATE:20201225\r\nRRULE:FREQ=YEARLY\r\n",
        "SUMMARY:Good Friday\r\nDTSTART;VALUE=DATE:20270326\r\nDTEND;VALUE=DATE:20270327\r\n",
        "SUMMARY:Thanksgiving\r\nDTSTART;VALUE=DATE:20261126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\n",
        "SUMMARY:A meeting\r\nDTSTART:20270102T090000Z\r\nDTEND:20270102T100000Z\r\n",
        "SUMMARY:Long ago\r\nDTSTART;VALUE=DATE:20190326\r\n",
        "SUMMARY:A leave of months\r\nDTSTART;VALUE=DATE:20270401\r\nDTEND;VALUE=DATE:20270901\r\n",
    )
    lines = holidays_in(content, today=TODAY).splitlines()
    assert lines[0] == "2026-12-25 Christmas Day"
    assert sum("Thanksgiving" in line for line in lines) == 5  # the fourth Thursday of five Novembers
    assert "2027-03-26 Good Friday" in lines
    assert len(lines) == 11  # with five Christmases and a Good Friday
    assert written("\n".join(lines)).splitlines() == lines


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"not a calendar",
        b"BEGIN:VCALENDAR\r\n",
        b"x" * (LARGEST_FILE + 1),
        an_ics("SUMMARY:x\r\nDTSTART;VALUE=DATE:2027\r\n"),
        an_ics("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=NEVER;BYDAY=??\r\n"),
        an_ics("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=DAILY\r\n"),
        an_ics("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=SECONDLY\r\n"),
        an_ics("SUMMARY:x\r\nDTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=YEARLY;BYDAY=MO,TU,WE\r\n"),
        an_ics(*["SUMMARY:x\r\nDTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=YEARLY\r\n"] * (MOST_DATES + 1)),
        an_ics("SUMMARY:x\r\n"),
        an_ics(),
    ],
)
def test_a_file_that_is_no_calendar_of_holidays_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(RefusedError):
        holidays_in(content, today=TODAY)
