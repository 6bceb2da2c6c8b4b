"""The sign-up form on other sites, over HTTP: the frame, and plain forms."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from newsletter.catalogue import sites
from newsletter.catalogue.newsletters import EmbedSite
from newsletter.subscriptions.subscribers import Consent
from tests.conftest import StandingClock
from tests.data import a_newsletter
from tests.reader_site import SLUG, ReaderSite, elements, the_input, words

EMBED = f"/embed/{SLUG}"
OWN = "https://proof.example"  # the newsletter's own site
FOREIGN = "https://elsewhere.example"


def from_script(site: ReaderSite, address: str = "anna@example.org", origin: str = OWN, **more: object) -> TestResponse:
    """What the script on a page of `origin` sends."""
    return site.client.post(EMBED, json={"address": address, **more}, headers={"Origin": origin})


def from_frame(site: ReaderSite, address: str = "anna@example.org", **fields: str | list[str]) -> TestResponse:
    """Open the framed form and send it, as a closed frame does."""
    token = the_input(site.get(EMBED), "form")["value"] or ""
    data = {"form": token, "address": address, **fields}
    return site.client.post(EMBED, data=data, headers={"Origin": "null"})


def from_plain_form(site: ReaderSite, address: str = "anna@example.org", origin: str = OWN) -> TestResponse:
    """What a form sends that a site wrote itself."""
    return site.client.post(EMBED, data={"address": address}, headers={"Origin": origin})


def waiting(site: ReaderSite) -> list[str]:
    """The sites that wait at the desk."""
    with site.database.read() as session:
        return list(session.scalars(select(EmbedSite.origin).where(EmbedSite.state == "waiting")))


def evidence(site: ReaderSite) -> Consent:
    """What was kept of the one sign-up."""
    with site.database.read() as session:
        return session.scalars(select(Consent)).one()


# The frame


def test_the_frame_takes_a_sign_up_from_a_closed_frame(site: ReaderSite) -> None:
    answer = from_frame(site, topics=["science"])
    assert answer.status_code == 200
    assert "Please look in the inbox of anna@example.org" in words(answer)
    assert site.mails() == ["confirmation"]
    found = evidence(site)
    assert (found.page, found.form) == (f"http://localhost{EMBED}", "embed")
    assert found.wording in words(site.get(EMBED))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_any_site_may_frame_it_and_it_knows_no_cookie(site: ReaderSite, method: str) -> None:
    answer = site.get(EMBED) if method == "GET" else from_frame(site)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in answer.headers
    assert "X-Frame-Options" not in answer.headers


def test_no_other_page_may_be_framed(site: ReaderSite) -> None:
    assert "frame-ancestors 'none'" in site.get(f"/n/{SLUG}").headers["Content-Security-Policy"]


def test_no_link_leaves_the_frame_in_its_own_place(site: ReaderSite) -> None:
    with site.database.write() as session:
        sites.set_thanks(session.merge(site.newsletter()), "Good to have you.", "https://proof.example/thanks")
    for page in (site.get(EMBED), from_frame(site), from_frame(site, "anna@"), from_frame(site, "anna@gmial.com")):
        links = [attributes for tag, attributes in elements(page) if tag == "a"]
        assert links
        assert all(link["target"] == "_blank" and link["rel"] == "noopener" for link in links)
        assert "_top" not in page.text
        assert not [tag for tag, _ in elements(page) if tag == "script"]
        assert not [attributes for _, attributes in elements(page) if "style" in attributes]


def test_the_thanks_of_the_site_stand_beside_what_to_do_next(site: ReaderSite) -> None:
    with site.database.write() as session:
        sites.set_thanks(session.merge(site.newsletter()), "Good to have you.", "https://proof.example/thanks")
    page = from_frame(site)
    assert "Good to have you." in words(page)
    assert "Please look in the inbox of anna@example.org" in words(page)
    assert 'href="https://proof.example/thanks"' in page.text
    answer = from_script(site, "berta@example.org").json
    assert answer is not None
    assert (answer["thanks"], answer["url"]) == ("Good to have you.", "https://proof.example/thanks")


def test_a_slip_in_the_frame_keeps_what_was_entered(site: ReaderSite) -> None:
    page = from_frame(site, "anna@", topics=["technology"])
    assert page.status_code == 422
    assert the_input(page, "address")["value"] == "anna@"
    assert "checked" not in the_input(page, "topics", "science")
    assert "checked" in the_input(page, "topics", "technology")
    back = from_frame(site, topics=["technology"], change="yes")
    assert the_input(back, "address")["value"] == "anna@example.org"
    assert "checked" not in the_input(back, "topics", "science")


def test_a_form_left_open_too_long_is_taken_as_a_plain_one(site: ReaderSite, clock: StandingClock) -> None:
    token = the_input(site.get(EMBED), "form")["value"] or ""
    clock.pass_by(timedelta(days=3))
    data = {"form": token, "address": "anna@example.org"}
    answer = site.client.post(EMBED, data=data, headers={"Origin": FOREIGN})
    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "x", "1.2", "9" * 40 + ".x", "-1.x", "\u0661.x", "99999999999.x", "." * 90])
def test_a_forged_token_is_no_framed_form(site: ReaderSite, token: str) -> None:
    data = {"form": token, "address": "anna@example.org"}
    assert site.client.post(EMBED, data=data, headers={"Origin": FOREIGN}).status_code == 403


def test_the_token_of_one_newsletter_is_none_of_another(site: ReaderSite) -> None:
    with site.database.write() as session:
        a_newsletter(session, "The Evening")
    token = the_input(site.get("/embed/the-evening"), "form")["value"] or ""
    data = {"form": token, "address": "anna@example.org"}
    assert site.client.post(EMBED, data=data, headers={"Origin": FOREIGN}).status_code == 403


def test_the_look_is_carried_on_and_nothing_else_is(site: ReaderSite) -> None:
    page = site.get(f'{EMBED}?background=FFF&accent=0a7f5a&scheme=dark&x=y&language=xx"><b>')
    assert "background=ffffff&amp;accent=0a7f5a&amp;scheme=dark" in page.text
    assert "x=y" not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("value", ["red", "12345", "fffffff", "fff;}body{display:none", "url(x)", "\u0661\u0661\u0661"])
def test_what_is_no_colour_is_passed_over(site: ReaderSite, value: str) -> None:
    plain = site.client.get(f"{EMBED}.css")
    chosen = site.client.get(f"{EMBED}.css", query_string={"background": value, "accent": value, "scheme": value})
    assert chosen.text == plain.text
    assert chosen.headers["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("path", ["/embed/unknown", "/embed/unknown.js", "/embed/unknown.css"])
def test_an_unknown_newsletter_has_no_form(site: ReaderSite, path: str) -> None:
    assert site.get(path).status_code == 404


# Plain forms


def test_a_plain_form_of_a_listed_site_is_heard(site: ReaderSite) -> None:
    answer = from_plain_form(site, "anna@")
    assert answer.status_code == 422
    assert the_input(answer, "address")["value"] == "anna@"
    assert "checked" in the_input(answer, "topics", "science")


def test_a_plain_form_that_hides_where_it_stood_is_heard_too(site: ReaderSite) -> None:
    assert from_plain_form(site, "anna@", origin="null").status_code == 422
    assert from_plain_form(site, "anna@", origin="").status_code == 422


def test_a_plain_form_of_another_site_leads_to_the_newsletters_page(site: ReaderSite) -> None:
    answer = from_plain_form(site, origin=FOREIGN)
    assert answer.status_code == 403
    assert "This site is not on the list" in words(answer)
    assert f'href="/n/{SLUG}"' in answer.text
    assert FOREIGN not in answer.text
    assert waiting(site) == [FOREIGN]
    assert site.mails() == []
