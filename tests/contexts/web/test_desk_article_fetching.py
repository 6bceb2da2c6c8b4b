"""*Fetch again now* on the page of an article at the desk."""

import pytest
from flask import Flask

from newsletter.feeds.articles import Article, Origin, Standing
from tests.data import NOW
from tests.desk import logged_in, press, services_of, token_in, words
from tests.desk_articles import LIST, a_house, article_of, the_article


@pytest.mark.parametrize(("tries", "why"), [(3, "could not be read in three tries"), (1, "holds no article")])
def test_a_page_that_was_given_up_can_be_fetched_again(app: Flask, tries: int, why: str) -> None:
    a_house(app)
    gave_up = {"standing": Standing.NO_ARTICLE, "released_at": None, "page_tries": tries}
    article_id = the_article(app, "Given up", **gave_up)
    browser = logged_in(app)
    page = f"{LIST}/{article_id}"
    assert why in words(browser.get(page))
    assert press(browser, page, f"{page}/again").headers["Location"] == page
    article = article_of(app, article_id)
    assert (article.page_due_at, article.page_tries) == (NOW, 0)
    shown = words(browser.get(page))
    assert "“Given up” is being read again, past all caches." in shown
    assert "Its page is being read; if the site does not answer, again after 2 and after 20 minutes." in shown


def test_an_article_whose_page_did_not_answer_says_that_its_text_is_not_all(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, page_tries=3)
    read = the_article(app, "Read", page_tries=1)
    browser = logged_in(app)
    assert "so this is all that its source says" in words(browser.get(f"{LIST}/{article_id}"))
    assert "so this is all that its source says" not in words(browser.get(f"{LIST}/{read}"))


def test_what_has_its_page_here_is_not_fetched(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, origin=Origin.DESK, markdown="Ice.")
    with services_of(app).database.write() as session:
        address = services_of(app).links.article("the-proof", article_id)
        session.get_one(Article, article_id).url = address
    browser = logged_in(app)
    page = f"{LIST}/{article_id}"
    shown = browser.get(page)
    assert f'action="{page}/again"' not in shown.text
    answer = browser.post(f"{page}/again", data={"csrf_token": token_in(shown)})
    assert answer.status_code == 404
    assert "there is nothing to fetch" in words(answer)
    assert article_of(app, article_id).page_due_at is None
