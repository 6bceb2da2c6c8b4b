"""Articles that are handed in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from config import defaults
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, ArticleTopic, Origin, Standing
from newsletter.feeds.handing_in import Given, HandedIn, hand_in
from newsletter.feeds.parsing.items import ParsedItem
from tests.fake_feeds import item
from tests.feed_stock import LATER, TECHNOLOGY, a_feed, take

HOUR = timedelta(hours=1)
ICE = ParsedItem(
    guid="cms-1",
    url="https://proof.example/ice?utm_source=cms",
    title="Under the ice shelf",
    summary="Thin.",
    html="<p>Thin.</p>",
    author="Ada",
    image_url="",
    image_alt="",
    minutes=1,
    categories=("Science",),
    published_at=None,
    updated_at=None,
    language="en",
)


def give(database: Database, given: Given, origin: Origin = Origin.API) -> HandedIn:
    with database.write() as session:
        return hand_in(session, 1, given, origin=origin, now=LATER)


def the_article(database: Database) -> Article:
    with database.read() as session:
        return session.scalars(select(Article)).one()


def test_what_is_handed_in_is_stored_once_and_edited_after_that(database: Database) -> None:
    a_feed(database)
    assert give(database, Given(ICE)) == HandedIn(1, is_new=True, is_changed=False)
    assert give(database, Given(ICE)) == HandedIn(1, is_new=False, is_changed=False)
    moved = replace(ICE, url="https://proof.example/ice-2", title="Thin ice")
    assert give(database, Given(moved)) == HandedIn(1, is_new=False, is_changed=True)
    article = the_article(database)
    assert (article.title, article.origin, article.feed_id) == ("Thin ice", Origin.API, None)
    assert article.released_at == LATER + defaults.GRACE_TIME


def test_the_feed_that_brings_it_too_neither_doubles_nor_edits_it(database: Database) -> None:
    feed_id = a_feed(database)
    give(database, Given(ICE))
    assert take(database, feed_id, item("As the feed has it", link="https://proof.example/ice", guid="feed-1")) == (
        0,
        0,
    )
    assert the_article(database).title == "Under the ice shelf"


def test_topics_that_are_given_outrank_categories(database: Database) -> None:
    a_feed(database)
    give(database, Given(ICE, topic_ids=frozenset({TECHNOLOGY})))
    with database.read() as session:
        assert list(session.scalars(select(ArticleTopic.topic_id))) == [TECHNOLOGY]


def test_it_may_be_held_or_under_embargo_or_old(database: Database) -> None:
    a_feed(database)
    give(database, Given(ICE, is_held=True))
    give(
        database,
        Given(replace(ICE, guid="2", url="https://proof.example/2", title="Two"), embargo_at=LATER + 20 * HOUR),
    )
    give(database, Given(replace(ICE, guid="3", url="https://proof.example/3", title="Three"), is_old=True))
    with database.read() as session:
        found = [(each.standing, each.released_at) for each in session.scalars(select(Article).order_by(Article.id))]
    assert found == [(Standing.HELD, None), (Standing.FREE, LATER + 20 * HOUR), (Standing.OLD, None)]


def test_what_an_editor_publishes_at_the_desk_has_no_grace_time(database: Database) -> None:
    a_feed(database)
    give(database, Given(ICE, markdown="Thin."), Origin.DESK)
    article = the_article(database)
    assert (article.released_at, article.markdown) == (LATER, "Thin.")


def test_what_was_removed_stays_removed(database: Database) -> None:
    a_feed(database)
    give(database, Given(ICE))
    with database.write() as session:
        session.delete(session.scalars(select(Article)).one())
    with pytest.raises(RefusedError, match="stays removed"):
        give(database, Given(ICE))
