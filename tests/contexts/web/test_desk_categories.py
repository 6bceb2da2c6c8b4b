"""Topics & categories: which category means which topic, and what happens to the articles of a topic."""

import pytest
from flask import Flask
from sqlalchemy import select

from newsletter.catalogue.newsletters import MailRule, Topic
from newsletter.feeds.articles import ArticleTopic, Standing
from tests.data import a_newsletter
from tests.desk import logged_in, press, services_of, words
from tests.desk_articles import LIST, a_house, article_of, mailed, the_article

PAGE = "/desk/n/the-proof/categories"


def topics_of(app: Flask, article_id: int) -> set[int]:
    """The topics of an article."""
    with services_of(app).database.read() as session:
        return set(session.scalars(select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article_id)))


def test_the_categories_of_feeds_stand_there_with_what_they_mean(app: Flask) -> None:
    a_house(app)
    the_article(app, "One", categories=["KI", "Science"])
    the_article(app, "Two", categories=["ki"])
    page = words(logged_in(app).get(PAGE))
    assert "ki 2 articles · means nothing yet" in page.casefold()
    assert "Science 1 article · named like the topic" in page


def test_a_rule_says_what_a_category_means_and_articles_follow(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, categories=["KI"])
    browser = logged_in(app)
    assert press(browser, PAGE, PAGE, category="KI", means="2").status_code == 303
    page = words(browser.get(PAGE))
    assert "Category “KI” → topic “Technology”. 1 article followed." in page
    assert "1 article · by your rule" in page
    assert 2 in topics_of(app, article_id)
    press(browser, PAGE, PAGE, category="KI", means="as-named")
    assert "Category “KI” → no topic. 1 article followed." in words(browser.get(PAGE))
    assert 2 not in topics_of(app, article_id)


def test_a_category_can_mean_nothing_although_a_topic_has_its_name(app: Flask) -> None:
    a_house(app)
    article_id = the_article(app, categories=["Science"])
    press(logged_in(app), PAGE, PAGE, category="Science", means="nothing")
    assert topics_of(app, article_id) == set()


def test_a_rule_for_a_category_that_nobody_has_used_stands_in_the_list(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    press(browser, PAGE, PAGE, category="Robots", means="2")
    page = words(browser.get(PAGE))
    assert "Category “Robots” → topic “Technology”. No article changes its topic by that." in page
    assert "robots no article lately · by your rule" in page


@pytest.mark.parametrize(
    ("category", "means", "sentence"),
    [
        (" ", "1", "Name the category, as the feed writes it."),
        ("KI", "3", "This topic is not one of this newsletter."),
        ("KI", "x", "This topic is not one of this newsletter."),
        ("KI", "9" * 30, "This topic is not one of this newsletter."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(app: Flask, category: str, means: str, sentence: str) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        a_newsletter(session, "Another", topics=("Foreign",))
    answer = press(logged_in(app), PAGE, PAGE, category=category, means=means)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_holding_a_topic_holds_what_has_not_gone_out(app: Flask) -> None:
    a_house(app)
    out, waiting = the_article(app, "Out"), the_article(app, "Waiting")
    mailed(app, out)
    browser = logged_in(app)
    assert "1 article that has not gone out would follow another choice." in words(browser.get(PAGE))
    press(browser, PAGE, f"{PAGE}/topics/1", rule="hold")
    assert (
        "From now on articles in “Science” wait until an editor releases each. "
        "1 article that had come already followed."
    ) in words(browser.get(PAGE))
    assert article_of(app, waiting).standing == Standing.HELD_BY_TOPIC
    assert article_of(app, out).standing == Standing.FREE
    assert "Everything in its topic waits for an editor." in words(browser.get(LIST))
    press(browser, PAGE, f"{PAGE}/topics/1", rule="mail")
    assert article_of(app, waiting).standing == Standing.FREE


@pytest.mark.parametrize(("topic_id", "rule"), [(3, "hold"), (2**70, "hold"), (1, "burn"), (1, "")])
def test_a_rule_of_no_topic_here_or_of_no_kind_is_refused(app: Flask, topic_id: int, rule: str) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        a_newsletter(session, "Another", topics=("Foreign",))
    browser = logged_in(app)
    app.config["WTF_CSRF_ENABLED"] = False
    assert browser.post(f"{PAGE}/topics/{topic_id}", data={"rule": rule}).status_code == 422
    with services_of(app).database.read() as session:
        assert {topic.rule for topic in session.scalars(select(Topic))} == {MailRule.MAIL}


def test_without_topics_it_says_how_to_add_one(app: Flask) -> None:
    with services_of(app).database.write() as session:
        a_newsletter(session, topics=())
    page = words(logged_in(app).get(PAGE))
    assert "The newsletter has no topics: every article goes to everyone." in page
    assert "gazette topic add" in page
    assert "No category has been seen yet." in page
