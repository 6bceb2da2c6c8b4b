"""The form on other sites, at the desk."""

from flask import Flask

from newsletter.catalogue import sites
from newsletter.catalogue.newsletters import Newsletter
from tests.data import NOW, a_newsletter
from tests.desk import logged_in, press, services_of, words

SITES = "/desk/n/the-proof/sites"
FOREIGN = "https://elsewhere.example"


def a_house(app: Flask, name: str = "The Proof") -> int:
    """A newsletter whose form was tried from another site; the id of that site."""
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session, name)
        sites.note_refused(session, newsletter, FOREIGN, now=NOW)
        return sites.sites_of(session, newsletter.id)[0].id


def the_newsletter(app: Flask) -> Newsletter:
    """The Proof, as it stands."""
    with services_of(app).database.read() as session:
        return session.get_one(Newsletter, 1)


def is_allowed(app: Flask, origin: str) -> bool:
    """Whether a site may use the form of The Proof."""
    with services_of(app).database.read() as session:
        return sites.is_allowed(session, session.get_one(Newsletter, 1), origin)


def test_a_site_that_waits_is_allowed_and_refused_with_one_press_each(app: Flask) -> None:
    site_id = a_house(app)
    browser = logged_in(app)
    assert "1 site tried to use the form of The Proof and waits for your word." in words(browser.get(SITES))
    press(browser, SITES, f"{SITES}/{site_id}/allow")
    assert is_allowed(app, FOREIGN)
    page = words(browser.get(SITES))
    assert f"The form works on {FOREIGN} from now on." in page
    assert "Maren Oduya" in page
    press(browser, SITES, f"{SITES}/{site_id}/refuse")
    assert not is_allowed(app, FOREIGN)


def test_an_editor_allows_a_site_by_its_address(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    press(browser, SITES, SITES, site="News.Example.org/blog")
    assert is_allowed(app, "https://news.example.org")


def test_what_is_no_address_comes_back_with_the_reason(app: Flask) -> None:
    a_house(app)
    answer = press(logged_in(app), SITES, SITES, site="<b>no site</b>")
    assert answer.status_code == 422
    assert "This is no address of a site." in words(answer)
    assert 'value="&lt;b&gt;no site&lt;/b&gt;"' in answer.text


def test_a_site_of_another_newsletter_is_not_here(app: Flask) -> None:
    a_house(app)
    other = a_house(app, "The Evening")
    browser = logged_in(app)
    answer = press(browser, "/desk/n/the-evening/sites", f"/desk/n/the-evening/sites/{other}/allow")
    assert answer.status_code == 303
    token_page = browser.get(SITES)
    assert f"{SITES}/{other}/allow" not in token_page.text
    assert not is_allowed(app, FOREIGN)


def test_words_and_a_page_of_ones_own_follow_a_sign_up(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    press(browser, SITES, f"{SITES}/thanks", words="Good to have you.", url="https://news.example.org/thanks")
    found = the_newsletter(app)
    assert (found.thanks, found.thanks_url) == ("Good to have you.", "https://news.example.org/thanks")
    answer = press(browser, SITES, f"{SITES}/thanks", words="Hello.", url="javascript:alert(1)")
    assert answer.status_code == 422
    assert 'value="Hello."' in answer.text
    assert the_newsletter(app).thanks == "Good to have you."


def test_the_code_to_copy_is_html_whatever_the_newsletter_is_called(app: Flask) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        session.get_one(Newsletter, 1).name = 'Proof & "Print"'
    page = logged_in(app).get(SITES).text
    assert "Subscribe to Proof &amp;amp; &amp;quot;Print&amp;quot;" in page
    assert "http://localhost/embed/the-proof.js" in page


def test_only_editors_see_it(app: Flask) -> None:
    a_house(app)
    assert app.test_client().get(SITES).status_code == 302
