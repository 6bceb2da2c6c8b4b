"""Requests that no browser makes end in a page with a sentence, on both databases."""

import pytest
from flask import Flask

from newsletter.web.application import create_app
from newsletter.wiring import Services
from tests.data import a_newsletter


@pytest.fixture
def both(parts: Services) -> Flask:
    """The application with one newsletter, on SQLite and PostgreSQL in turn."""
    with parts.database.write() as session:
        a_newsletter(session)
    made = create_app(parts)
    made.config["WTF_CSRF_ENABLED"] = False  # what is looked at here lies behind it
    return made


@pytest.mark.parametrize(
    "path",
    ["/n/%00", "/n/a%00b", "/n/%ff%fe", "/confirm/%00", "/preferences/a%00", "/unsubscribe/%00", "/n/" + "x" * 5000],
)
def test_odd_addresses_are_not_found_or_not_read(both: Flask, path: str) -> None:
    answer = both.test_client().get(path)
    assert answer.status_code in {400, 404}
    assert "<h1" in answer.text


@pytest.mark.parametrize("typed", ["a\x00@example.org", "\ufffd@example.org", "x" * 100_000])
def test_odd_sign_ups_are_refused(both: Flask, typed: str) -> None:
    answer = both.test_client().post("/n/the-proof", data={"address": typed, "topics": "\x00", "cadence": "\x00"})
    assert answer.status_code == 422


def test_an_odd_login_is_wrong_like_any_other_or_not_read(both: Flask) -> None:
    answer = both.test_client().post("/desk/login", data={"address": "a\x00@example.org", "password": "\x00"})
    assert answer.status_code in {400, 422}
