"""Keys for other programs, at the desk."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from newsletter.accounts import api_keys
from newsletter.accounts.editors import Role
from newsletter.accounts.keys import ApiKey
from tests.data import NOW, a_newsletter, an_editor
from tests.desk import logged_in, press, services_of, token_in, words

KEYS = "/desk/n/the-proof/keys"


def a_house(app: Flask) -> tuple[int, int]:
    """Two newsletters with a key each; the ids of the keys, that of The Proof first."""
    with services_of(app).database.write() as session:
        made = [
            api_keys.new_key(session, a_newsletter(session, name).id, "The old system", created_by=None, now=NOW)[0].id
            for name in ("The Proof", "The Evening")
        ]
        return made[0], made[1]


def an_editor_who_owns_nothing(app: Flask) -> FlaskClient:
    """A browser in which an editor, no owner, has logged in."""
    with services_of(app).database.write() as session:
        an_editor(session, "owner@proof.example")
        an_editor(session, "ines@proof.example", role=Role.EDITOR)
    return logged_in(app, "ines@proof.example")


def the_key(app: Flask, key_id: int) -> ApiKey:
    """A key as it stands."""
    with services_of(app).database.read() as session:
        return session.get_one(ApiKey, key_id)


def test_a_new_key_is_shown_once_and_kept_by_no_cache(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    answer = press(browser, KEYS, KEYS, name="The content system")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"gzt_[\w-]{40,}", answer.text)
    assert found, words(answer)
    later = browser.get(KEYS)
    assert found[0] not in later.text
    assert "The content system" in words(later)
    assert "by Maren Oduya; never used." in words(later)
    with services_of(app).database.read() as session:
        key = api_keys.key_of(session, found[0])
        assert key is not None
        assert key.name == "The content system"


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_a_key_without_a_name_is_refused(app: Flask, name: str) -> None:
    a_house(app)
    answer = press(logged_in(app), KEYS, KEYS, name=name)
    assert answer.status_code == 422
    assert "Name the key after the program that uses it" in words(answer)


def test_a_key_is_ended_after_a_page_that_says_what_it_means(app: Flask) -> None:
    key_id, _ = a_house(app)
    browser = logged_in(app)
    page = f"{KEYS}/{key_id}/end"
    assert "What is handed in with it from then on is refused, for good." in words(browser.get(page))
    press(browser, page, page)
    assert the_key(app, key_id).ended_at == NOW
    shown = words(browser.get(KEYS))
    assert "The key of The old system has ended." in shown
    assert "ended 10:00" in shown


def test_the_keys_of_another_newsletter_are_not_here(app: Flask) -> None:
    _, other = a_house(app)
    browser = logged_in(app)
    token = token_in(browser.get(KEYS))
    assert browser.get(f"{KEYS}/{other}/end").status_code == 404
    assert browser.post(f"{KEYS}/{other}/end", data={"csrf_token": token}).status_code == 404
    assert browser.get(f"{KEYS}/{9**30}/end").status_code == 404
    assert the_key(app, other).ended_at is None


def test_an_editor_sees_the_keys_and_changes_nothing(app: Flask) -> None:
    key_id, _ = a_house(app)
    browser = an_editor_who_owns_nothing(app)
    page = browser.get(KEYS)
    assert "Only an owner of this desk makes and ends keys" in words(page)
    token = token_in(page)
    for action in (KEYS, f"{KEYS}/{key_id}/end"):
        answer = browser.post(action, data={"csrf_token": token, "name": "Mine"})
        assert answer.status_code == 403
        assert "Only an owner of this desk may make or end keys." in words(answer)
    assert the_key(app, key_id).ended_at is None
    with services_of(app).database.read() as session:
        assert len(api_keys.keys_of(session)) == 2


def test_a_form_from_elsewhere_makes_no_key(app: Flask) -> None:
    a_house(app)
    assert logged_in(app).post(KEYS, data={"name": "Taken"}).status_code == 400
    with services_of(app).database.read() as session:
        assert len(api_keys.keys_of(session)) == 2
