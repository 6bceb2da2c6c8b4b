"""The way into the desk, and out of it."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import defaults
from newsletter.accounts import entry
from newsletter.accounts.editors import Editor, LoginLink
from newsletter.delivery.deliveries import Delivery
from tests.conftest import StandingClock
from tests.data import a_newsletter, an_editor
from tests.desk import PASSWORD, logged_in, press, services_of, token_in, with_password, words

MAREN = "maren@proof.example"


def a_link(app: Flask, address: str = MAREN) -> str:
    """The path of a fresh login link."""
    parts = services_of(app)
    with parts.database.write() as session:
        editor = entry.editor_by_address(session, address) or an_editor(session, address)
        link = entry.new_login_link(session, editor, now=parts.clock.now())
        return parts.links.login(link.id, link.nonce).removeprefix("http://localhost")


def link_mails(app: Flask) -> list[Delivery]:
    """The login links in the outbox."""
    with services_of(app).database.read() as session:
        return list(session.scalars(select(Delivery).where(Delivery.kind == "login_link")))


def is_in(browser: FlaskClient) -> bool:
    """Whether this browser is let in to the desk."""
    return browser.get("/desk/account").status_code == 200


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser; the editor Maren has a password."""
    with services_of(app).database.write() as session:
        with_password(an_editor(session))
    return app.test_client()


@pytest.mark.parametrize("path", ["/desk/", "/desk/n/the-proof", "/desk/n/the-proof/send", "/desk/editions/1"])
def test_strangers_are_led_to_the_login_and_back_afterwards(app: Flask, browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 302
    login = answer.location
    assert login.startswith("/desk/login?next=")
    back = browser.get(login)
    assert f'name="next" value="{path}"' in back.text


@pytest.mark.parametrize("path", ["/desk/n/the-proof/send", "/desk/n/the-proof/test", "/desk/n/the-proof/live"])
def test_strangers_can_press_nothing(app: Flask, path: str) -> None:
    browser = app.test_client()
    token = token_in(browser.get("/desk/login"))
    answer = browser.post(path, data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (302, "/desk/login")


def test_the_right_password_lets_in(browser: FlaskClient) -> None:
    assert press(browser, "/desk/login", "/desk/login", address=MAREN, password=PASSWORD).status_code == 303
    assert is_in(browser)
    assert browser.get("/desk/login").status_code == 302, "who is in needs no form"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(browser: FlaskClient) -> None:
    answers = [
        press(browser, "/desk/login", "/desk/login", address=address, password=password)
        for address, password in ((MAREN, "wrong"), ("nobody@proof.example", PASSWORD))
    ]
    first, second = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert first == second
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "do not belong together" in words(answers[0])
    assert not is_in(browser)


def test_a_locked_account_gets_the_same_answer_also_for_the_right_password(browser: FlaskClient) -> None:
    sentences = {
        words(press(browser, "/desk/login", "/desk/login", address=MAREN, password=password))
        for password in ("wrong", "wrong", "wrong", PASSWORD)
    }
    assert len(sentences) == 1
    assert not is_in(browser)


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/desk/",
        "//evil.example/desk",
        "/\\evil.example",
        "/desk/../../evil",
        "/desk\r\nSet-Cookie: a=b",
        "/n/the-proof",
        "javascript:alert(1)",
        "/desk/login//evil.example",
    ],
)
def test_the_login_leads_to_no_other_place_than_the_desk(browser: FlaskClient, place: str) -> None:
    answer = press(browser, "/desk/login", "/desk/login", address=MAREN, password=PASSWORD, next=place)
    assert answer.location == "/desk/"


def test_the_login_leads_back_to_where_one_wanted_to_go(browser: FlaskClient) -> None:
    answer = press(browser, "/desk/login", "/desk/login", address=MAREN, password=PASSWORD, next="/desk/editions/7")
    assert answer.location == "/desk/editions/7"


def test_the_cookie_is_a_new_one_after_the_login(browser: FlaskClient) -> None:
    browser.get("/desk/login")
    with browser.session_transaction() as before:
        before["left_behind"] = "by somebody else"
        token = before["csrf_token"]
    press(browser, "/desk/login", "/desk/login", address=MAREN, password=PASSWORD)
    with browser.session_transaction() as after:
        assert "left_behind" not in after
        assert after.get("csrf_token") != token


def test_a_form_without_its_token_is_refused_in_a_sentence(browser: FlaskClient) -> None:
    answer = browser.post("/desk/login", data={"address": MAREN, "password": PASSWORD})
    assert answer.status_code == 400
    assert "load it again" in words(answer)
    assert not is_in(browser)


def test_logging_out_ends_it_and_only_by_its_button(app: Flask) -> None:
    browser = logged_in(app)
    assert browser.get("/desk/logout").status_code == 405
    assert is_in(browser)
    press(browser, "/desk/account", "/desk/logout")
    assert not is_in(browser)


def test_an_idle_session_ends(app: Flask, clock: StandingClock) -> None:
    browser = logged_in(app)
    clock.pass_by(defaults.SESSION_IDLE - timedelta(seconds=1))
    assert is_in(browser)
    clock.pass_by(defaults.SESSION_IDLE)
    assert not is_in(browser)


def test_a_busy_session_ends_too_after_its_lifetime(app: Flask, clock: StandingClock) -> None:
    browser = logged_in(app)
    began = clock.now()
    while clock.now() - began < defaults.SESSION_LIFETIME - timedelta(minutes=20):
        clock.pass_by(timedelta(minutes=20))
        assert is_in(browser)
    clock.pass_by(timedelta(minutes=20))
    assert not is_in(browser)


def test_a_page_that_polls_keeps_nobody_logged_in_and_is_loaded_anew_in_the_end(
    app: Flask, clock: StandingClock
) -> None:
    browser = logged_in(app)
    poll = {"HX-Request": "true"}
    for _ in range(2):
        clock.pass_by(timedelta(minutes=14))
        assert browser.get("/desk/account", headers=poll).status_code == 200
    clock.pass_by(timedelta(minutes=14))
    answer = browser.get("/desk/account", headers=poll)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


def test_a_new_password_ends_every_other_session(app: Flask) -> None:
    here, elsewhere = logged_in(app), app.test_client()
    press(elsewhere, "/desk/login", "/desk/login", address=MAREN, password=PASSWORD)
    # The second login of this test set no new password, so both are in.
    assert is_in(here)
    assert is_in(elsewhere)
    answer = press(here, "/desk/account", "/desk/account/password", current=PASSWORD, password="quite different words")
    assert answer.status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)


def test_changing_the_password_asks_for_the_one_before(app: Flask) -> None:
    browser = logged_in(app)
    answer = press(
        browser, "/desk/account", "/desk/account/password", current="wrong", password="quite different words"
    )
    assert answer.status_code == 422
    assert "current password is not right" in words(answer)
    parts = services_of(app)
    assert entry.check_password(parts.database, MAREN, PASSWORD, now=parts.clock.now())


def test_a_short_password_is_refused_with_what_it_needs(app: Flask) -> None:
    browser = logged_in(app)
    answer = press(browser, "/desk/account", "/desk/account/password", current=PASSWORD, password="short")
    assert answer.status_code == 422
    assert "at least 12 letters" in words(answer)
    assert is_in(browser)


def test_opening_a_login_link_changes_nothing_and_its_button_lets_in_once(app: Flask) -> None:
    path = a_link(app)
    scanner, browser, again = app.test_client(), app.test_client(), app.test_client()
    for _ in range(2):
        assert scanner.get(path).status_code == 200
    assert scanner.head(path).status_code == 200
    assert not is_in(scanner)
    answer = press(browser, path, path)
    assert (answer.status_code, answer.location) == (303, "/desk/account/password")
    assert is_in(browser)
    used = again.get(path)
    assert used.status_code == 410
    assert "works once" in words(used)


def test_pressing_a_used_link_again_lets_nobody_in(app: Flask) -> None:
    path = a_link(app)
    late = app.test_client()
    token = token_in(late.get(path))
    press(app.test_client(), path, path)
    assert late.post(path, data={"csrf_token": token}).status_code == 410
    assert not is_in(late)


def test_an_expired_link_says_so_and_offers_another(app: Flask, clock: StandingClock) -> None:
    path = a_link(app)
    clock.pass_by(defaults.LOGIN_LINK_LIFETIME)
    answer = app.test_client().get(path)
    assert answer.status_code == 410
    assert "Ask for a new link" in words(answer)


def test_the_first_login_offers_a_password_and_takes_later_for_an_answer(app: Flask) -> None:
    browser = app.test_client()
    path = a_link(app)
    page = browser.get(press(browser, path, path).location)
    assert "Later" in words(page)
    assert browser.get("/desk/").status_code == 200
    answer = press(browser, "/desk/account/password", "/desk/account/password", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/desk/")
    with services_of(app).database.read() as session:
        assert session.scalars(select(Editor)).one().password_hash


def test_who_came_by_link_may_replace_a_forgotten_password(app: Flask, browser: FlaskClient) -> None:
    path = a_link(app)
    press(browser, path, path)
    answer = press(browser, "/desk/account", "/desk/account/password", password="quite different words")
    assert answer.status_code == 303


def test_a_login_link_is_mailed_to_editors_only_and_the_answer_tells_nothing(app: Flask, browser: FlaskClient) -> None:
    token = token_in(browser.get("/desk/login"))
    known, unknown = [
        browser.post("/desk/login/link", data={"csrf_token": token, "address": address})
        for address in (MAREN, "nobody@proof.example")
    ]
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(MAREN, "…") == unknown.text.replace("nobody@proof.example", "…")
    with services_of(app).database.read() as session:
        link = session.scalars(select(LoginLink)).one()
    assert [(mail.editor_id, mail.login_link_id) for mail in link_mails(app)] == [(link.editor_id, link.id)]


def test_asking_again_and_again_mails_one_link_in_a_while(
    app: Flask, browser: FlaskClient, clock: StandingClock
) -> None:
    token = token_in(browser.get("/desk/login"))
    form = {"csrf_token": token, "address": MAREN}
    for _ in range(5):
        browser.post("/desk/login/link", data=form)
    assert len(link_mails(app)) == 1
    clock.pass_by(timedelta(minutes=6))
    browser.post("/desk/login/link", data=form)
    assert len(link_mails(app)) == 2


def test_a_link_without_an_address_is_asked_for_again(browser: FlaskClient) -> None:
    token = token_in(browser.get("/desk/login"))
    answer = browser.post("/desk/login/link", data={"csrf_token": token, "address": " "})
    assert answer.status_code == 422
    assert "Please enter your address" in words(answer)


def test_desk_pages_are_kept_by_nobody_and_framed_by_nobody(app: Flask) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
    answer = logged_in(app).get("/desk/n/the-proof")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "same-origin", "over https, forms are checked by where they stood"
    assert "style=" not in answer.text
    assert not re.search(r"<script(?! src=)", answer.text)
