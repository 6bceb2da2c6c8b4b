"""The calendar at the desk, and the answer to whether an edition goes out."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions import schedule
from newsletter.editions.editions import Edition, EditionState
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader, an_article
from tests.desk import logged_in, press, services_of, token_in, words
from tests.edition_runs import FRIDAY

CALENDAR = "/desk/n/the-proof/calendar"
HOUR = timedelta(hours=1)
FILLED_IN = {
    "weekday": "4",
    "is_weekday_fixed": "on",
    "hour": "7",
    "zone": "Europe/Berlin",
    "month_day": "1",
    "minimum_articles": "1",
    "sends_from": "6",
    "sends_until": "21",
    "blackout_dates": "",
    "on_blackout": "skip",
    "article_order": "spread",
}
HOLIDAYS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Good Friday\r\n"
    b"DTSTART;VALUE=DATE:20270326\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def a_newsroom(app: Flask, *, asks_approval: bool = False) -> FlaskClient:
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session)
        newsletter.asks_approval = asks_approval
        a_reader(session, newsletter)
        an_article(session, newsletter)
    return logged_in(app)


def ticked(app: Flask, clock: StandingClock) -> None:
    with services_of(app).database.write() as session:
        schedule.tick(session, now=clock.now())


def newsletter_of(app: Flask) -> Newsletter:
    with services_of(app).database.read() as session:
        return session.scalars(select(Newsletter)).one()


def edition_of(app: Flask) -> Edition:
    with services_of(app).database.read() as session:
        return session.get_one(Edition, 1)


def saved(browser: FlaskClient, **changed: str) -> TestResponse:
    return press(browser, CALENDAR, CALENDAR, **FILLED_IN | changed)


def test_what_was_filled_in_is_kept_and_shown(app: Flask) -> None:
    browser = a_newsroom(app)
    assert "The Proof goes out every Friday at 07:00 (Europe/Berlin)" in words(browser.get(CALENDAR))
    answer = saved(
        browser, hour="18", weekday="2", zone="Asia/Kathmandu", blackout_dates="24 December Eve", on_blackout="before"
    )
    assert answer.status_code == 303
    kept = newsletter_of(app)
    assert (kept.hour, kept.weekday, kept.zone) == (18, 2, "Asia/Kathmandu")
    assert (kept.blackout_dates, kept.on_blackout) == ("12-24 Eve", "before")
    page = browser.get(CALENDAR)
    assert "goes out every Wednesday at 18:00 (Asia/Kathmandu)" in words(page)
    assert "12-24 Eve</textarea>" in page.text


def test_a_calendar_file_adds_its_days(app: Flask) -> None:
    browser = a_newsroom(app)
    token = token_in(browser.get(CALENDAR))
    fields = {**FILLED_IN, "blackout_dates": "12-24", "csrf_token": token}
    answer = browser.post(CALENDAR, data=fields | {"holidays": (BytesIO(HOLIDAYS), "holidays.ics")})
    assert answer.status_code == 303
    assert newsletter_of(app).blackout_dates == "12-24\n2027-03-26 Good Friday"
    answer = browser.post(CALENDAR, data=fields | {"holidays": (BytesIO(b"%PDF"), "holidays.ics")})
    assert answer.status_code == 422
    assert "This calendar file cannot be read" in words(answer)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"blackout_dates": "Christmas"}, "“Christmas” does not begin with a date"),
        ({"zone": "Mars/Olympus"}, "The zone Mars/Olympus is not known"),
        ({"hour": "noon"}, "There is no such hour"),
        ({"sends_from": "20", "sends_until": "8"}, "The sending hours must begin before they end"),
        ({"minimum_articles": "99"}, "a number from 1 to 8"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(app: Flask, changed: dict[str, str], said: str) -> None:
    browser = a_newsroom(app)
    answer = saved(browser, **{"hour": "9", **changed})
    assert answer.status_code == 422
    assert said in words(answer)
    assert newsletter_of(app).hour == 7
    if "blackout_dates" in changed:
        assert "Christmas</textarea>" in answer.text


def test_an_editor_approves_an_edition(app: Flask, clock: StandingClock) -> None:
    a_newsroom(app, asks_approval=True)
    ticked(app, clock)
    clock.at = FRIDAY - HOUR
    ticked(app, clock)
    browser = logged_in(app)
    page = words(browser.get("/desk/editions/1"))
    assert "It starts 07:00 (Berlin time), as soon as an editor has approved it." in page
    board = words(browser.get("/desk/n/the-proof"))
    assert "It goes out once an editor has approved it" in board
    assert "If you do nothing" not in board
    assert press(browser, "/desk/editions/1", "/desk/editions/1/go").status_code == 303
    page = browser.get("/desk/editions/1")
    assert "Approved: it goes out at its hour." in words(page)
    assert "If you do nothing, it goes out like this." in words(browser.get("/desk/n/the-proof"))
    assert "Approved by Maren Oduya." in words(page)
    assert "/desk/editions/1/go" not in page.text
    clock.at = FRIDAY
    ticked(app, clock)
    assert edition_of(app).state == EditionState.SENDING


def test_an_editor_says_what_becomes_of_a_late_edition_and_the_second_is_told(app: Flask, clock: StandingClock) -> None:
    a_newsroom(app)
    ticked(app, clock)
    clock.at = FRIDAY + 27 * HOUR
    ticked(app, clock)
    browser = logged_in(app)
    token = token_in(browser.get("/desk/editions/1"))
    page = words(browser.get("/desk/editions/1"))
    assert "waits for your decision. It was to start yesterday 07:00 (Berlin time) and could not" in page
    assert "waits for you" in words(browser.get("/desk/n/the-proof/editions"))
    board = words(browser.get("/desk/n/the-proof"))
    assert "could not start in time: say whether it still goes out; without an answer by tomorrow 10:00" in board
    assert press(browser, "/desk/editions/1", "/desk/editions/1/skip").status_code == 303
    assert edition_of(app).reason == "Maren Oduya decided that it does not go out. Its articles wait for the next one."
    browser.post("/desk/editions/1/go", data={"csrf_token": token})
    assert "This edition waits for no answer any more" in words(browser.get("/desk/editions/1"))
    assert edition_of(app).state == EditionState.SKIPPED
    assert browser.post("/desk/editions/99/go", data={"csrf_token": token}).status_code == 404
