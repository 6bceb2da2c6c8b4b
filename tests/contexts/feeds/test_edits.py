"""What becomes of edits, and of feeds that play with their names."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.newsletters import MailRule
from newsletter.database import Database
from newsletter.feeds.articles import Article, ArticleAlias, Feed, Standing
from newsletter.feeds.revisions import revisions_of
from tests.fake_feeds import item
from tests.feed_stock import LATER, a_feed, articles, take, take_all, the_article


def test_a_feed_with_new_guids_at_every_fetch_floods_nobody_and_is_told_of(database: Database) -> None:
    feed_id = a_feed(database)
    reports = [take_all(database, feed_id, item(guid=f"guid-{turn}")) for turn in range(25)]
    assert [report.new for report in reports] == [1] + [0] * 24
    assert "new guids at every fetch" in reports[-1].remarks[0]
    with database.read() as session:
        kinds = [each.kind for each in session.scalars(select(ArticleAlias))]
    assert (kinds.count("guid"), kinds.count("link")) == (20, 1)


def test_an_edit_is_kept_as_a_revision_with_what_changed(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item("Ice"))
    take(database, feed_id, item("Thin ice"), at=LATER + timedelta(hours=1))
    with database.read() as session:
        (revision,) = revisions_of(session, 1)
    assert (revision.before, revision.editor_id) == ({"title": "Ice"}, None)


def test_markup_that_readers_cannot_see_makes_no_revision(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(text="<p>Thin ice.</p>"))
    assert take(database, feed_id, item(text="<div><p>Thin ice.</p></div>")) == (0, 0)
    article = the_article(database)
    assert (article.html, article.updated_at) == ("<div><p>Thin ice.</p></div>", LATER)
    with database.read() as session:
        assert revisions_of(session, article.id) == []


def test_only_the_newest_twenty_revisions_are_kept(database: Database) -> None:
    feed_id = a_feed(database)
    for turn in range(25):
        take(database, feed_id, item(f"Ice {turn}"))
    with database.read() as session:
        kept = [each.before["title"] for each in revisions_of(session, 1)]
    assert kept == [f"Ice {turn}" for turn in range(23, 3, -1)]


def test_a_picture_that_is_only_signed_anew_is_the_same(database: Database) -> None:
    feed_id = a_feed(database)
    one = item(text='<p>Ice.</p><img src="https://cdn.example/ice.jpg?sig=1" width="800" height="600">')
    two = item(text='<p>Ice.</p><img src="https://cdn.example/ice.jpg?sig=2" width="800" height="600">')
    take(database, feed_id, one)
    assert take(database, feed_id, two) == (0, 0)
    assert the_article(database).image_url == "https://cdn.example/ice.jpg?sig=1"


def test_a_new_article_without_a_picture_has_its_page_looked_at_and_an_old_one_has_not(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item("Old", guid="1", link="https://proof.example/1"), is_first=True)
    picture = '<p>Ice.</p><img src="https://cdn.example/ice.jpg" width="800" height="600">'
    take(
        database,
        feed_id,
        item("Bare", guid="2", link="https://proof.example/2"),
        item("Shown", guid="3", link="https://proof.example/3", text=picture),
    )
    assert {each.title: each.page_due_at for each in articles(database)} == {"Old": None, "Bare": LATER, "Shown": None}


def test_what_the_page_had_to_say_is_not_unsaid_by_the_feed(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item(text="<p>A teaser.</p>"))
    with database.write() as session:
        article = session.get_one(Article, 1)
        article.html, article.has_page_text, article.page_tries = "<p>The whole text.</p>", True, 1
        article.page_due_at, article.image_url, article.author = None, "https://proof.example/og.jpg", "Ada"
    assert take(database, feed_id, item(text="<p>A teaser.</p>")) == (0, 0)
    assert take(database, feed_id, item("Corrected", text="<p>A teaser.</p>"), at=LATER + timedelta(hours=1)) == (0, 1)
    article = the_article(database)
    assert (article.title, article.html, article.image_url) == (
        "Corrected",
        "<p>The whole text.</p>",
        "https://proof.example/og.jpg",
    )
    assert article.page_due_at == LATER + timedelta(hours=1)


@pytest.mark.parametrize(
    ("rule", "standing"), [(MailRule.HOLD, Standing.HELD_BY_FEED), (MailRule.NEVER, Standing.NEVER_BY_FEED)]
)
def test_the_rule_of_a_feed_stands_in_the_way_of_what_it_brings(
    database: Database, rule: MailRule, standing: Standing
) -> None:
    feed_id = a_feed(database)
    with database.write() as session:
        session.get_one(Feed, feed_id).rule = rule
    take(database, feed_id, item())
    article = the_article(database)
    assert (article.standing, article.released_at) == (standing, None)
