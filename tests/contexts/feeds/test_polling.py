"""Asking feeds for news, through all that can go wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Gone, Unchanged, Unreachable
from newsletter.feeds.intake import Intake
from newsletter.feeds.polling import PollReport, connect, due_feeds, poll
from tests.conftest import StandingClock
from tests.fake_feeds import PROOF_FEED as URL
from tests.fake_feeds import FakeFetcher, item, rss

MINUTE = timedelta(minutes=1)
RAIN = item("Raindrops", guid="rain", link="https://proof.example/rain")


def the_feed(database: Database, feed_id: int) -> Feed:
    with database.read() as session:
        return session.get_one(Feed, feed_id)


def article_titles(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Article.title).order_by(Article.id)))


def test_a_new_article_is_stored_and_released(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish_feed(URL, rss(RAIN, item()), etag='"2"')
    assert poll(database, Intake(site), clock, feed_id) == PollReport(1, 0, None)
    with database.read() as session:
        released = dict(session.execute(select(Article.title, Article.released_at)).all())
    assert released == {"Under the ice shelf": None, "Raindrops": clock.now()}
    feed = the_feed(database, feed_id)
    assert (feed.etag, feed.last_change_at, feed.last_success_at) == ('"2"', clock.now(), clock.now())
    assert feed.next_poll_at == clock.now() + 5 * MINUTE


def test_nothing_new_is_a_success(database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int) -> None:
    assert poll(database, Intake(site), clock, feed_id) == PollReport(0, 0, None)
    assert site.asked[-1] == (URL, '"1"', None)
    feed = the_feed(database, feed_id)
    assert (feed.last_success_at, feed.last_change_at) == (clock.now(), None)


def test_the_same_content_without_marks_changes_nothing(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish_feed(URL, rss(item()))
    assert poll(database, Intake(site), clock, feed_id) == PollReport(0, 0, None)
    assert the_feed(database, feed_id).last_change_at is None


def test_trouble_is_kept_as_a_sentence_and_asked_about_ever_later(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish(URL, Unreachable("proof.example did not answer in time."))
    sentence = "proof.example did not answer in time. We try again by ourselves."
    for failures, minutes in ((1, 5), (2, 10), (3, 20)):
        assert poll(database, Intake(site), clock, feed_id) == PollReport(0, 0, sentence)
        feed = the_feed(database, feed_id)
        assert (feed.failures, feed.trouble) == (failures, sentence)
        assert feed.next_poll_at == clock.now() + minutes * MINUTE
        clock.at = feed.next_poll_at
    assert article_titles(database) == ["Under the ice shelf"]


def test_an_answer_ends_the_trouble(database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int) -> None:
    site.publish(URL, Unreachable("proof.example cannot be reached."), Unchanged())
    poll(database, Intake(site), clock, feed_id)
    clock.pass_by(5 * MINUTE)
    poll(database, Intake(site), clock, feed_id)
    feed = the_feed(database, feed_id)
    assert (feed.failures, feed.trouble, feed.next_poll_at) == (0, None, clock.now() + 5 * MINUTE)


def test_a_site_that_asks_for_a_pause_gets_it(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish(URL, Unreachable("proof.example asks us to come back later (429).", retry_after="7200"))
    poll(database, Intake(site), clock, feed_id)
    assert the_feed(database, feed_id).next_poll_at == clock.now() + 120 * MINUTE


def test_a_web_page_in_place_of_the_feed_is_trouble_and_its_mark_is_not_kept(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish(URL, Fetched(b"<html>Sorry</html>", "text/html", URL, etag='"page"'))
    assert "web page" in str(poll(database, Intake(site), clock, feed_id).trouble)
    feed = the_feed(database, feed_id)
    assert (feed.etag, feed.failures) == ('"1"', 1)


def test_of_half_a_feed_the_whole_articles_are_stored_and_all_of_it_is_asked_for_again(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    whole = rss(RAIN, item("Half", guid="half", link="https://proof.example/half"))
    site.publish(URL, Fetched(whole.partition("<title>Half")[0].encode(), None, URL, etag='"half"'))
    assert poll(database, Intake(site), clock, feed_id) == PollReport(1, 0, None)
    assert article_titles(database) == ["Under the ice shelf", "Raindrops"]
    assert the_feed(database, feed_id).etag is None


def test_a_feed_that_has_ended_is_hardly_asked_any_more(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int
) -> None:
    site.publish(URL, Gone("proof.example says that this feed has ended (410)."))
    assert "has ended" in str(poll(database, Intake(site), clock, feed_id).trouble)
    assert the_feed(database, feed_id).next_poll_at == clock.now() + timedelta(days=7)


@pytest.mark.parametrize("is_changed", [True, False])
def test_a_feed_that_has_moved_for_good_is_asked_there(
    database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int, *, is_changed: bool
) -> None:
    new = "https://www.proof.example/feed.xml"
    body = rss(item()).encode()
    site.publish(URL, Fetched(body, None, new, moved_to=new) if is_changed else Unchanged(moved_to=new))
    poll(database, Intake(site), clock, feed_id)
    assert the_feed(database, feed_id).url == new


def test_a_feed_that_moves_onto_another_stays_where_it_is(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, feed_id: int
) -> None:
    other = "https://proof.example/other.xml"
    site.publish_feed(other, rss(RAIN))
    connect(database, Intake(site), clock, newsletter_id, other, None)
    site.publish(URL, Unchanged(moved_to=other))
    assert poll(database, Intake(site), clock, feed_id) == PollReport(0, 0, None)
    assert the_feed(database, feed_id).url == URL


def test_a_removed_feed_is_a_sentence(database: Database, site: FakeFetcher, clock: StandingClock) -> None:
    assert poll(database, Intake(site), clock, 404) == PollReport(0, 0, "This feed has been removed.")
    assert site.asked == []


class Interfering(FakeFetcher):
    """A fetcher during whose fetch something else happens to the database."""

    def __init__(self, database: Database, feed_id: int, *, url: str | None) -> None:
        super().__init__()
        self.publish_feed(URL, rss(RAIN))
        self.database, self.feed_id, self.url = database, feed_id, url

    def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> FetchOutcome:
        # Writing waits for no one here: no transaction is open while the network is talked to.
        with self.database.write() as session:
            feed = session.get_one(Feed, self.feed_id)
            if self.url is None:
                session.delete(feed)
            else:
                feed.url = self.url
        return super().fetch(url, etag=etag, last_modified=last_modified)


@pytest.mark.parametrize("url", [None, "https://proof.example/elsewhere.xml"])
def test_an_answer_to_a_feed_removed_or_moved_meanwhile_is_not_stored(
    database: Database, clock: StandingClock, feed_id: int, url: str | None
) -> None:
    assert poll(database, Intake(Interfering(database, feed_id, url=url)), clock, feed_id) == PollReport(0, 0, None)
    assert article_titles(database) == ["Under the ice shelf"]


def test_a_feed_that_ends_a_worker_is_put_off_before_it_is_asked(
    database: Database, clock: StandingClock, feed_id: int
) -> None:
    class Deadly(FakeFetcher):
        def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> FetchOutcome:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        poll(database, Intake(Deadly()), clock, feed_id)
    assert the_feed(database, feed_id).next_poll_at == clock.now() + 5 * MINUTE


# What is due.


def test_feeds_are_due_when_their_instant_has_come_those_that_wait_longest_first(
    database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int, feed_id: int
) -> None:
    other = "https://proof.example/other.xml"
    site.publish_feed(other, rss(RAIN))
    second = connect(database, Intake(site), clock, newsletter_id, other, None).feed_id
    with database.read() as session:
        assert due_feeds(session, now=clock.now() - MINUTE) == []
        assert due_feeds(session, now=clock.now()) == [feed_id]
        assert due_feeds(session, now=clock.now() + 5 * MINUTE) == [feed_id, second]
    poll(database, Intake(site), clock, feed_id)
    with database.read() as session:
        assert due_feeds(session, now=clock.now()) == []
