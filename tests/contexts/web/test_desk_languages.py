"""The languages of a newsletter, at the desk and for its readers."""

import pytest
from flask import Flask

from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter
from tests.data import a_newsletter, topic_ids
from tests.desk import logged_in, press, services_of, words

LANGUAGES = "/desk/n/the-proof/languages"


@pytest.fixture
def fields(app: Flask) -> dict[str, str]:
    """German names for the two topics of The Proof."""
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session)
        ids = topic_ids(session, newsletter)
    return {f"topic{ids['science']}": "Wissenschaft", f"topic{ids['technology']}": "Technik"}


def spoken(app: Flask) -> list[str]:
    """What readers may choose."""
    with services_of(app).database.read() as session:
        return offered(session, session.get_one(Newsletter, 1))


def test_a_language_is_offered_once_all_its_texts_are_there(app: Flask, fields: dict[str, str]) -> None:
    browser = logged_in(app)
    assert 'href="/n/the-proof?language=de"' not in app.test_client().get("/n/the-proof").text
    press(browser, LANGUAGES, f"{LANGUAGES}/de", **fields)
    assert spoken(app) == ["en", "de"]
    assert "and to readers who choose it also German" in words(browser.get(LANGUAGES))
    form = app.test_client().get("/n/the-proof?language=de")
    assert '<html lang="de"' in form.text
    assert "Wissenschaft" in form.text
    assert "Eine Mail. Nur, was Sie gewählt haben, nur, was neu ist." in form.text
    assert 'hreflang="en"' in form.text


def test_a_missing_text_comes_back_with_what_was_typed(app: Flask, fields: dict[str, str]) -> None:
    first, *_ = fields
    answer = press(logged_in(app), LANGUAGES, f"{LANGUAGES}/de", **{first: "Wissenschaft & <b>mehr</b>"})
    assert answer.status_code == 422
    assert "Please fill in every line" in words(answer)
    assert 'value="Wissenschaft &amp; &lt;b&gt;mehr&lt;/b&gt;"' in answer.text
    assert spoken(app) == ["en"]


def test_a_language_is_taken_back(app: Flask, fields: dict[str, str]) -> None:
    browser = logged_in(app)
    press(browser, LANGUAGES, f"{LANGUAGES}/de", **fields)
    press(browser, LANGUAGES, f"{LANGUAGES}/de/remove")
    assert spoken(app) == ["en"]
    assert '<html lang="en"' in app.test_client().get("/n/the-proof?language=de").text


def test_readers_are_addressed_like_friends_where_the_newsletter_says_so(app: Flask, fields: dict[str, str]) -> None:
    assert fields
    press(logged_in(app), LANGUAGES, LANGUAGES, language="de", address="informal")
    page = app.test_client().get("/n/the-proof").text
    assert "Eine Mail. Nur, was du gewählt hast, nur, was neu ist." in page
    press(logged_in(app), LANGUAGES, LANGUAGES, language="de", address="formal")
    assert "Nur, was Sie gewählt haben" in app.test_client().get("/n/the-proof").text


def test_arabic_pages_run_from_right_to_left(app: Flask, fields: dict[str, str]) -> None:
    assert fields
    press(logged_in(app), LANGUAGES, LANGUAGES, language="ar", address="formal")
    page = app.test_client().get("/n/the-proof").text
    assert 'lang="ar"' in page
    assert 'dir="rtl"' in page


@pytest.mark.parametrize("language", ["xx", "en-GB", "DE"])
def test_a_language_that_is_not_there_is_no_page(app: Flask, fields: dict[str, str], language: str) -> None:
    assert fields
    browser = logged_in(app)
    token = browser.get(LANGUAGES).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    assert browser.post(f"{LANGUAGES}/{language}", data={"csrf_token": token}).status_code == 404
    assert browser.post(LANGUAGES, data={"csrf_token": token, "language": language}).status_code == 422


def test_the_newsletters_own_language_is_not_added_twice(app: Flask, fields: dict[str, str]) -> None:
    browser = logged_in(app)
    token = browser.get(LANGUAGES).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    assert browser.post(f"{LANGUAGES}/en", data={"csrf_token": token, **fields}).status_code == 422


def test_only_editors_see_it(app: Flask) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session)
    assert app.test_client().get(LANGUAGES).status_code == 302
