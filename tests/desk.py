"""An editor at the desk: a browser that presses buttons that are really there."""

import re
from functools import cache
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from newsletter.accounts import entry
from newsletter.accounts.editors import Editor
from newsletter.signing import new_nonce
from newsletter.wiring import Services
from tests.data import an_editor

PASSWORD = "a few good words"


def services_of(app: Flask) -> Services:
    """The services of an application."""
    made = app.extensions["gazette"]
    assert isinstance(made, Services)
    return made


def words(response: TestResponse) -> str:
    """What a person reads on a page, on one line."""
    text = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", text)).split())


def press(browser: FlaskClient, page: str, action: str, **fields: str) -> TestResponse:
    """Open a page and send its form that leads to `action`, as its button does."""
    shown = browser.get(page)
    token = token_in(shown)
    assert re.search(rf'action="{re.escape(action)}"', shown.text), f"{page} has no form for {action}"
    return browser.post(action, data={"csrf_token": token, **fields})


def token_in(page: TestResponse) -> str:
    """The hidden token of a page's forms."""
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', page.text)
    assert found, f"{page.request.path} has no form"
    return found[1]


def with_password(editor: Editor, password: str = PASSWORD) -> Editor:
    """An editor who has set a password."""
    editor.password_hash, editor.session_nonce = _hash_of(password), new_nonce()
    return editor


@cache
def _hash_of(password: str) -> str | None:
    """The hash, made once: it is slow on purpose."""
    editor = Editor()
    entry.set_password(editor, password)
    return editor.password_hash


def logged_in(app: Flask, address: str = "maren@proof.example") -> FlaskClient:
    """A browser in which this editor, an owner unless there was one before, has logged in."""
    with services_of(app).database.write() as session:
        editor = entry.editor_by_address(session, address) or an_editor(session, address)
        with_password(editor)
    browser = app.test_client()
    answer = press(browser, "/desk/login", "/desk/login", address=address, password=PASSWORD)
    assert answer.status_code == 303, words(answer)
    return browser
