"""Storing what feeds bring: once, released rightly, sorted into topics."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from config import defaults
from newsletter.database import Database
from newsletter.feeds.articles import Article, ArticleAlias, ArticleTopic
from tests.data import a_newsletter, topic_ids
from tests.fake_feeds import item
from tests.feed_stock import LATER, a_feed, articles, take, take_all, the_article


def topics(database: Database, article_id: int) -> set[str]:
    with database.read() as session:
        newsletter = session.get_one(Article, article_id).newsletter_id
        slugs = {1: "science", 2: "technology"}
        assert newsletter == 1
        query = select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article_id)
        return {slugs[each] for each in session.scalars(query)}


def test_topics_of_the_data_have_the_ids_that_these_tests_use(database: Database) -> None:
    with database.write() as session:
        assert topic_ids(session, a_newsletter(session)) == {"science": 1, "technology": 2}


def test_an_article_is_stored_with_all_it_has(database: Database) -> None:
    feed_id = a_feed(database)
    assert take(database, feed_id, item(link="https://proof.example/ice?utm_source=rss&amp;p=1")) == (1, 0)
    article = the_article(database)
    assert (article.feed_id, article.url) == (feed_id, "https://proof.example/ice?p=1")
    assert (article.title, article.summary) == ("Under the ice shelf", "The ice is thinner than was thought.")
    assert article.html == "<p>The ice is thinner than was thought.</p>"
    assert article.published_at == datetime.fromisoformat("2026-11-23T10:00:00Z")
    assert article.first_seen_at == article.updated_at == LATER
    assert article.released_at == LATER + defaults.GRACE_TIME
    assert topics(database, article.id) == {"science"}


def test_what_was_there_at_the_first_read_is_never_released(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(), is_first=True)
    take(database, feed_id, item())
    assert the_article(database).released_at is None


def test_an_article_dated_ahead_is_released_then(database: Database) -> None:
    take(database, a_feed(database), item(published="Wed, 25 Nov 2026 06:00:00 +0000"))
    assert the_article(database).released_at == datetime.fromisoformat("2026-11-25T06:00:00Z")


def test_an_article_without_a_date_is_released_after_its_grace_time(database: Database) -> None:
    take(database, a_feed(database), item(published=""))
    article = the_article(database)
    assert (article.published_at, article.released_at) == (None, LATER + defaults.GRACE_TIME)


def test_a_date_that_the_site_moves_moves_the_release_while_it_lies_ahead(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(published="Thu, 26 Nov 2026 06:00:00 +0000"))
    assert take(database, feed_id, item(published="Wed, 25 Nov 2026 06:00:00 +0000")) == (0, 1)
    assert the_article(database).released_at == datetime.fromisoformat("2026-11-25T06:00:00Z")


def test_a_date_in_the_year_9999_holds_the_article_and_is_told(database: Database) -> None:
    feed_id = a_feed(database)
    report = take_all(
        database,
        feed_id,
        item(published="Fri, 31 Dec 9999 23:59:59 +0000"),
        item("Two", guid="2", link="https://proof.example/2"),
    )
    assert (report.new, report.remarks) == (2, ("1 article is dated more than a year ahead and held until then.",))
    assert articles(database)[0].released_at == datetime(9999, 1, 1, tzinfo=UTC)


def test_reading_twice_stores_once(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item())
    assert take(database, feed_id, item(), at=LATER + timedelta(hours=1)) == (0, 0)
    assert the_article(database).updated_at == LATER


def test_an_edit_changes_the_texts_and_not_the_release(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item())
    again_at = LATER + timedelta(hours=1)
    edit = item(
        "Corrected", link="https://proof.example/ice-2", text="<p>New.</p>", published="Thu, 26 Nov 2026 06:00:00 +0000"
    )
    assert take(database, feed_id, edit, at=again_at) == (0, 1)
    article = the_article(database)
    assert (article.title, article.summary, article.url) == ("Corrected", "New.", "https://proof.example/ice-2")
    assert (article.released_at, article.updated_at) == (LATER + defaults.GRACE_TIME, again_at)
    assert article.published_at == datetime.fromisoformat("2026-11-23T10:00:00Z")


@pytest.mark.parametrize(
    "steps",
    [
        [item(guid="new")],  # another guid, the same link
        [item(link="https://proof.example/moved")],  # another link, the same guid
        [item(link="https://proof.example/moved"), item(guid="new", link="https://proof.example/moved")],  # one by one
        [item(guid=None, link="http://www.proof.example/ice/?utm_source=rss")],
        [item(guid="other"), item(guid="third"), item(guid="other", link="https://proof.example/3")],
    ],
)
def test_an_article_is_known_by_all_that_it_was_ever_called(database: Database, steps: list[str]) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item())
    for step in steps:
        assert take(database, feed_id, step)[0] == 0
    assert len(articles(database)) == 1


def test_a_link_that_several_items_share_does_not_make_them_one(database: Database) -> None:
    feed_id = a_feed(database)
    both = [item("One", guid="1"), item("Two", guid="2")]
    assert take(database, feed_id, *both) == (2, 0)
    assert take(database, feed_id, *both) == (0, 0)


def test_an_item_that_stands_twice_is_stored_once_and_not_edited_in_turns(database: Database) -> None:
    feed_id = a_feed(database)
    twice = [item("Ice"), item("Ice, again")]
    assert take(database, feed_id, *twice) == (1, 0)
    assert take(database, feed_id, *twice) == (0, 0)
    assert the_article(database).title == "Ice"


def test_items_with_nothing_but_titles_are_told_apart_and_known_again(database: Database) -> None:
    feed_id = a_feed(database)
    front = "https://proof.example/"
    both = [item("One", guid=None, link=front), item("Two", guid=None, link=front)]
    assert take(database, feed_id, *both) == (2, 0)
    assert take(database, feed_id, *both) == (0, 0)


def test_an_article_in_two_feeds_is_one_and_has_the_topics_of_both(database: Database) -> None:
    science = a_feed(database, topic="science")
    technology = a_feed(database, topic="technology", url="https://proof.example/tech.xml")
    take(database, science, item("Long", category=""))
    assert take(database, technology, item("Short", guid="tech-1", category="")) == (0, 0)
    article = the_article(database)
    assert (article.title, article.feed_id) == ("Long", science)
    assert topics(database, article.id) == {"science", "technology"}


def test_the_same_guid_in_another_feed_is_another_article(database: Database) -> None:
    first, second = a_feed(database), a_feed(database, url="https://other.example/feed.xml")
    take(database, first, item(guid="1"))
    assert take(database, second, item(guid="1", link="https://other.example/1")) == (1, 0)


@pytest.mark.parametrize("category", ["Science", "SCIENCE", "science", " Sci&#101;nce "])
def test_a_category_names_a_topic_however_it_is_written(database: Database, category: str) -> None:
    take(database, a_feed(database, topic="technology"), item(category=category))
    assert topics(database, the_article(database).id) == {"science"}


def test_a_category_that_is_no_topic_falls_to_the_topic_of_the_feed(database: Database) -> None:
    take(database, a_feed(database, topic="technology"), item(category="Gardening"))
    assert topics(database, the_article(database).id) == {"technology"}


def test_without_either_an_article_has_no_topic_until_its_feed_names_one(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(category="Gardening"))
    assert topics(database, the_article(database).id) == set()
    take(database, feed_id, item(category="Science"))
    assert topics(database, the_article(database).id) == {"science"}


def test_a_topic_that_an_editor_changed_stays_changed(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(category="Science"))
    with database.write() as session:
        session.execute(update(ArticleTopic).values(topic_id=2))
    take(database, feed_id, item("Edited", category="Science"))
    assert topics(database, the_article(database).id) == {"technology"}


def test_an_article_that_was_removed_does_not_come_back(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item())
    with database.write() as session:
        session.delete(session.scalars(select(Article)).one())
    assert take(database, feed_id, item()) == (0, 0)
    assert articles(database) == []


def test_two_reads_at_once_store_an_article_once(database: Database) -> None:
    feeds = [a_feed(database), a_feed(database, url="https://proof.example/all.xml")]
    barrier = Barrier(4)
    found: list[tuple[int, int]] = []

    def read(feed_id: int) -> None:
        barrier.wait(10)
        found.append(
            take(database, feed_id, *(item(str(n), guid=str(n), link=f"https://proof.example/{n}") for n in range(20)))
        )

    threads = [Thread(target=read, args=(feed_id,)) for feed_id in feeds * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(new for new, _changed in found) == [0, 0, 0, 20]
    assert len(articles(database)) == 20


def test_links_are_kept_for_the_newsletter_and_guids_for_the_feed(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item())
    with database.read() as session:
        rows = {(each.kind, each.feed_id, each.value) for each in session.scalars(select(ArticleAlias))}
    assert rows == {("guid", feed_id, "ice"), ("link", 0, "proof.example/ice")}
