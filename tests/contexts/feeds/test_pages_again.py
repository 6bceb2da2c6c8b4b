"""*Fetch again now*: pages that gave nothing are read anew, however often that had failed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.feeds.articles import Article, Decision, Feed, Standing
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import connect
from newsletter.feeds.fetching.fetcher import Gone, Unreachable
from newsletter.feeds.fetching_again import fetch_article_again, fetch_feed_again, was_not_answered
from newsletter.feeds.intake import Intake
from newsletter.feeds.pages import PAUSES, read_due_pages
from newsletter.feeds.polling import poll
from newsletter.jobs import Job, JobKind
from tests.conftest import StandingClock
from tests.fake_feeds import PROOF_FEED, FakeFetcher, item, rss
from tests.sample_pages import PROSE, page

STORY = "https://proof.example/2026/11/24/raindrops"
SECTION = "https://proof.example/section"
AWAY = Unreachable("proof.example has trouble of its own (503).")
LOGIN = page("<p>Log in to read.</p>")
IN_FULL = page(f"<article><h1>Raindrops</h1><p>{PROSE}</p><p>And {PROSE.lower()}</p></article>", title="Raindrops")


class Desk:
    """A feed with an article that has just come in, and an editor."""

    def __init__(self, database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int) -> None:
        self.database, self.site, self.clock, self.feed_id = database, site, clock, feed_id

    def poll(self) -> None:
        poll(self.database, Intake(self.site), self.clock, self.feed_id)

    def read(self) -> int:
        return read_due_pages(self.database, Intake(self.site), self.clock)

    def give_up(self) -> None:
        """Let the site not answer until nobody asks any more."""
        self.site.publish(STORY, AWAY)
        for pause in (*PAUSES, timedelta(minutes=1)):
            assert self.read() == 1
            self.clock.pass_by(pause)
        assert self.read() == 0

    def article(self, url: str = STORY) -> Article:
        with self.database.read() as session:
            return session.scalars(select(Article).where(Article.url == url)).one()

    @contextmanager
    def writing(self) -> Iterator[tuple[Session, Article, Feed]]:
        with self.database.write() as session:
            article = session.scalars(select(Article).where(Article.url == STORY)).one()
            yield session, article, session.get_one(Feed, self.feed_id)

    def fetch_feed_again(self) -> None:
        with self.writing() as (session, _article, feed):
            fetch_feed_again(session, feed, now=self.clock.now())

    def fetch_article_again(self) -> None:
        with self.writing() as (session, article, _feed):
            fetch_article_again(session, article, now=self.clock.now())


@pytest.fixture
def teaser(database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int) -> Desk:
    """A feed whose texts are taken from the pages."""
    with database.write() as session:
        session.get_one(Feed, feed_id).wants_full_text = True
    new = item("Raindrops", guid="rain", link=STORY, text="<p>The rain came.</p>")
    site.publish_feed(PROOF_FEED, rss(new, item()), etag='"2"')
    made = Desk(database, site, clock, feed_id)
    made.poll()
    return made


@pytest.fixture
def section(database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int) -> Desk:
    """A section page, read for its links, with one that is new."""
    old = '<article><h2><a href="/2026/11/20/an-old-story-of-snow">An old story of snow</a></h2></article>'
    new = f'<article><h2><a href="{STORY}">Raindrops, and much more of them</a></h2></article>'
    site.publish_page(SECTION, page(f"<main>{old}</main>"))
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(SECTION, is_page=True))
    clock.pass_by(timedelta(minutes=5))
    site.publish_page(SECTION, page(f"<main>{new}{old}</main>"))
    desk = Desk(database, site, clock, made.feed_id)
    desk.poll()
    return desk


@pytest.mark.parametrize("wish", [Desk.fetch_feed_again, Desk.fetch_article_again])
@pytest.mark.parametrize("is_login", [True, False])
def test_what_was_taken_for_no_article_is_read_again_and_mailed_when_it_is_one(
    section: Desk, announced: list[Job], wish: Callable[[Desk], None], *, is_login: bool
) -> None:
    if is_login:
        section.site.publish_page(STORY, LOGIN)
        section.read()
    else:
        section.give_up()
    assert section.article().standing == Standing.NO_ARTICLE
    assert was_not_answered(section.article()) is not is_login
    assert ("There is no article" if is_login else "(503)") in str(section.article().page_trouble)
    announced.clear()
    wish(section)
    assert (section.article().standing, section.article().page_tries) == (Standing.UNREAD, 0)
    assert Job(JobKind.READ_PAGES) in announced
    assert Job(JobKind.POLL_FEED, section.feed_id) in announced
    section.site.publish_page(STORY, IN_FULL)
    assert section.read() == 1
    article = section.article()
    assert (article.standing, article.has_page_text, article.page_due_at) == (Standing.FREE, True, None)
    assert article.page_trouble is None
    assert article.released_at is not None


def test_a_page_that_still_gives_nothing_is_tried_three_times_more(section: Desk) -> None:
    section.give_up()
    section.fetch_article_again()
    section.give_up()
    assert section.article().standing == Standing.NO_ARTICLE
    assert sum(request.url == STORY for request in section.site.requests) == 6


def test_the_text_that_a_teaser_lacks_is_read_again_too(teaser: Desk) -> None:
    teaser.give_up()
    assert was_not_answered(teaser.article())
    assert teaser.article().standing == Standing.FREE
    teaser.fetch_feed_again()
    teaser.site.publish_page(STORY, IN_FULL)
    assert teaser.read() == 1
    assert teaser.article().has_page_text
    assert not was_not_answered(teaser.article())


def test_a_page_that_is_read_for_the_first_time_is_asked_plainly_and_later_past_all_caches(teaser: Desk) -> None:
    teaser.site.publish_page(STORY, LOGIN)
    teaser.clock.pass_by(timedelta(seconds=40))
    teaser.read()
    teaser.fetch_article_again()
    teaser.read()
    assert [each.past_caches for each in teaser.site.requests if each.url == STORY] == [False, True]


def test_a_page_that_has_been_read_is_left_alone_when_its_feed_is_fetched_again(teaser: Desk) -> None:
    teaser.site.publish_page(STORY, IN_FULL)
    teaser.read()
    teaser.clock.pass_by(timedelta(minutes=1))
    teaser.fetch_feed_again()
    assert teaser.read() == 0


def test_what_is_old_or_too_old_for_any_digest_is_left_alone_when_its_feed_is_fetched_again(section: Desk) -> None:
    section.give_up()
    section.clock.pass_by(timedelta(days=400))
    section.fetch_feed_again()
    assert section.read() == 0
    section.fetch_article_again()  # this one was asked for by name
    assert section.read() == 1


def test_what_an_editor_decided_stands_when_the_page_is_read_again(section: Desk) -> None:
    section.give_up()
    with section.writing() as (_session, article, _feed):
        article.decision, article.standing = Decision.NEVER, Standing.NEVER
    section.fetch_article_again()
    section.site.publish_page(STORY, IN_FULL)
    section.read()
    assert section.article().standing == Standing.NEVER


def test_a_feed_that_has_ended_is_not_asked_for_one_of_its_articles(teaser: Desk, announced: list[Job]) -> None:
    teaser.site.publish(PROOF_FEED, Gone("proof.example says that this feed has ended (410)."))
    teaser.poll()
    announced.clear()
    teaser.fetch_article_again()
    assert announced == [Job(JobKind.READ_PAGES)]
