"""What editors decide of articles, feeds and topics."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.newsletters import MailRule, Topic
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds import deciding
from newsletter.feeds.articles import Article, ArticleTopic, Decision, Feed, Standing
from newsletter.feeds.deciding import OwnWords
from newsletter.feeds.pictures.hosted import Picture
from newsletter.feeds.revisions import revisions_of
from tests.data import NOW
from tests.fake_feeds import item
from tests.feed_stock import LATER, a_feed, take

HOUR = timedelta(hours=1)


def the_article(database: Database) -> Article:
    with database.read() as session:
        return session.scalars(select(Article)).one()


def decide(database: Database, decision: Decision, *, at: datetime = LATER + HOUR) -> Article:
    """An editor decides of the one article."""
    with database.write() as session:
        deciding.decide(session, session.scalars(select(Article)).one(), decision, now=at)
    return the_article(database)


def own(database: Database, words: OwnWords, *, at: datetime = LATER + HOUR) -> bool:
    """An editor puts words in place of the site's."""
    with database.write() as session:
        return deciding.overwrite(session, session.scalars(select(Article)).one(), words, editor_id=7, now=at)


def test_an_article_held_and_released_counts_from_its_release(database: Database) -> None:
    take(database, a_feed(database), item())
    held = decide(database, Decision.HOLD)
    assert (held.standing, held.released_at) == (Standing.HELD, None)
    freed = decide(database, Decision.RELEASE, at=LATER + 30 * HOUR)
    assert (freed.standing, freed.released_at) == (Standing.FREE, LATER + 30 * HOUR)


def test_a_decision_survives_later_polls(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item())
    decide(database, Decision.NEVER)
    take(database, feed_id, item("Edited"), at=LATER + 2 * HOUR)
    article = the_article(database)
    assert (article.title, article.standing, article.released_at) == ("Edited", Standing.NEVER, None)


def test_an_old_article_may_be_released_and_is_old_again_when_the_decision_ends(database: Database) -> None:
    take(database, a_feed(database), item(), at=NOW, is_first=True)
    assert decide(database, Decision.RELEASE).released_at == LATER + HOUR
    assert decide(database, Decision.NONE, at=LATER + 2 * HOUR).standing == Standing.OLD


def test_an_old_article_that_is_released_gets_its_picture(database: Database) -> None:
    picture = '<p>Ice.</p><img src="https://proof.example/ice.jpg">'
    take(database, a_feed(database), item(text=picture), is_first=True)
    with database.write() as session:
        assert session.scalars(select(Picture)).all() == []
        deciding.decide(session, session.get_one(Article, 1), Decision.RELEASE, now=LATER)
    with database.read() as session:
        assert [each.address for each in session.scalars(select(Picture))] == ["https://proof.example/ice.jpg"]


def test_an_embargo_holds_until_its_instant_and_ends_with_a_release(database: Database) -> None:
    take(database, a_feed(database), item())
    with database.write() as session:
        article = session.scalars(select(Article)).one()
        deciding.set_embargo(session, article, LATER + 20 * HOUR, now=LATER + HOUR)
        assert article.released_at == LATER + 20 * HOUR
        with pytest.raises(RefusedError, match="has passed"):
            deciding.set_embargo(session, article, LATER, now=LATER + HOUR)
    assert decide(database, Decision.RELEASE).released_at == LATER + HOUR


def test_an_embargo_calls_back_an_article_that_was_released_by_hand(database: Database) -> None:
    take(database, a_feed(database), item())
    decide(database, Decision.RELEASE)
    with database.write() as session:
        article = session.scalars(select(Article)).one()
        deciding.set_embargo(session, article, LATER + 20 * HOUR, now=LATER + 2 * HOUR)
    assert the_article(database).released_at == LATER + 20 * HOUR


def test_own_words_survive_later_polls_and_stand_beside_what_the_site_says(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item("Ice"))
    assert own(database, OwnWords(title="The ice is going", summary="In short."))
    take(database, feed_id, item("Ice, corrected"), at=LATER + 2 * HOUR)
    article = the_article(database)
    assert (article.shown_title, article.title) == ("The ice is going", "Ice, corrected")
    assert article.shown_summary == "In short."


def test_own_words_are_kept_as_a_revision_with_the_editor(database: Database) -> None:
    take(database, a_feed(database), item("Ice"))
    own(database, OwnWords(title="The ice is going"))
    with database.read() as session:
        (revision,) = revisions_of(session, 1)
    assert (revision.editor_id, revision.before) == (7, {"shown_title": "Ice"})


def test_taking_the_words_of_the_site_follows_it_again(database: Database) -> None:
    feed_id = a_feed(database)
    take(database, feed_id, item("Ice"))
    own(database, OwnWords(title="The ice is going"))
    assert own(database, OwnWords(title="Ice"))
    assert not own(database, OwnWords())
    take(database, feed_id, item("Ice, corrected"), at=LATER + 2 * HOUR)
    assert the_article(database).shown_title == "Ice, corrected"


def test_a_title_of_nothing_is_refused(database: Database) -> None:
    take(database, a_feed(database), item())
    with pytest.raises(RefusedError, match="needs a title"):
        own(database, OwnWords(title="  \u200b "))


def test_an_own_picture_is_fetched_and_no_picture_is_a_choice_too(database: Database) -> None:
    take(database, a_feed(database), item(text='<p>Ice.</p><img src="https://proof.example/a.jpg" alt="Ice">'))
    own(database, OwnWords(image_url="https://proof.example/b.jpg"))
    article = the_article(database)
    assert (article.shown_image_url, article.shown_image_alt) == ("https://proof.example/b.jpg", "")
    with database.read() as session:
        wanted = set(session.scalars(select(Picture.address)))
    assert wanted == {"https://proof.example/a.jpg", "https://proof.example/b.jpg"}
    own(database, OwnWords(image_url=""))
    assert the_article(database).shown_image_url == ""


def test_the_rule_of_a_feed_takes_what_waits_and_leaves_what_is_out(database: Database) -> None:
    feed_id = a_feed(database)
    both = [
        item("Out", guid="1", link="https://proof.example/1"),
        item("Waits", guid="2", link="https://proof.example/2"),
    ]
    take(database, feed_id, *both)
    with database.write() as session:
        feed = session.get_one(Feed, feed_id)
        deciding.set_feed_rule(session, feed, MailRule.HOLD, already_out={1}, now=LATER + HOUR)
    with database.read() as session:
        assert [each.standing for each in session.scalars(select(Article).order_by(Article.id))] == [
            Standing.FREE,
            Standing.HELD_BY_FEED,
        ]
    with database.write() as session:
        feed = session.get_one(Feed, feed_id)
        deciding.set_feed_rule(session, feed, MailRule.MAIL, already_out={1}, now=LATER + 9 * HOUR)
        assert session.get_one(Article, 2).released_at == LATER + 9 * HOUR


def test_the_rule_of_a_topic_and_topics_given_by_hand(database: Database) -> None:
    take(database, a_feed(database), item(category="Science"))
    with database.write() as session:
        topic = session.scalars(select(Topic).where(Topic.slug == "technology")).one()
        deciding.set_topic_rule(session, topic, MailRule.NEVER, now=LATER + HOUR)
        article = session.scalars(select(Article)).one()
        assert article.standing == Standing.FREE
        deciding.set_topics(session, article, [topic.id], now=LATER + HOUR)
        assert article.standing == Standing.NEVER_BY_TOPIC
        assert list(session.scalars(select(ArticleTopic.topic_id))) == [topic.id]
        deciding.set_topic_rule(session, topic, MailRule.HOLD, now=LATER + HOUR)
        assert article.standing == Standing.HELD_BY_TOPIC
