"""Send now, a test to oneself, and going live."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from newsletter.accounts.editors import Editor, Role
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions import fanout
from newsletter.editions.editions import Edition, EditionState
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader, an_article, an_editor
from tests.desk import logged_in, press, services_of, words

BOARD = "/desk/n/the-proof"
SEND = f"{BOARD}/send"
LIVE = f"{BOARD}/live"


def a_house(app: Flask, *, readers: int = 2, articles: int = 1, is_live: bool = True) -> None:
    """A newsletter of readers of all topics, and articles."""
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session, is_live=is_live)
        for number in range(readers):
            a_reader(session, newsletter, f"r{number}@example.org")
        for number in range(articles):
            an_article(session, newsletter, f"Piece {number}")


def editions(app: Flask) -> list[Edition]:
    """All editions, the oldest first."""
    with services_of(app).database.read() as session:
        return list(session.scalars(select(Edition).order_by(Edition.id)))


def mails(app: Flask) -> list[Delivery]:
    """The outbox."""
    with services_of(app).database.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def go_out(app: Flask, clock: StandingClock) -> None:
    """Fan out every edition that was begun, and let the relay take it all."""
    database = services_of(app).database
    for edition in editions(app):
        fanout.fan_out(database, clock, edition.id)
    with database.write() as session:
        for mail in session.scalars(select(Delivery)):
            mail.state, mail.settled_at = DeliveryState.SENT, clock.now()


def test_the_page_says_the_number_before_anything_is_sent(app: Flask) -> None:
    a_house(app)
    page = words(logged_in(app).get(SEND))
    assert "Send to 2 readers now? Friday’s digest stays and will be skipped if nothing new appears." in page
    assert "Send to 2 readers Back to the board" in page
    assert editions(app) == []


def test_those_who_have_everything_are_named(app: Flask, clock: StandingClock) -> None:
    a_house(app)
    browser = logged_in(app)
    press(browser, SEND, SEND)
    go_out(app, clock)
    with services_of(app).database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        a_reader(session, newsletter, "newcomer@example.org", joined_at=clock.now())
    assert "Send to 1 reader now? 2 who already had all of it get nothing." in words(browser.get(SEND))


def test_when_nobody_would_get_anything_there_is_no_button(app: Flask, clock: StandingClock) -> None:
    a_house(app)
    browser = logged_in(app)
    press(browser, SEND, SEND)
    go_out(app, clock)
    page = browser.get(SEND)
    assert "Nobody would get anything now. All 2 readers have everything that is new." in words(page)
    assert f'action="{SEND}"' not in page.text


def test_send_now_begins_an_edition_and_leads_to_it(app: Flask) -> None:
    a_house(app)
    answer = press(logged_in(app), SEND, SEND)
    [edition] = editions(app)
    assert (answer.status_code, answer.location) == (303, f"/desk/editions/{edition.id}")
    assert (edition.cadence, edition.state) == ("special", EditionState.SENDING)
    with services_of(app).database.read() as session:
        assert edition.requested_by == session.scalars(select(Editor.id)).one()


def test_send_now_pressed_twice_is_one_edition_and_one_mail_each(app: Flask, clock: StandingClock) -> None:
    a_house(app)
    browser = logged_in(app)
    first, second = press(browser, SEND, SEND), press(browser, SEND, SEND)
    assert first.location == second.location
    go_out(app, clock)
    assert len(mails(app)) == 2


def test_send_now_after_it_went_out_brings_nobody_the_same_again(app: Flask, clock: StandingClock) -> None:
    a_house(app)
    browser = logged_in(app)
    page = browser.get(SEND)
    press(browser, SEND, SEND)
    go_out(app, clock)
    clock.pass_by(timedelta(minutes=1))
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    browser.post(SEND, data={"csrf_token": token})
    go_out(app, clock)
    assert len(mails(app)) == 2
    assert editions(app)[-1].reason == "Every reader already has everything that is new."


def test_opening_the_send_page_sends_nothing(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    for _ in range(2):
        assert browser.get(SEND).status_code == 200
        assert browser.head(SEND).status_code == 200
    assert editions(app) == []


def test_in_rehearsal_the_page_says_that_editors_only_get_it(app: Flask, clock: StandingClock) -> None:
    a_house(app, is_live=False)
    with services_of(app).database.write() as session:
        an_editor(session)
        an_editor(session, "jonas@proof.example", role=Role.EDITOR)
    browser = logged_in(app)
    page = words(browser.get(SEND))
    assert "Send to 2 editors now? This is a rehearsal: no reader gets it, and nothing counts as given." in page
    press(browser, SEND, SEND)
    go_out(app, clock)
    assert [(mail.kind, mail.subscriber_id) for mail in mails(app)] == [("proof", None)] * 2


def test_a_rehearsal_without_articles_has_nothing_to_send(app: Flask) -> None:
    a_house(app, is_live=False, articles=0)
    page = logged_in(app).get(SEND)
    assert "There is nothing to rehearse yet" in words(page)
    assert f'action="{SEND}"' not in page.text


def test_a_test_goes_to_the_editor_who_asks_and_to_nobody_else(app: Flask) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        an_editor(session)
        me = an_editor(session, "jonas@proof.example", role=Role.EDITOR).id
    browser = logged_in(app, "jonas@proof.example")
    answer = press(browser, BOARD, f"{BOARD}/test", editor_id="1", address="maren@proof.example")
    assert [(mail.kind, mail.editor_id) for mail in mails(app)] == [("proof", me)]
    assert "A test is on its way to the local inbox. Nobody else gets it" in words(browser.get(answer.location))


def test_a_test_with_nothing_to_show_says_so(app: Flask) -> None:
    a_house(app, articles=0)
    browser = logged_in(app)
    press(browser, BOARD, f"{BOARD}/test")
    assert mails(app) == []
    assert "There is nothing to show yet" in words(browser.get(BOARD))


def is_live(app: Flask) -> bool:
    """Whether the only newsletter is live."""
    with services_of(app).database.read() as session:
        return session.scalars(select(Newsletter)).one().is_live


def test_an_owner_goes_live_by_the_button(app: Flask) -> None:
    a_house(app, is_live=False)
    browser = logged_in(app)
    assert "Go live with The Proof?" in words(browser.get(LIVE))
    assert not is_live(app), "looking changes nothing"
    assert press(browser, LIVE, LIVE).status_code == 303
    assert is_live(app)
    assert "It is live" in words(browser.get(BOARD))


def test_an_editor_who_is_no_owner_may_not_go_live(app: Flask) -> None:
    a_house(app, is_live=False)
    with services_of(app).database.write() as session:
        an_editor(session)
        an_editor(session, "jonas@proof.example", role=Role.EDITOR)
    browser = logged_in(app, "jonas@proof.example")
    page = browser.get(LIVE)
    assert "Only an owner of this desk may go live; you are an editor." in words(page)
    assert f'action="{LIVE}"' not in page.text
    # The token of another form of the page: the door itself must refuse.
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.post(LIVE, data={"csrf_token": token})
    assert answer.status_code == 403
    assert "Only an owner of this desk may go live. Nothing was changed" in words(answer)
    assert not is_live(app)


def test_without_a_postal_address_nobody_goes_live(app: Flask) -> None:
    a_house(app, is_live=False)
    with services_of(app).database.write() as session:
        session.scalars(select(Newsletter)).one().postal_address = ""
    browser = logged_in(app)
    page = browser.get(LIVE)
    assert "1 thing is missing" in words(page)
    assert "A postal address must stand in every mail. It is missing." in words(page)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.post(LIVE, data={"csrf_token": token})
    assert answer.status_code == 422
    assert "give it before going live" in words(answer)
    assert not is_live(app)


@pytest.mark.parametrize("path", [SEND, f"{BOARD}/test", LIVE, f"{BOARD}/look"])
def test_nothing_is_set_going_without_the_token_of_a_form(app: Flask, path: str) -> None:
    a_house(app, is_live=False)
    browser = logged_in(app)
    answer = browser.post(path)
    assert answer.status_code == 400
    assert "load it again" in words(answer)
    assert editions(app) == mails(app) == []
    assert not is_live(app)
