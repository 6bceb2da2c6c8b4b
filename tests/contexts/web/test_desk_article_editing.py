"""The editor's last word about an article: title, summary and picture, and the way back to the site's."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from newsletter.feeds import revisions
from newsletter.feeds.articles import Article
from newsletter.feeds.pictures.hosted import Picture, PictureState
from newsletter.feeds.pictures.wanting import UPLOAD, address_key
from tests.desk import logged_in, press, services_of, token_in, words
from tests.desk_articles import LIST, a_house, a_photo, article_of, the_article

ICE = "https://proof.example/ice.jpg"


def save(browser: FlaskClient, article_id: int, **typed: object) -> TestResponse:
    """Send the form of the words with these fields changed."""
    page = f"{LIST}/{article_id}"
    fields = {"title": "Under the ice shelf", "summary": "What Under the ice shelf is about.", "alt": ""} | typed
    token = token_in(browser.get(page))
    form = {"csrf_token": token} | fields
    answer = browser.post(f"{page}/words", data=form, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the client keeps what is large in a file, and leaves it open
    return answer


def test_an_editors_words_stand_beside_the_sites(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    browser = logged_in(app)
    assert save(browser, article_id, title="A river runs uphill").status_code == 303
    page = words(browser.get(f"{LIST}/{article_id}"))
    assert "Saved. Mails made from now on and the archive show it so" in page
    assert "The site now says: Under the ice shelf" in page
    assert "Title in mails taken out: Under the ice shelf put in: A river runs uphill" in page
    assert "changed by Maren Oduya" in page
    assert article_of(app, article_id).own_summary is None, "what equals the site's words follows the site"
    assert "edited here" in words(browser.get(LIST))


def test_the_sites_words_are_taken_back_field_by_field(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, own_title="Mine", own_summary="Mine too")
    browser = logged_in(app)
    press(browser, f"{LIST}/{article_id}", f"{LIST}/{article_id}/site", take="title")
    article = article_of(app, article_id)
    assert (article.own_title, article.own_summary) == (None, "Mine too")
    press(browser, f"{LIST}/{article_id}", f"{LIST}/{article_id}/site", take="nonsense")
    assert article_of(app, article_id).own_summary == "Mine too"


def test_a_title_must_say_something(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    answer = save(logged_in(app), article_id, title=" \u200b ", summary="Kept as typed")
    assert answer.status_code == 422
    assert "A mail needs a title. Write one, or take the site's." in words(answer)
    assert "Kept as typed</textarea>" in answer.text
    assert article_of(app, article_id).own_summary is None


def test_a_picture_of_the_editor_is_hosted_and_described(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, image_url=ICE, image_alt="Ice")
    browser = logged_in(app)
    answer = save(browser, article_id, picture="upload", file=(a_photo(), "a.jpg"), alt="A river under ice")
    assert answer.status_code == 303, words(answer)
    page = browser.get(f"{LIST}/{article_id}")
    assert 'alt="A river under ice"' in page.text
    assert "The site now has: https://proof.example/ice.jpg, which shows: Ice" in words(page)
    path = page.text.partition('src="/picture/')[2].partition('"')[0]
    assert browser.get(f"/picture/{path}").status_code == 200


def test_a_file_counts_although_its_choice_was_not_ticked(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, image_url=ICE, image_alt="Ice")
    save(logged_in(app), article_id, picture="site", file=(a_photo(), "a.jpg"), alt="A river")
    assert str(article_of(app, article_id).own_image_url).startswith(UPLOAD)


def test_no_picture_and_a_picture_from_the_web_can_be_chosen(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, image_url=ICE, image_alt="Ice")
    browser = logged_in(app)
    save(browser, article_id, picture="none", alt="Ice")
    assert article_of(app, article_id).shown_image_url == ""
    save(browser, article_id, picture="address", address="https://proof.example/b.jpg", decorates="yes")
    article = article_of(app, article_id)
    assert (article.shown_image_url, article.shown_image_alt) == ("https://proof.example/b.jpg", "")
    save(browser, article_id, picture="keep", title="Another", decorates="yes")
    assert article_of(app, article_id).own_image_url == "https://proof.example/b.jpg"
    save(browser, article_id, picture="site", decorates="yes")
    article = article_of(app, article_id)
    assert (article.own_image_url, article.shown_image_alt) == (None, "Ice")


def test_words_about_the_picture_count_although_it_was_said_to_decorate(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, image_url=ICE)
    browser = logged_in(app)
    save(browser, article_id, picture="site", alt="Ice", decorates="yes")
    assert article_of(app, article_id).shown_image_alt == "Ice"
    save(browser, article_id, picture="site", alt="Ice", decorates="yes")
    assert article_of(app, article_id).shown_image_alt == "", "now the box was ticked beside words that stood there"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"picture": "upload"}, "Choose the file of the picture first."),
        (
            {"picture": "upload", "file": (BytesIO(b"no picture"), "a.jpg"), "alt": "A"},
            "no picture that mails can show",
        ),
        ({"picture": "upload", "file": (BytesIO(b"<svg/>"), "a.svg"), "alt": "A"}, "a drawing in SVG"),
        ({"picture": "address", "address": "javascript:alert(1)", "alt": "A"}, "This is no web address."),
        ({"picture": "address", "address": ICE}, "Say what the picture shows, or tick that it only decorates."),
        ({"picture": "address", "address": ICE, "alt": "Former"}, "These words are about the former picture."),
    ],
)
def test_a_picture_that_cannot_be_is_refused_at_its_field(app: Flask, typed: dict[str, object], sentence: str) -> None:
    a_house(app)
    article_id = the_article(app, image_url="https://proof.example/a.jpg", image_alt="Former")
    answer = save(logged_in(app), article_id, **typed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert article_of(app, article_id).own_image_url is None


def test_a_file_of_some_megabytes_is_taken_and_a_huge_one_refused(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    browser = logged_in(app)
    padded = BytesIO(a_photo().read() + b"\0" * 3_000_000)
    assert save(browser, article_id, picture="upload", file=(padded, "a.jpg"), alt="A").status_code == 303
    large = BytesIO(b"\xff\xd8" + b"\0" * (10 * 1024 * 1024))
    answer = save(browser, article_id, picture="upload", file=(large, "a.jpg"), alt="B")
    assert answer.status_code == 422
    assert "This file is larger than 10 MB." in words(answer)
    huge = BytesIO(b"\0" * (11 * 1024 * 1024))
    assert save(browser, article_id, picture="upload", file=(huge, "a.jpg"), alt="B").status_code == 413


def test_nobody_but_an_editor_may_send_so_much(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    padded = BytesIO(b"\0" * 3_000_000)
    answer = app.test_client().post(f"{LIST}/{article_id}/words", data={"file": (padded, "a.jpg")})
    answer.request.environ["wsgi.input"].close()  # see `save`
    assert answer.status_code in {400, 413}


def test_a_broken_picture_says_why_and_is_fetched_again(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, image_url=ICE)
    with services_of(app).database.write() as session:
        row = Picture(newsletter_id=1, address=ICE, address_hash=address_key(ICE), state=PictureState.BROKEN, tries=3)
        row.trouble = "The site says that it is gone."
        session.add(row)
    browser = logged_in(app)
    page = f"{LIST}/{article_id}"
    assert "Mails go out without its picture. The site says that it is gone." in words(browser.get(page))
    press(browser, page, f"{page}/picture/again")
    assert "Its picture is being fetched." in words(browser.get(page))


def test_what_the_site_changed_is_marked_word_by_word(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app)
    with services_of(app).database.write() as session:
        article = session.get_one(Article, article_id)
        revisions.keep(session, article, {"title": None, "html": None}, editor_id=None, at=article.updated_at)
        article.title, article.html = "Under the sea ice shelf", "<p>Under the <b>ice</b> shelf.</p>"
    page = words(logged_in(app).get(f"{LIST}/{article_id}"))
    assert "changed by the site" in page
    assert "Title Under the put in: sea ice shelf" in page
