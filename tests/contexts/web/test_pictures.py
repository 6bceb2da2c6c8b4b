"""Pictures are served from here: to anybody, for ever, and as nothing but pictures."""

import pytest

from newsletter.feeds.pictures.making import make_picture
from newsletter.feeds.pictures.showing import ShownPicture, shown
from newsletter.feeds.pictures.wanting import upload, want
from tests.data import NOW, a_newsletter, an_article
from tests.desk import logged_in
from tests.drawn_pictures import a_photograph, seen
from tests.reader_site import SLUG, ReaderSite, elements

ICE = "https://img.proof.example/ice.jpg"


def a_picture(site: ReaderSite) -> ShownPicture:
    with site.database.write() as session:
        address = upload(session, site.newsletter_id, a_photograph(800, 500), make=make_picture, now=NOW)
        return shown(session, site.newsletter_id, [address])[address]


def test_a_picture_is_kept_for_ever_and_is_nothing_but_a_picture(site: ReaderSite) -> None:
    made = a_picture(site)
    answer = site.get(site.links.picture(made.digest, made.suffix))
    assert answer.status_code == 200
    assert seen(answer.data).size == (800, 500)
    headers = answer.headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["ETag"] == f'"{made.digest}"'
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("headers", [{}, {"Cookie": "gazette=anything"}, {"If-None-Match": "*"}])
def test_one_copy_of_a_picture_is_enough_for_all_visitors(site: ReaderSite, headers: dict[str, str]) -> None:
    made = a_picture(site)
    answer = site.app.test_client().get(f"/picture/{made.digest}.jpg", headers=headers)
    assert answer.status_code in {200, 304}
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_an_editor_who_is_logged_in_gets_the_same_picture_as_anybody(site: ReaderSite) -> None:
    made = a_picture(site)
    browser = logged_in(site.app)
    assert "Cookie" in browser.get("/desk/n/the-proof").headers["Vary"]
    answer = browser.get(f"/picture/{made.digest}.jpg")
    assert answer.status_code == 200
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_who_has_it_is_not_sent_it_again(site: ReaderSite) -> None:
    made = a_picture(site)
    answer = site.client.get(f"/picture/{made.digest}.jpg", headers={"If-None-Match": f'"{made.digest}"'})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_its_head_may_be_asked_for(site: ReaderSite) -> None:
    made = a_picture(site)
    whole = site.client.get(f"/picture/{made.digest}.jpg")
    head = site.client.head(f"/picture/{made.digest}.jpg")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))


@pytest.mark.parametrize(
    "name",
    ["{digest}.png", "{digest}.svg", "{digest}", "{digest}0.jpg", "0.jpg", "'--.jpg", "%00.jpg", "../{digest}.jpg"],
)
def test_any_other_name_leads_nowhere_and_is_not_kept(site: ReaderSite, name: str) -> None:
    answer = site.client.get(f"/picture/{name.format(digest=a_picture(site).digest)}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_that_is_not_here_yet_is_on_no_page(site: ReaderSite) -> None:
    with site.database.write() as session:
        article = an_article(session, site.newsletter())
        article.image_url = ICE
        want(session, site.newsletter_id, [ICE], now=NOW)
    assert [each for tag, each in elements(site.get(f"/n/{SLUG}")) if tag == "img"] == []


def test_pages_show_pictures_from_here_and_load_none_from_elsewhere(site: ReaderSite) -> None:
    made = a_picture(site)
    with site.database.write() as session:
        article = an_article(session, site.newsletter())
        article.own_image_url, article.own_image_alt = f"upload:{made.digest}", "A float below the ice"
        other = an_article(session, a_newsletter(session, "Another"), "Elsewhere")
        other.image_url = ICE
    page = site.get(f"/n/{SLUG}")
    [image] = [each for tag, each in elements(page) if tag == "img"]
    assert image["src"] == f"/picture/{made.digest}.jpg"
    assert (image["alt"], image["width"], image["height"]) == ("A float below the ice", "800", "500")
    assert "img-src 'self' data:;" in page.headers["Content-Security-Policy"]
