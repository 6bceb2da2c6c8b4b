"""An editor pins an article or weighs it, and the next edition follows."""

from flask import Flask
from flask.testing import FlaskClient

from newsletter.catalogue.newsletters import ArticleOrder, Newsletter
from newsletter.feeds.articles import Article
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article
from tests.desk import logged_in, press, services_of, words
from tests.edition_runs import FRIDAY, digests, go_out, tick

ARTICLES = "/desk/n/the-proof/articles"


def a_newsroom(app: Flask, order: ArticleOrder = ArticleOrder.SPREAD) -> FlaskClient:
    """Three articles of which the last is the newest, and a reader."""
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session)
        newsletter.article_order = order
        a_reader(session, newsletter)
        for number in range(1, 4):
            an_article(session, newsletter, f"Article {number}", released_at=NOW + (FRIDAY - NOW) * number / 6)
    return logged_in(app)


def ranked(browser: FlaskClient, article_id: int, **fields: str) -> str:
    page = f"{ARTICLES}/{article_id}"
    assert press(browser, page, f"{page}/place", **fields).status_code == 303
    return words(browser.get(page))


def test_what_is_pinned_stands_first_until_it_is_unpinned(app: Flask, clock: StandingClock) -> None:
    browser = a_newsroom(app)
    assert "Saved." in ranked(browser, 2, pinned="on", weight="0")
    ranked(browser, 1, pinned="on", weight="0")
    clock.at = NOW + (FRIDAY - NOW) * 0.6
    browser = logged_in(app)
    assert words(browser.get("/desk/n/the-proof")).count("pinned") == 2
    ranked(browser, 1, weight="0")
    database = services_of(app).database
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[2, 3, 1]]}


def test_the_weight_counts_where_a_newsletter_orders_by_it(app: Flask, clock: StandingClock) -> None:
    browser = a_newsroom(app, ArticleOrder.WEIGHT)
    ranked(browser, 1, weight="2")
    ranked(browser, 3, weight="-1")
    database = services_of(app).database
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[1, 2, 3]]}


def test_a_weight_that_is_none_is_refused_and_changes_nothing(app: Flask) -> None:
    browser = a_newsroom(app)
    for weight in ("9", "heavy", ""):
        assert "There is no such weight." in ranked(browser, 1, pinned="on", weight=weight)
    with services_of(app).database.read() as session:
        article = session.get_one(Article, 1)
        assert (article.pinned_at, article.weight) == (None, 0)
        assert session.get_one(Newsletter, 1).article_order == ArticleOrder.SPREAD
