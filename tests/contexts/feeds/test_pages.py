"""Reading the pages of articles: for their text, for their picture, to know that they are articles."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.feeds.articles import Article, ArticleRevision, Feed, FeedKind, Standing
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import connect
from newsletter.feeds.fetching.fetcher import Fetched, FetchOutcome, Gone, Unreachable, Wanted
from newsletter.feeds.intake import Intake
from newsletter.feeds.pages import PAUSES, has_due, read_due_pages
from newsletter.feeds.pictures.hosted import Picture
from newsletter.feeds.polling import poll
from tests.conftest import StandingClock
from tests.fake_feeds import PROOF_FEED, FakeFetcher, item, rss
from tests.sample_pages import PROSE, page

MINUTE = timedelta(minutes=1)
STORY = "https://proof.example/rain"
SECTION = "https://proof.example/section"
RAIN = item("Raindrops", guid="rain", link=STORY, text="<p>The rain came.</p>")
IN_FULL = page(
    f"<article><h1>Raindrops</h1><p>{PROSE}</p><p>And {PROSE.lower()}</p></article>",
    head='<meta name="author" content="Ann Bell"><meta property="og:image" content="/rain.jpg">',
    title="Raindrops",
)


@dataclass
class Desk:
    """A feed that has been connected, and what becomes of its articles."""

    database: Database
    site: FakeFetcher
    clock: StandingClock
    feed_id: int

    def poll(self) -> None:
        poll(self.database, Intake(self.site), self.clock, self.feed_id)

    def read(self, **limits: int) -> int:
        return read_due_pages(self.database, Intake(self.site), self.clock, **limits)

    def publish(self, url: str, content: bytes) -> None:
        self.site.publish(url, Fetched(content, "text/html", url))

    def wants_full_text(self) -> None:
        with self.database.write() as session:
            session.get_one(Feed, self.feed_id).wants_full_text = True

    def article(self, url: str = STORY) -> Article:
        with self.database.read() as session:
            return session.scalars(select(Article).where(Article.url == url)).one()

    def asked_for(self, url: str = STORY) -> int:
        return sum(1 for asked, _etag, _modified in self.site.asked if asked == url)


class Meanwhile(FakeFetcher):
    """A site that answers only after something else has happened."""

    def __init__(self, site: FakeFetcher, happens: Callable[[], None]) -> None:
        super().__init__(site.answers)
        self._happens = happens

    def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        wanted: Wanted = Wanted.FEED,
        past_caches: bool = False,
    ) -> FetchOutcome:
        self._happens()
        return super().fetch(url, etag=etag, last_modified=last_modified, wanted=wanted, past_caches=past_caches)


@pytest.fixture
def desk(database: Database, site: FakeFetcher, clock: StandingClock, feed_id: int) -> Desk:
    """A teaser feed whose second article has just come in."""
    made = Desk(database, site, clock, feed_id)
    site.publish_feed(PROOF_FEED, rss(RAIN, item()), etag='"2"')
    made.publish(STORY, IN_FULL)
    return made


def test_the_text_of_a_teaser_feed_is_taken_from_the_page(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    assert desk.read() == 1
    article = desk.article()
    assert article.html.startswith(f"<p>{PROSE.strip()}</p>")
    assert (article.has_page_text, article.page_due_at, article.author) == (True, None, "Ann Bell")
    assert article.summary == "The rain came."


def test_a_feed_that_has_its_text_gets_only_the_picture(desk: Desk) -> None:
    desk.poll()
    assert desk.read() == 1
    article = desk.article()
    assert article.html == "<p>The rain came.</p>"
    assert (article.has_page_text, article.author) == (False, "")
    assert article.image_url == "https://proof.example/rain.jpg"
    with desk.database.read() as session:
        assert session.scalars(select(Picture.address)).all() == [article.image_url]


def test_a_page_is_read_once(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    assert (desk.read(), desk.read()) == (1, 0)
    assert desk.asked_for() == 1


def test_a_later_poll_leaves_the_text_of_the_page_alone(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    desk.read()
    desk.site.publish_feed(PROOF_FEED, rss(RAIN, item()), etag='"3"')
    desk.poll()
    assert desk.article().has_page_text
    assert desk.article().html.startswith(f"<p>{PROSE.strip()}</p>")


def test_a_page_with_less_than_the_feed_changes_no_text(desk: Desk) -> None:
    long = item("Raindrops", guid="rain", link=STORY, text=f"<p>{PROSE * 4}</p>")
    desk.site.publish_feed(PROOF_FEED, rss(long, item()), etag='"3"')
    desk.wants_full_text()
    desk.poll()
    desk.read()
    assert not desk.article().has_page_text
    assert "And the bell" not in desk.article().html


def test_a_page_that_cannot_be_read_is_tried_three_times_and_then_given_up(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    desk.site.publish(STORY, Unreachable("proof.example has trouble of its own (503)."))
    for pause in PAUSES:
        assert desk.read() == 1
        assert desk.article().page_due_at == desk.clock.now() + pause
        assert desk.read() == 0
        desk.clock.pass_by(pause)
    assert desk.read() == 1
    assert (desk.article().page_due_at, desk.asked_for()) == (None, 3)
    assert desk.article().standing == Standing.FREE  # the teaser is mailed all the same


def test_a_page_that_holds_no_article_or_is_gone_is_not_asked_for_again(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    desk.publish(STORY, page("<p>Log in to read.</p>"))
    assert desk.read() == 1
    assert desk.article().page_due_at is None


def test_a_claimed_page_is_left_alone_until_its_worker_must_have_ended(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    claimed: list[datetime | None] = []

    def a_second_worker_comes() -> None:
        claimed.append(desk.article().page_due_at)
        assert desk.read() == 0

    assert read_due_pages(desk.database, Intake(Meanwhile(desk.site, a_second_worker_comes)), desk.clock) == 1
    assert claimed == [desk.clock.now() + 5 * MINUTE]


def test_an_article_that_is_removed_meanwhile_stays_removed(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    article_id = desk.article().id

    def an_editor_removes_it() -> None:
        with desk.database.write() as session:
            session.delete(session.get_one(Article, article_id))

    assert read_due_pages(desk.database, Intake(Meanwhile(desk.site, an_editor_removes_it)), desk.clock) == 1
    with desk.database.read() as session:
        assert session.get(Article, article_id) is None


def test_an_edit_on_the_site_is_read_again_and_what_stood_before_is_kept(desk: Desk) -> None:
    desk.wants_full_text()
    desk.poll()
    desk.read()
    before = desk.article().html
    desk.site.publish_feed(PROOF_FEED, rss(RAIN.replace("Raindrops", "Raindrops, mended"), item()), etag='"3"')
    desk.publish(STORY, IN_FULL.replace(b"twice on Tuesday", b"three times on Tuesday"))
    desk.poll()
    assert desk.read() == 1
    assert "three times on Tuesday" in desk.article().html
    with desk.database.read() as session:
        kept = [revision.before for revision in session.scalars(select(ArticleRevision).order_by(ArticleRevision.id))]
    assert before in [fields.get("html") for fields in kept]


def test_limits_are_kept_and_the_rest_stays_due(desk: Desk) -> None:
    links = [f"https://proof.example/rain/{number}" for number in range(3)]
    items = [item(f"Rain {at}", guid=str(at), link=link, text="<p>Wet.</p>") for at, link in enumerate(links)]
    for link in links:
        desk.publish(link, IN_FULL)
    desk.site.publish_feed(PROOF_FEED, rss(*items, item()), etag='"3"')
    desk.poll()
    assert desk.read(limit=2) == 2
    assert desk.read(seconds=0) == 0
    with desk.database.read() as session:
        assert has_due(session, now=desk.clock.now())
    assert desk.read() == 1


@pytest.fixture
def section(database: Database, site: FakeFetcher, clock: StandingClock, newsletter_id: int) -> Desk:
    """A section page that is read for its links; its second article has just appeared."""
    old = '<h2><a href="/2026/11/20/an-old-story-of-snow">An old story of snow</a></h2>'
    new = '<h2><a href="/rain">Raindrops, and much more of them</a></h2>'
    site.publish(SECTION, Fetched(page(f"<main><article>{old}</article></main>"), "text/html", SECTION))
    made = connect(database, Intake(site), clock, newsletter_id, NewFeed(SECTION, is_page=True))
    clock.pass_by(5 * MINUTE)
    both = page(f"<main><article>{new}</article><article>{old}</article></main>")
    site.publish(SECTION, Fetched(both, "text/html", SECTION))
    return Desk(database, site, clock, made.feed_id)


def test_an_article_of_a_section_waits_until_its_page_has_been_read(section: Desk) -> None:
    section.publish(STORY, IN_FULL)
    section.poll()
    assert (section.article().standing, section.article().released_at) == (Standing.UNREAD, None)
    section.read()
    article = section.article()
    assert (article.standing, article.has_page_text, article.author) == (Standing.FREE, True, "Ann Bell")
    assert article.title == "Raindrops, and much more of them"
    assert article.summary.startswith("The bell in the old lighthouse")
    assert article.released_at is not None


def test_a_longer_title_of_the_page_takes_the_place_of_that_of_the_link(section: Desk) -> None:
    section.publish(STORY, IN_FULL.replace(b"Raindrops", b"Raindrops, and much more of them than anybody thought"))
    section.poll()
    section.read()
    assert section.article().title == "Raindrops, and much more of them than anybody thought"


def test_a_link_of_a_section_that_leads_to_no_article_is_never_mailed(section: Desk) -> None:
    section.publish(STORY, page("<p>Log in to read.</p>"))
    section.poll()
    section.read()
    assert (section.article().standing, section.article().released_at) == (Standing.NO_ARTICLE, None)


def test_what_a_section_linked_to_before_it_was_connected_is_not_read(section: Desk) -> None:
    section.site.publish(STORY, Gone("proof.example says that this page has been removed (410)."))
    section.poll()
    section.read()
    assert section.asked_for("https://proof.example/2026/11/20/an-old-story-of-snow") == 0
    with section.database.read() as session:
        assert session.get_one(Feed, section.feed_id).kind == FeedKind.PAGE
