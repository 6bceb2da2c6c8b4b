"""The pages of editions: the list, and one edition while it goes out."""

import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions import fanout, schedule
from newsletter.editions.editions import Edition, EditionState
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor
from tests.desk import logged_in, services_of, words

EDITIONS = "/desk/n/the-proof/editions"


def a_run(app: Flask, clock: StandingClock, readers: int = 10) -> int:
    """A special edition whose mails all wait in the outbox; its id."""
    parts = services_of(app)
    with parts.database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(readers):
            a_reader(session, newsletter, f"r{number}@example.org")
        an_article(session, newsletter)
        edition = schedule.request_special(session, newsletter, requested_by=an_editor(session).id, now=clock.now())
    fanout.fan_out(parts.database, clock, edition.id)
    return edition.id


def settle(app: Flask, clock: StandingClock, *states: DeliveryState) -> None:
    """Put the first deliveries into these states."""
    with services_of(app).database.write() as session:
        for mail, state in zip(session.scalars(select(Delivery).order_by(Delivery.id)), states, strict=False):
            mail.state, mail.settled_at = state, clock.now()


def past(number: int, state: EditionState, reason: str | None = None) -> Edition:
    """An edition of some weeks ago."""
    at = NOW - timedelta(weeks=100 - number)
    return Edition(
        newsletter_id=1,
        cadence="weekly",
        local_date=at.date(),
        state=state,
        cutoff_at=at,
        send_at=at,
        number=number if state is EditionState.SENT else None,
        requested_by=None,
        fanned_out_at=at,
        finished_at=at,
        reason=reason,
    )


def test_the_page_says_how_it_stands_in_a_sentence_and_in_figures(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    sent, deferred, failed = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED
    settle(app, clock, sent, sent, sent, deferred, failed, DeliveryState.WITHHELD)
    clock.pass_by(timedelta(seconds=30))
    page = words(logged_in(app).get(f"/desk/editions/{edition_id}"))
    assert "No. 1 is going out. 3 of 10 readers have it; the rest takes less than a minute." in page
    assert "Sent at once by Maren Oduya." in page
    assert "6 a minute at present" in page
    for figure in ("Sent 3", "Next in line 4", "Deferred 1", "Withheld 1", "Failed 1"):
        assert figure in page
    assert "Unknown" not in page


def test_an_unknown_mail_has_a_figure_of_its_own(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    settle(app, clock, DeliveryState.UNKNOWN)
    assert "Unknown 1" in words(logged_in(app).get(f"/desk/editions/{edition_id}"))


def test_the_bar_is_divided_among_the_figures_without_gaps(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    settle(app, clock, *[DeliveryState.SENT] * 7, DeliveryState.FAILED)
    page = logged_in(app).get(f"/desk/editions/{edition_id}").text
    pieces = re.findall(r'x="([\d.]+)%"\s+width="([\d.]+)%"', page)
    assert pieces == [("0.0", "70.0"), ("70.0", "20.0"), ("90.0", "10.0")]


def test_while_it_goes_out_the_page_looks_again_by_itself(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    browser = logged_in(app)
    page = browser.get(f"/desk/editions/{edition_id}").text
    assert f'hx-get="/desk/editions/{edition_id}/progress"' in page
    assert "htmx.min.js" in page
    fragment = browser.get(f"/desk/editions/{edition_id}/progress")
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    assert "hx-get" in fragment.text


def test_when_it_is_done_the_page_stops_looking(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    settle(app, clock, *[DeliveryState.SENT] * 10)
    with services_of(app).database.write() as session:
        schedule.tick(session, now=clock.now())
    fragment = logged_in(app).get(f"/desk/editions/{edition_id}/progress")
    assert "No. 1 is out. 10 of 10 readers have it." in words(fragment)
    assert "hx-get" not in fragment.text


def test_updating_can_be_stopped(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    page = logged_in(app).get(f"/desk/editions/{edition_id}?live=no").text
    assert "hx-get" not in page
    assert "Update by itself" in page


def test_an_edition_shows_its_frozen_list(app: Flask, clock: StandingClock) -> None:
    edition_id = a_run(app, clock)
    page = words(logged_in(app).get(f"/desk/editions/{edition_id}"))
    assert "On its list 1" in page
    assert "Under the ice shelf" in page


def test_one_that_collects_says_when_it_closes_and_starts(app: Flask, clock: StandingClock) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
        schedule.tick(session, now=clock.now())
        edition_id = session.scalars(select(Edition.id)).one()
    page = words(logged_in(app).get(f"/desk/editions/{edition_id}"))
    assert "Friday’s digest is collecting articles." in page
    assert "It closes Fri 27 Nov, 06:00 and starts Fri 27 Nov, 07:00 (Berlin time)." in page


def test_a_skipped_one_says_why(app: Flask, clock: StandingClock) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
        session.add(past(1, EditionState.SKIPPED, "No weekly readers yet."))
    page = words(logged_in(app).get("/desk/editions/1"))
    assert "was skipped. No weekly readers yet." in page


def test_a_rehearsed_one_claims_no_readers(app: Flask, clock: StandingClock) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
        edition = past(1, EditionState.SENT)
        edition.is_rehearsal = True
        session.add(edition)
    assert "No. 1 was a rehearsal." in words(logged_in(app).get("/desk/editions/1"))


def test_skipped_and_sent_stand_in_one_list_page_by_page(app: Flask) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
        for number in range(1, 26):
            skipped = number % 2 == 0
            reason = f"Reason {number}." if skipped else None
            session.add(past(number, EditionState.SKIPPED if skipped else EditionState.SENT, reason))
            session.flush()
    browser = logged_in(app)
    first = browser.get(EDITIONS)
    assert "sent No. 25" in words(first)
    assert "Reason 24." in words(first)
    assert "Reason 4." not in words(first)
    older = re.search(rf'href="({re.escape(EDITIONS)}\?before=\d+)"', first.text)
    assert older
    second = browser.get(older[1])
    assert "Reason 4." in words(second)
    assert "sent No. 1" in words(second)
    assert "?before=" not in second.text


def test_an_empty_list_says_that_it_will_fill(app: Flask) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
    assert "No edition yet." in words(logged_in(app).get(EDITIONS))


def test_an_unknown_edition_is_a_page_with_a_sentence(app: Flask) -> None:
    browser = logged_in(app)
    for path in ("/desk/editions/99", "/desk/editions/99/progress"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "There is no such edition." in words(answer)
