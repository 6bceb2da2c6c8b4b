"""Reader pages in a real browser: no barriers, no sideways scrolling, all by keyboard and without scripts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from newsletter.subscriptions.subscribers import SubscriptionState
from tests.browsing import barriers, serving
from tests.data import NOW, a_newsletter, a_reader, an_article
from tests.reader_site import SLUG, ReaderSite
from tests.sampling import WINDOWS

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützen und mehr"


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """An installation with a live newsletter that has published something."""
    made = ReaderSite(app)
    with made.database.write() as session:
        for number, title in enumerate(("Under the ice shelf", LONG, "A telescope made of fishing line")):
            an_article(session, made.newsletter(), title, released_at=NOW - timedelta(days=1, hours=number))
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


def paths(site: ReaderSite) -> dict[str, str]:
    """Every reader page that opens by a link."""
    with site.database.write() as session:
        newsletter = site.newsletter()
        a_newsletter(session, "Not Yet", is_live=False)
        pending = a_reader(session, newsletter, "pending@example.org", state=SubscriptionState.PENDING, joined_at=NOW)
        expired = a_reader(session, newsletter, "expired@example.org", state=SubscriptionState.PENDING)
        reader = a_reader(session, newsletter, "a.reader.with.a.rather.long.address@subdomain.of.example.org")
        gone = a_reader(session, newsletter, "gone@example.org", state=SubscriptionState.UNSUBSCRIBED)
        gone.left_at = NOW
    links = {
        "home": "/",
        "form": f"/n/{SLUG}",
        "rehearsal": "/n/not-yet",
        "confirm": site.links.confirm(pending.id, pending.confirm_nonce),
        "expired": site.links.confirm(expired.id, expired.confirm_nonce),
        "used": site.links.confirm(reader.id, reader.confirm_nonce),
        "preferences": site.links.preferences(reader.id, reader.nonce),
        "no choices": site.links.preferences(gone.id, gone.nonce),
        "leave": site.links.leave(reader.id, reader.nonce),
        "left": site.links.leave(gone.id, gone.nonce),
        "unknown": "/unsubscribe/nonsense",
    }
    return {name: link.removeprefix("http://localhost") for name, link in links.items()}


@WINDOWS
def test_no_page_has_a_barrier(browser: Browser, site: ReaderSite, base: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrized
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for name, path in paths(site).items():
        page.goto(base + path)
        found[name] = barriers(page)
    page.goto(f"{base}/n/{SLUG}")
    page.get_by_text("More choices").click()
    found["all choices"] = barriers(page)
    page.get_by_role("button", name="Send me The Proof").click()
    expect(page.get_by_text("Please enter your mail address.")).to_be_visible()
    found["trouble"] = barriers(page)
    page.get_by_label("Your mail address").fill("anna@example.org")
    page.get_by_role("button", name="Send me The Proof").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()
    found["look in your inbox"] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_every_control_is_large_enough_for_a_finger(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    for name, path in paths(site).items():
        page.goto(base + path)
        for control in page.locator("main :is(button, .button, .choice, .field)").all():
            if control.is_visible():
                box = control.bounding_box()
                assert box is not None
                assert box["height"] >= 44, (name, control.inner_text())
    context.close()


def test_the_form_works_by_keyboard_alone(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base}/n/{SLUG}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("anna@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):  # past Technology and More choices to the button; never into the trap
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send me The Proof")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("anna@example.org")).to_be_visible()
    assert site.mails() == ["confirmation"]
    context.close()


def test_a_slip_puts_the_cursor_where_it_is_mended(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{base}/n/{SLUG}")
    page.get_by_label("Your mail address").fill("anna@")
    page.keyboard.press("Enter")
    field = page.get_by_label("Your mail address")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("We cannot write to this address"))
    expect(field).to_have_value("anna@")
    context.close()


def test_the_promise_follows_the_rhythm_without_scripts(site: ReaderSite, base: str, phone: Page) -> None:
    phone.goto(f"{base}/n/{SLUG}")
    expect(phone.get_by_text("One mail every Friday about seven in the morning")).to_be_visible()
    phone.get_by_text("More choices").click()
    phone.get_by_label("Every day").check()
    expect(phone.get_by_text("One mail a day about seven in the morning")).to_be_visible()
    expect(phone.get_by_text("One mail every Friday")).to_be_hidden()


def test_a_wrong_address_is_changed_with_all_choices_kept(site: ReaderSite, base: str, phone: Page) -> None:
    phone.goto(f"{base}/n/{SLUG}")
    phone.get_by_label("Your mail address").fill("anna@exmaple.org")
    phone.get_by_label("Science").uncheck()
    phone.get_by_role("button", name="Send me The Proof").click()
    phone.get_by_role("button", name="Change it").click()
    assert "exmaple" not in phone.url
    expect(phone.get_by_label("Your mail address")).to_have_value("anna@exmaple.org")
    expect(phone.get_by_label("Science")).not_to_be_checked()
    expect(phone.get_by_label("Technology")).to_be_checked()


def test_a_reader_leaves_thinks_better_of_it_and_takes_less(site: ReaderSite, base: str, phone: Page) -> None:
    with site.database.write() as session:
        a_reader(session, site.newsletter())
    phone.goto(base + site.leave_link().removeprefix("http://localhost"))
    phone.get_by_role("button", name="Leave").click()
    expect(phone.get_by_role("heading", name="You have left.")).to_be_visible()
    phone.get_by_role("button", name="Undo, keep my mails").click()
    expect(phone.get_by_role("heading", name="You are subscribed.")).to_be_visible()
    phone.goto(base + site.preferences_link().removeprefix("http://localhost"))
    phone.get_by_label("Technology").uncheck()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Saved. It holds from your next mail on.")).to_be_visible()
    expect(phone.get_by_text("science; 3 articles so far")).to_be_visible()


def test_a_browser_that_only_looks_asks_for_nothing_but_the_page(browser: Browser, site: ReaderSite, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    for name, path in paths(site).items():
        if name not in {"home", "form", "rehearsal"}:
            page.goto(base + path, wait_until="networkidle")
    assert {method for method, _ in asked} == {"GET"}
    assert all(url.startswith(base) for _, url in asked)
    assert site.subscription("pending@example.org").state == "pending"
    context.close()
