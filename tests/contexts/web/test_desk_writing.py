"""Writing an article at the desk: the form, its preview, and what is stored."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from newsletter.feeds.articles import Article, Origin, Standing
from tests.data import NOW
from tests.desk import logged_in, services_of, token_in, words
from tests.desk_articles import LIST, a_house, a_photo, article_of, the_article

NEW = f"{LIST}/new"


def send(browser: FlaskClient, page: str = NEW, **typed: object) -> TestResponse:
    """Send the form of an article."""
    fields = {"title": "Six trams", "markdown": "The *first* one left.", "way": "now"} | typed
    token = token_in(browser.get(page))
    return browser.post(page, data={"csrf_token": token} | fields, content_type="multipart/form-data")


def count(app: Flask) -> int:
    """How many articles there are."""
    with services_of(app).database.read() as session:
        return session.scalar(select(func.count()).select_from(Article)) or 0


def test_an_article_without_a_link_gets_a_page_of_its_own(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    answer = send(browser, summary="On rails", topics="2", author="Ines")
    assert answer.headers["Location"] == f"{LIST}/1"
    article = article_of(app, 1)
    assert (article.origin, article.markdown, article.author) == (Origin.DESK, "The *first* one left.", "Ines")
    assert article.html == "<p>The <em>first</em> one left.</p>"
    assert article.released_at == NOW
    assert browser.get(article.url).status_code == 200
    page = words(browser.get(f"{LIST}/1"))
    assert "“Six trams” is saved. It goes out with the next edition." in page
    assert "written here" in page
    assert "Technology · seen" in words(browser.get(LIST))


def test_two_articles_of_the_same_words_are_two(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    send(browser, markdown="Short.")
    send(browser, markdown="Short.")
    assert count(app) == 2


def test_a_draft_waits_for_an_editor(app: Flask) -> None:
    a_house(app)
    send(logged_in(app), way="draft")
    assert (article_of(app, 1).standing, article_of(app, 1).released_at) == (Standing.HELD, None)


def test_an_article_can_wait_for_a_moment(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    send(browser, way="moment", day="2026-11-27", time="18:00")
    assert article_of(app, 1).released_at == NOW.replace(day=27, hour=17)
    assert 'value="2026-11-27"' in browser.get(f"{LIST}/1/edit").text


def test_a_picture_comes_along(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    assert send(browser, picture="upload", file=(a_photo(), "a.jpg"), alt="Six trams in a row").status_code == 303
    assert 'alt="Six trams in a row"' in browser.get(f"{LIST}/1").text
    assert article_of(app, 1).shown_image_alt == "Six trams in a row"
    send(browser, f"{LIST}/1/edit", title="Seven trams", picture="keep", alt="Six trams in a row", way="keep")
    assert article_of(app, 1).shown_image_alt == "Six trams in a row"
    assert 'alt="Six trams in a row"' in browser.get(f"{LIST}/1").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": " "}, "Give it a title: mails lead with it."),
        ({"markdown": " "}, "Write the text, or give the link under which the article stands."),
        ({"link": "javascript:alert(1)"}, "This is no web address."),
        ({"way": "moment"}, "Choose the day."),
        ({"way": "moment", "day": "2026-11-01", "time": "10:00"}, "This moment has passed."),
        ({"picture": "upload"}, "Choose the file of the picture first."),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(
    app: Flask, typed: dict[str, str], sentence: str
) -> None:
    a_house(app)
    answer = send(logged_in(app), **({"summary": "Kept", "topics": "1"} | typed))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Kept</textarea>" in answer.text
    assert 'value="1" checked' in " ".join(answer.text.split())
    assert count(app) == 0


def test_a_link_that_is_known_is_refused(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    send(browser, link="https://proof.example/trams")
    answer = send(browser, link="https://www.proof.example/trams/", title="Other")
    assert answer.status_code == 422
    assert "An article with this link is here already." in words(answer)
    assert article_of(app, 1).title == "Six trams"


def test_the_preview_shows_the_text_and_stores_nothing(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    markdown = "**Bold** <script>alert(1)</script> ![A tram](https://proof.example/t.jpg)"
    page = send(browser, step="preview", markdown=markdown, title="")
    assert page.status_code == 200
    assert "<strong>Bold</strong>" in page.text
    assert "<script>alert" not in page.text
    assert "Picture: A tram" in words(page)
    assert count(app) == 0
    part = browser.post(f"{LIST}/preview", data={"csrf_token": token_in(browser.get(NEW)), "markdown": markdown})
    assert "<strong>Bold</strong>" in part.text
    assert "<html" not in part.text


def test_an_edit_keeps_the_address_and_what_it_said_before(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    send(browser)
    address = article_of(app, 1).url
    answer = send(browser, f"{LIST}/1/edit", title="Seven trams", markdown="The last one left.", way="keep")
    assert answer.status_code == 303, words(answer)
    article = article_of(app, 1)
    assert (article.title, article.url, count(app)) == ("Seven trams", address, 1)
    page = words(browser.get(f"{LIST}/1"))
    assert "changed by Maren Oduya" in page
    assert "taken out: Six put in: Seven trams" in page


def test_an_edit_can_hold_or_release_it(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    send(browser, way="draft")
    send(browser, f"{LIST}/1/edit", way="moment", day="2026-11-25", time="10:00")
    assert article_of(app, 1).released_at == NOW + timedelta(days=1)
    send(browser, f"{LIST}/1/edit", way="now")
    assert article_of(app, 1).released_at == NOW
    send(browser, f"{LIST}/1/edit", way="draft")
    assert article_of(app, 1).standing == Standing.HELD


def test_the_article_of_a_site_is_not_rewritten_here(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    answer = logged_in(app).get(f"{LIST}/{article_id}/edit")
    assert answer.status_code == 404
    assert "This article was not written here." in words(answer)
