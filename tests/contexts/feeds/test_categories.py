"""Which topic a category of a feed means."""

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds.articles import ArticleTopic
from newsletter.feeds.categories import end_rule, seen_categories, set_rule
from tests.fake_feeds import item
from tests.feed_stock import LATER, SCIENCE, TECHNOLOGY, a_feed, take


def topics(database: Database) -> set[int]:
    with database.read() as session:
        return set(session.scalars(select(ArticleTopic.topic_id)))


def test_a_rule_sorts_what_comes_and_what_has_come(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(category="KI"))
    assert topics(database) == set()
    with database.write() as session:
        assert set_rule(session, 1, " ki ", TECHNOLOGY, now=LATER) == [1]
    assert topics(database) == {TECHNOLOGY}
    take(database, feed_id, item("Two", guid="2", link="https://proof.example/2", category="Ki"))
    with database.read() as session:
        assert session.scalars(select(ArticleTopic.article_id).order_by(ArticleTopic.article_id)).all() == [1, 2]


def test_a_rule_outranks_the_topic_of_the_same_name(database: Database) -> None:
    feed_id = a_feed(database)
    with database.write() as session:
        set_rule(session, 1, "Science", TECHNOLOGY, now=LATER)
    take(database, feed_id, item(category="Science"))
    assert topics(database) == {TECHNOLOGY}


def test_a_category_may_mean_nothing(database: Database) -> None:
    feed_id = a_feed(database, topic="technology")
    with database.write() as session:
        set_rule(session, 1, "Science", None, now=LATER)
    take(database, feed_id, item(category="Science"))
    assert topics(database) == {TECHNOLOGY}  # the topic of the feed


def test_a_changed_rule_moves_its_articles_and_an_ended_one_gives_them_back(database: Database) -> None:
    take(database, a_feed(database), item(category="Science"))
    with database.write() as session:
        assert set_rule(session, 1, "Science", TECHNOLOGY, now=LATER) == [1]
    assert topics(database) == {TECHNOLOGY}
    with database.write() as session:
        assert end_rule(session, 1, "science", now=LATER) == [1]
    assert topics(database) == {SCIENCE}


def test_the_categories_seen_are_counted_with_what_they_mean(database: Database) -> None:
    feed_id = a_feed(database)
    take(
        database,
        feed_id,
        *(item(str(n), guid=str(n), link=f"https://proof.example/{n}", category="KI") for n in (1, 2)),
    )
    take(database, feed_id, item("Ice", guid="3", link="https://proof.example/3", category="Science"))
    with database.write() as session:
        set_rule(session, 1, "Gardening", None, now=LATER)
        found = [
            (each.category, each.articles, each.topic_id, each.has_rule)
            for each in seen_categories(session, 1, now=LATER)
        ]
    assert found == [("KI", 2, None, False), ("Science", 1, SCIENCE, False), ("gardening", 0, None, True)]


def test_a_rule_needs_a_category_and_a_topic_of_this_newsletter(database: Database) -> None:
    a_feed(database)
    with database.write() as session:
        with pytest.raises(RefusedError, match="Name the category"):
            set_rule(session, 1, "  ", TECHNOLOGY, now=LATER)
        with pytest.raises(RefusedError, match="not one of this newsletter"):
            set_rule(session, 1, "KI", 404, now=LATER)
