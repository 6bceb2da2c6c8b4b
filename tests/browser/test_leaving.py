"""Leaving and one's own data in a real browser: no barriers, all by keyboard, without scripts, light pages."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.privacy.proving import send_fresh_link
from newsletter.subscriptions.subscribers import MailboxProof, Subscription
from tests.browsing import barriers, follow, reach, serving
from tests.data import NOW, a_newsletter, a_reader
from tests.reader_site import ReaderSite
from tests.sampling import WINDOWS

ANNA = "anna.with.a.rather.long.name@subdomain.of.example.org"
LIGHT = 60_000  # octets of a page with all that it loads


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """An installation with a reader of two newsletters of one publisher."""
    made = ReaderSite(app)
    with made.database.write() as session:
        reader = a_reader(session, session.get_one(Newsletter, made.newsletter_id), ANNA, topics=("science",))
        a_reader(session, a_newsletter(session, "The Other"), ANNA)
        for newsletter in session.scalars(select(Newsletter)):
            newsletter.publisher, newsletter.offers = "Proof Press", "daily,weekly,monthly"
        send_fresh_link(session, reader, now=NOW)
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


def leave_path(site: ReaderSite) -> str:
    with site.database.read() as session:
        reader = session.get_one(Subscription, 1)
        return site.links.leave(reader.id, reader.nonce).removeprefix("http://localhost")


def own_path(site: ReaderSite) -> str:
    with site.database.read() as session:
        proof = session.scalars(select(MailboxProof)).one()
        return site.links.own(proof.id, proof.nonce).removeprefix("http://localhost")


def ask_path(site: ReaderSite) -> str:
    with site.database.read() as session:
        reader = session.get_one(Subscription, 1)
        return site.links.preferences(reader.id, reader.nonce).removeprefix("http://localhost") + "/own"


def press(page: Page, name: str) -> None:
    follow(page, page.get_by_role("button", name=name, exact=True))


@WINDOWS
def test_no_page_about_leaving_or_own_data_has_a_barrier(
    browser: Browser, site: ReaderSite, base: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrized
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for button in ("Make it less often", "Pause my mails", "Leave"):
        page.goto(base + leave_path(site))
        found["leave"] = barriers(page)
        press(page, button)
        found[button] = barriers(page)
    press(page, "Tell the editors")
    found["nothing ticked"] = barriers(page)
    press(page, "Undo, keep my mails")
    found["back"] = barriers(page)
    page.goto(base + ask_path(site))
    found["ask"] = barriers(page)
    press(page, "Send a link to my inbox")
    found["sent"] = barriers(page)
    page.goto(base + own_path(site))
    found["own"] = barriers(page)
    press(page, "Erase everything")
    found["unsure"] = barriers(page)
    page.get_by_role("checkbox").check()
    press(page, "Erase everything")
    expect(page.get_by_role("heading", name="Everything is erased.")).to_be_visible()
    found["erased"] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_leaving_undoing_and_saying_why_need_only_a_keyboard(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + leave_path(site))
    reach(page, "Also leave the rest")
    page.keyboard.press("Space")
    reach(page, "Leave")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You have left.")).to_be_visible()
    expect(page.get_by_text("no more mail from The Proof and The Other")).to_be_visible()
    reach(page, "Too many mails")
    page.keyboard.press("Space")
    reach(page, "Tell the editors")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you.")).to_be_visible()
    reach(page, "Undo, keep my mails")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are subscribed.")).to_be_visible()
    context.close()
    with site.database.read() as session:
        assert set(session.scalars(select(Subscription.state))) == {"active"}


def test_everything_works_on_a_telephone_without_scripts(phone: Page, site: ReaderSite, base: str) -> None:
    phone.goto(base + leave_path(site))
    phone.get_by_label("Until").select_option("14")
    press(phone, "Pause my mails")
    expect(phone.get_by_text("Your next mail comes on Friday 11 December")).to_be_visible()
    press(phone, "Undo")
    phone.goto(base + own_path(site))
    phone.get_by_role("checkbox").check()
    press(phone, "Erase everything")
    expect(phone.get_by_role("heading", name="Everything is erased.")).to_be_visible()
    phone.goto(base + leave_path_of_nobody(site))
    expect(phone.get_by_role("heading", name="No mail comes any more.")).to_be_visible()


def leave_path_of_nobody(site: ReaderSite) -> str:
    """The link in a mail to somebody who was erased since."""
    return site.links.leave(999, "nonce").removeprefix("http://localhost")


def test_two_tabs_that_leave_are_one_change_and_one_that_pauses_then_says_what_is(
    phone: Page, site: ReaderSite, base: str
) -> None:
    tabs = [phone, phone.context.new_page(), phone.context.new_page()]
    for tab in tabs:
        tab.goto(base + leave_path(site))
    for tab, button in zip(tabs, ("Leave", "Leave", "Pause my mails"), strict=True):
        press(tab, button)
        expect(tab.get_by_role("heading", name="You have left.")).to_be_visible()
    assert site.acts() == ["withdrawn"]


def test_each_of_these_pages_is_light_and_asks_nobody_else(browser: Browser, site: ReaderSite, base: str) -> None:
    for path in (leave_path(site), ask_path(site), own_path(site)):
        context = browser.new_context()
        page = context.new_page()
        loaded: dict[str, int] = {}
        page.on("response", lambda each, into=loaded: into.update({each.url: len(each.body())}))
        page.goto(base + path, wait_until="networkidle")
        context.close()
        assert all(url.startswith(base) for url in loaded)
        assert sum(loaded.values()) < LIGHT, loaded
