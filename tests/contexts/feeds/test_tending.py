"""Settings of a feed, and what its end leaves behind."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from newsletter.catalogue.newsletters import MailRule, Newsletter
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.feeds import tending
from newsletter.feeds.articles import Article, ArticleAlias, Decision, Feed, FeedPush, Standing
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import connect
from newsletter.feeds.deciding import set_feed_rule
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import poll
from newsletter.feeds.tending import FeedSettings
from tests.conftest import StandingClock
from tests.data import a_newsletter, topic_ids
from tests.fake_feeds import PROOF_FEED, FakeFetcher, item, rss


def settings(
    title: str = "The Proof", *, topic_id: int | None = None, full_text: bool = False, rule: MailRule = MailRule.MAIL
) -> FeedSettings:
    """What an editor says of the feed."""
    return FeedSettings(title, topic_id, full_text, rule)


def bring(database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int, title: str) -> int:
    """Let the feed bring another article; its id."""
    link = f"https://proof.example/{title.lower()}"
    site.publish_feed(PROOF_FEED, rss(item(title, link=link, guid=title, text=f"<p>{title} it is.</p>"), item()))
    poll(database, Intake(site), clock, feed_id)
    with database.read() as session:
        return session.scalars(select(Article.id).where(Article.title == title)).one()


def article(database: Database, article_id: int) -> Article:
    """An article as it stands."""
    with database.read() as session:
        return session.get_one(Article, article_id)


def remove(database: Database, feed_id: int, clock: StandingClock) -> None:
    """Remove the feed."""
    with database.write() as session:
        tending.remove(session, session.get_one(Feed, feed_id), now=clock.now())


def change(database: Database, feed_id: int, wanted: FeedSettings, clock: StandingClock, *out: int) -> Feed:
    """Change the settings; the feed as it is then."""
    with database.write() as session:
        feed = session.get_one(Feed, feed_id)
        tending.change(session, feed, wanted, already_out=out, now=clock.now())
        return feed


def test_settings_are_taken_over(database: Database, feed_id: int, clock: StandingClock, newsletter_id: int) -> None:
    with database.read() as session:
        science = topic_ids(session, session.get_one(Newsletter, newsletter_id))["science"]
    feed = change(database, feed_id, settings("  News   of\tthe day ", topic_id=science, full_text=True), clock)
    assert (feed.title, feed.default_topic_id, feed.wants_full_text) == ("News of the day", science, True)


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "a\x00b"])
def test_a_feed_keeps_a_name_that_can_be_read(
    database: Database, feed_id: int, clock: StandingClock, title: str
) -> None:
    with pytest.raises(RefusedError, match="Give the feed a name"):
        change(database, feed_id, settings(title), clock)


def test_a_topic_of_another_newsletter_is_refused(database: Database, feed_id: int, clock: StandingClock) -> None:
    with database.write() as session:
        other = topic_ids(session, a_newsletter(session, "The Evening"))["science"]
    with pytest.raises(RefusedError, match="not one of this newsletter"):
        change(database, feed_id, settings(topic_id=other), clock)


def test_a_new_rule_counts_for_what_waits_and_not_for_what_is_out(
    database: Database, site: FakeFetcher, feed_id: int, clock: StandingClock
) -> None:
    gone, waits = (bring(database, site, clock, feed_id, title) for title in ("Gone", "Waits"))
    change(database, feed_id, settings(rule=MailRule.HOLD), clock, gone)
    assert article(database, gone).standing == Standing.FREE
    assert article(database, waits).standing == Standing.HELD_BY_FEED


def test_what_the_rule_of_a_feed_kept_back_stays_back_after_its_end(
    database: Database, site: FakeFetcher, feed_id: int, clock: StandingClock
) -> None:
    free = bring(database, site, clock, feed_id, "Free")
    with database.write() as session:
        set_feed_rule(session, session.get_one(Feed, feed_id), MailRule.HOLD, already_out=[free], now=clock.now())
    held = bring(database, site, clock, feed_id, "Held")
    with database.write() as session:
        set_feed_rule(
            session, session.get_one(Feed, feed_id), MailRule.NEVER, already_out=[free, held], now=clock.now()
        )
    never = bring(database, site, clock, feed_id, "Never")
    remove(database, feed_id, clock)
    assert article(database, free).standing == Standing.FREE
    assert (article(database, held).standing, article(database, held).decision) == (Standing.HELD, Decision.HOLD)
    assert (article(database, never).standing, article(database, never).decision) == (Standing.NEVER, Decision.NEVER)


def test_a_removed_feed_leaves_its_articles_and_nothing_else(
    database: Database, site: FakeFetcher, feed_id: int, clock: StandingClock
) -> None:
    kept = bring(database, site, clock, feed_id, "Kept")
    with database.write() as session:
        session.add(
            FeedPush(feed_id=feed_id, hub_url="https://hub.example", topic_url="", nonce="n", renew_at=clock.now())
        )
    remove(database, feed_id, clock)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Feed)) == 0
        assert session.scalar(select(func.count()).select_from(FeedPush)) == 0
        assert session.scalar(select(func.count()).where(ArticleAlias.feed_id == feed_id)) == 0
    assert article(database, kept).feed_id is None


def test_a_feed_that_is_connected_again_mails_nothing_old_and_doubles_nothing(
    database: Database, site: FakeFetcher, feed_id: int, clock: StandingClock, newsletter_id: int
) -> None:
    before = bring(database, site, clock, feed_id, "Before")
    remove(database, feed_id, clock)
    clock.pass_by(timedelta(hours=1))
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(PROOF_FEED))
    assert made.articles == 0, "both are known by their links"
    assert article(database, before).standing == Standing.FREE, "what waited still goes out"


def test_asking_a_feed_that_has_just_been_removed_does_no_harm(
    database: Database, site: FakeFetcher, feed_id: int, clock: StandingClock
) -> None:
    remove(database, feed_id, clock)
    assert poll(database, Intake(site), clock, feed_id).trouble == "This feed has been removed."
