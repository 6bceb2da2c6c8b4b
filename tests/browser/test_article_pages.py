"""The desk's pages about articles, feeds, categories and keys in a real browser: no barriers, and what they do."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, FilePayload, Page, expect

from newsletter.accounts.api_keys import new_key
from newsletter.feeds.articles import Decision, FeedKind, FeedPush, Standing
from tests.browsing import barriers, log_in, serving
from tests.data import NOW, an_editor
from tests.desk import services_of, with_password
from tests.desk_articles import a_held_article, a_house, article_of, mailed, the_article
from tests.drawn_pictures import a_photograph
from tests.feed_rows import a_feed

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützen und was sonst noch dazugehört"
DESK = "/desk/n/the-proof"
PAGES = (
    *(f"{DESK}/articles{rest}" for rest in ("", "/1", "/2", "/3", "/4", "/new", "?state=held", "?q=nothing+has+this")),
    *(f"{DESK}/feeds{rest}" for rest in ("", "/add", "/1", "/2", "/3", "/1/remove")),
    *(f"{DESK}{rest}" for rest in ("/categories", "/keys", "/keys/1/end")),
)
WINDOWS = [(width, scheme) for width in (1440, 768, 390, 320) for scheme in ("light", "dark")]
SAMPLE = {(1440, "light"), (390, "dark")}


@pytest.fixture
def house(app: Flask) -> Flask:
    """Articles in every state, feeds that work and that do not, a rule and a key."""
    a_house(app)
    with services_of(app).database.write() as session:
        with_password(an_editor(session))
        a_feed(session, 1, "https://proof.example/feed.xml")
        a_feed(
            session,
            1,
            "https://proof.example/news.xml",
            kind=FeedKind.SITEMAP,
            title=LONG,
            remark="1 item has no link.",
        )
        broken = "proof.example says that there is nothing at this address (404). We try again by ourselves."
        since = NOW - timedelta(days=2)
        a_feed(session, 1, f"https://proof.example/{'x' * 200}", trouble=broken, failures=9, failing_since_at=since)
        session.add(push_of(1))
        new_key(session, 1, "The site's CMS", created_by=None, now=NOW)
    first = the_article(app, feed_id=1, own_title="An editor's title", categories=["KI", LONG])
    a_held_article(app, LONG)
    the_article(app, "Again", standing=Standing.SAME_STORY, same_story_as=first, released_at=None)
    the_article(app, "Later", embargo_at=NOW + timedelta(days=1), released_at=NOW + timedelta(days=1))
    the_article(app, "Never", standing=Standing.NEVER, decision=Decision.NEVER, released_at=None)
    mailed(app, the_article(app, "Mailed"))
    return app


def push_of(feed_id: int) -> FeedPush:
    """A hub that has agreed to tell us of news."""
    url = "https://proof.example/feed.xml"
    later = NOW + timedelta(days=1)
    return FeedPush(
        feed_id=feed_id, hub_url="https://hub.example/", topic_url=url, nonce="n", renew_at=later, lease_until_at=later
    )


@pytest.fixture
def base(house: Flask) -> Iterator[str]:
    """Where the pages are served."""
    with serving(house) as url:
        yield url


@pytest.mark.parametrize(
    ("width", "scheme"),
    [pytest.param(*each, marks=() if each in SAMPLE else pytest.mark.matrix) for each in WINDOWS],
)
def test_no_page_has_a_barrier(browser: Browser, base: str, width: int, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    log_in(page, base)
    found: dict[str, list[str]] = {}
    for path in PAGES:
        answer = page.goto(base + path)
        assert answer is not None
        assert answer.ok, path
        found[path] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_every_button_is_large_enough_for_a_finger(browser: Browser, base: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    log_in(page, base)
    for path in PAGES:
        page.goto(base + path)
        for control in page.locator(":is(.button, .field, .tabs a, .sieve a)").all():
            if control.is_visible():
                box = control.bounding_box()
                assert box is not None
                assert box["height"] >= 44, (path, control.inner_text())
    context.close()


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    """The window of an editor who has logged in; what the page's own policy forbids is a fault."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    log_in(made, base)
    yield made
    context.close()
    assert complaints == []


def test_an_editor_has_the_last_word_and_sees_what_the_site_says(page: Page, house: Flask, base: str) -> None:
    page.goto(f"{base}{DESK}/articles/1")
    expect(page.get_by_text("The site now says: Under the ice shelf")).to_be_visible()
    page.get_by_label("Summary").fill("In the editor's own words.")
    page.get_by_role("button", name="Save these words").click()
    expect(page.get_by_text("The site now says: What Under the ice shelf is about.")).to_be_visible()
    page.get_by_role("button", name="Take the site’s title").click()
    expect(page.get_by_role("heading", level=1, name="Under the ice shelf")).to_be_visible()
    article = article_of(house, 1)
    assert (article.own_title, article.own_summary) == (None, "In the editor's own words.")


def test_a_story_told_twice_is_released_from_its_page(page: Page, house: Flask, base: str) -> None:
    page.goto(f"{base}{DESK}/articles/3")
    expect(page.get_by_role("heading", name="The same story twice")).to_be_visible()
    page.get_by_role("button", name="Release it too").click()
    expect(page.get_by_role("heading", name="The same story twice")).to_be_visible()
    assert article_of(house, 3).standing == Standing.FREE


def test_the_preview_of_an_article_shows_its_text_while_it_is_written(page: Page, base: str) -> None:
    page.goto(f"{base}{DESK}/articles/new")
    page.get_by_role("textbox", name="Text").fill("The ice is **thin**.")
    expect(page.get_by_role("region", name="Preview of the text").get_by_text("thin", exact=True)).to_be_visible()


def test_a_preview_keeps_the_chosen_picture(page: Page, house: Flask, base: str) -> None:
    page.goto(f"{base}{DESK}/articles/new")
    page.get_by_label("Title", exact=True).fill("Ice by the sea")
    page.get_by_role("textbox", name="Text").fill("The ice is **thin**.")
    page.get_by_label("A file of yours").check()
    page.get_by_label("It only decorates").check()
    chosen = FilePayload(name="ice.jpg", mimeType="image/jpeg", buffer=a_photograph())
    page.locator("input[type=file]").set_input_files(chosen)

    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview of the text").get_by_text("thin", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save the article").click()

    expect(page.get_by_text("“Ice by the sea” is saved.")).to_be_visible()
