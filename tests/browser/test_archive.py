"""The archive in a real browser: no barriers, no sideways scrolling, all by keyboard and without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.mails.composing import MailComposer
from tests.archived import article_named, sent, with_picture
from tests.browsing import barriers, serving
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader
from tests.reader_site import SLUG, ReaderSite

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützen und mehr"
ARCHIVE = f"/n/{SLUG}/archive"
WINDOWS = [(width, scheme) for width in (1440, 390, 320) for scheme in ("light", "dark")]


@pytest.fixture
def site(app: Flask, clock: StandingClock) -> ReaderSite:
    """An installation with three editions, pictures and an article in Arabic."""
    made = ReaderSite(app)
    with made.database.write() as session:
        a_reader(session, made.newsletter())
    for titles in (("Under the ice shelf", LONG), ("A telescope made of fishing line", "ماء تحت الجليد"), ("Bread",)):
        sent(made.database, clock, titles, after=timedelta(days=7))
    with made.database.write() as session:
        article_named(session, "ماء تحت الجليد").language = "ar"
        for title in (LONG, "ماء تحت الجليد"):
            with_picture(session, article_named(session, title))
    return made


@pytest.fixture
def base(site: ReaderSite) -> Iterator[str]:
    """Where the pages are served."""
    with serving(site.app) as url:
        yield url


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone that runs no scripts."""
    context = browser.new_context(viewport={"width": 390, "height": 780}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def view_path(site: ReaderSite) -> str:
    """Where the digest of the first delivery is seen in a browser, once it has been mailed."""
    composer = MailComposer(site.links, site.services.signer)
    with site.database.write() as session:
        row = session.scalars(select(Delivery).where(Delivery.kind == "digest").order_by(Delivery.id)).first()
        assert row is not None
        composer(session, row, NOW)
    return site.links.view(row.id, site.subscription().nonce).removeprefix("http://localhost")


def paths(site: ReaderSite) -> dict[str, str]:
    """Every page of the archive."""
    with site.database.write() as session:
        a_newsletter(session, "Not Yet", is_live=False)
    return {
        "list": ARCHIVE,
        "search": f"{ARCHIVE}?q=ice",
        "nothing found": f"{ARCHIVE}?q=zebra",
        "older": f"{ARCHIVE}?before=2",
        "edition": f"{ARCHIVE}/1",
        "edition in two scripts": f"{ARCHIVE}/2",
        "not there": f"{ARCHIVE}/9",
        "empty": "/n/not-yet/archive",
        "own digest": view_path(site),
    }


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_no_page_has_a_barrier(
    browser: Browser, site: ReaderSite, base: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for name, path in paths(site).items():
        page.goto(base + path)
        found[name] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_an_archive_from_right_to_left_has_no_barrier(browser: Browser, site: ReaderSite, base: str) -> None:
    with site.database.write() as session:
        session.scalars(select(Newsletter)).one().language = "ar"
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    for path in (ARCHIVE, f"{ARCHIVE}/1", f"{ARCHIVE}/2"):
        page.goto(base + path)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        assert barriers(page) == []
    context.close()


def test_every_control_is_large_enough_for_a_finger(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    for path in (ARCHIVE, f"{ARCHIVE}/2", f"{ARCHIVE}?q=ice", f"{ARCHIVE}?before=2"):
        page.goto(base + path)
        for control in page.locator("main :is(.button, .field, .archive-feeds a, .edition-line a, nav a)").all():
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 44, (path, control.inner_text())
    context.close()


def test_a_reader_searches_and_reads_by_keyboard_alone(browser: Browser, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + ARCHIVE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search in titles and summaries")).to_be_focused()
    page.keyboard.type("ice")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Editions with “ice”, newest first.")).to_be_visible()
    link = page.get_by_role("link", name="Under the ice shelf")
    for _ in range(6):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="No. 1")).to_be_visible()
    context.close()


def test_a_reader_goes_from_edition_to_edition_and_subscribes_without_scripts(base: str, phone: Page) -> None:
    phone.goto(base + ARCHIVE)
    phone.get_by_role("link", name="Bread").click()
    phone.get_by_role("link", name="Earlier · No. 2").click()
    expect(phone.get_by_role("heading", level=1, name="No. 2")).to_be_visible()
    phone.get_by_role("link", name="Later · No. 3").click()
    phone.get_by_role("main").get_by_role("link", name="Subscribe").click()
    expect(phone.get_by_label("Your mail address")).to_be_visible()


def test_a_page_asks_nobody_else_for_anything(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for name, path in paths(site).items():
        if name not in {"not there", "own digest"}:  # the mail's pictures stand under the public address
            page.goto(base + path, wait_until="networkidle")
            assert page.locator("script").count() == 0
    assert asked
    assert all(url.startswith(base) for url in asked)
    assert complaints == []
    assert context.cookies() == []
    context.close()
