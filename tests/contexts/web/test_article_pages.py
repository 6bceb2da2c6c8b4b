"""The pages of articles that were written here."""

from datetime import timedelta

import pytest

from newsletter.feeds.articles import Article, Decision, Origin
from newsletter.feeds.deciding import decide
from newsletter.feeds.handing_in import Given
from newsletter.feeds.own_pages import HERE, rewrite, write
from newsletter.feeds.writing import written
from tests.cms import ICE, Cms
from tests.conftest import StandingClock

TEXT = "The ice is **thinner** than was thought.\n\n![The shelf](https://proof.example/ice.jpg)"


def given(title: str = "Under the ice", markdown: str = TEXT, guid: str = "") -> Given:
    return Given(written(title, "", markdown, url=HERE, author="Maren Oduya", guid=guid), markdown=markdown)


def a_written_article(cms: Cms, clock: StandingClock, *, guid: str = "", origin: Origin = Origin.DESK) -> Article:
    """An article that is written here, as it is stored."""
    parts = cms.parts
    with parts.database.write() as session:
        newsletter = cms.newsletter(session)
        done = write(session, newsletter, given(guid=guid), parts.links, origin=origin, now=clock.now())
        return session.get_one(Article, done.article_id)


def test_a_written_article_gets_a_page_of_its_own(cms: Cms, clock: StandingClock) -> None:
    article = a_written_article(cms, clock)
    assert article.url == f"http://localhost/n/the-proof-of-our-cms/articles/{article.id}"
    assert article.page_due_at is None, "our own page says nothing that we do not know"
    clock.pass_by(timedelta(minutes=16))
    page = cms.app.test_client().get(article.url.removeprefix("http://localhost"))
    assert page.status_code == 200
    assert "<h1>Under the ice</h1>" in page.text
    assert "<strong>thinner</strong>" in page.text
    assert page.text.count("thinner") == 1, "a summary made from the text is not said twice"
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers


def test_before_its_release_it_is_not_there(cms: Cms, clock: StandingClock) -> None:
    article = a_written_article(cms, clock, origin=Origin.COMMAND)
    path = article.url.removeprefix("http://localhost")
    assert cms.app.test_client().get(path).status_code == 404
    clock.pass_by(timedelta(minutes=16))
    assert cms.app.test_client().get(path).status_code == 200
    with cms.parts.database.write() as session:
        decide(session, session.get_one(Article, article.id), Decision.NEVER, now=clock.now())
    assert cms.app.test_client().get(path).status_code == 404


def test_an_article_of_another_site_has_no_page_here(cms: Cms, clock: StandingClock) -> None:
    number = cms.send(ICE).get_json()["id"]
    clock.pass_by(timedelta(minutes=16))
    assert cms.app.test_client().get(f"/n/the-proof-of-our-cms/articles/{number}").status_code == 404


@pytest.mark.parametrize("path", ["1", str(2**70), "x", "%00", "-1"])
def test_what_is_not_there_is_not_found(cms: Cms, path: str) -> None:
    assert cms.app.test_client().get(f"/n/the-proof-of-our-cms/articles/{path}").status_code == 404
    assert cms.app.test_client().get(f"/n/nothing/articles/{path}").status_code == 404


def test_each_written_article_is_a_new_one_unless_it_has_a_name(cms: Cms, clock: StandingClock) -> None:
    one, two = a_written_article(cms, clock), a_written_article(cms, clock)
    assert one.id != two.id
    named = a_written_article(cms, clock, guid="file:ice.md")
    again = a_written_article(cms, clock, guid="file:ice.md")
    assert (named.id, named.url) == (again.id, again.url)


def test_a_written_article_is_rewritten_in_its_place(cms: Cms, clock: StandingClock) -> None:
    article = a_written_article(cms, clock)
    with cms.parts.database.write() as session:
        kept = session.get_one(Article, article.id)
        done = rewrite(session, kept, given("Below the ice", "Much thinner."), now=clock.now())
    assert (done.article_id, done.is_new, done.is_changed) == (article.id, False, True)
    [stored] = cms.stored()
    assert (stored.title, stored.html, stored.markdown) == ("Below the ice", "<p>Much thinner.</p>", "Much thinner.")
    assert (stored.url, stored.page_due_at) == (article.url, None)
