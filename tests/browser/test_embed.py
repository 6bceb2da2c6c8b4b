"""The form as a script, and as a plain form, on a site under a strict policy, in a real browser."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from config.settings import Settings
from newsletter.catalogue import sites
from newsletter.subscriptions.subscribers import Consent
from tests.browsing import barriers
from tests.conftest import StandingClock
from tests.reader_site import SLUG
from tests.two_sites import BUTTON, FIELD, WIDTH, Web, two_sites

SCRIPT = '<div class="gazette-form" data-newsletter="{slug}"><a href="{base}/n/{slug}">Subscribe</a></div>'
SCRIPT += '<script async src="{base}/embed/{slug}.js"></script>'
PLAIN = '<form method="post" action="{base}/embed/{slug}"><label>Address <input name="address" type="email"></label>'
PLAIN += (
    '<label><input type="checkbox" name="topics" value="science" checked> Science</label><button>Go</button></form>'
)


@pytest.fixture
def web(settings: Settings, sqlite_template: Path, tmp_path: Path, clock: StandingClock) -> Iterator[Web]:
    """A newsletter with three topics here, and a site under a strict policy there."""
    database = shutil.copy(sqlite_template, tmp_path / "app.sqlite3")
    with two_sites(settings, database, clock) as made:
        yield made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A narrow window."""
    made = browser.new_context(viewport={"width": WIDTH, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong with the site's policy."""
    made = context.new_page()
    said: list[str] = []
    made.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: said.append(str(error)))
    yield made
    assert [line for line in said if "Content Security Policy" in line or "rror:" in line] == []


# The script


def test_the_script_works_by_keyboard_under_a_strict_policy(web: Web, page: Page) -> None:
    web.allow()
    page.goto(web.put("/", SCRIPT))
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Tab")
    expect(page.get_by_label(FIELD)).to_be_focused()
    page.keyboard.type("anna@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):  # two more topics, never the trap, then the button
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Please look in the inbox of anna@example.org")).to_be_visible()
    assert barriers(page) == []
    assert page.url == web.origin + "/"
    assert web.ours.mails() == ["confirmation"]
    with web.ours.database.read() as session:
        assert session.scalars(select(Consent.page)).one() == web.origin


def test_a_slip_is_said_at_the_field_and_mended_there(web: Web, page: Page) -> None:
    web.allow()
    page.goto(web.put("/", SCRIPT))
    page.get_by_label(FIELD).fill("anna@")
    page.keyboard.press("Enter")
    field = page.get_by_label(FIELD)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("We cannot write to this address"))
    assert barriers(page) == []
    field.fill("anna@gmial.com")
    page.keyboard.press("Enter")
    yes = page.get_by_role("button", name="Yes, use that")
    expect(yes).to_be_focused()
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("Please look in the inbox of anna@gmail.com")).to_be_visible()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label(FIELD)).to_have_value("anna@gmail.com")
    expect(page.get_by_label(FIELD)).to_be_focused()


def test_a_site_that_is_not_in_the_list_shows_the_way_and_stands_at_the_desk(web: Web, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(web.put("/", SCRIPT))
    page.get_by_label(FIELD).fill("anna@example.org")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name=BUTTON).click()
    link = page.get_by_role("link", name="Subscribe on the page of The Proof")
    expect(link).to_have_attribute("href", f"{web.base}/n/{SLUG}")
    expect(link).to_have_attribute("target", "_blank")
    assert barriers(page) == []
    assert web.waiting() == [web.origin]
    assert web.ours.mails() == []


def test_without_scripts_there_is_the_link(web: Web, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(web.put("/", SCRIPT))
    expect(page.get_by_role("link", name="Subscribe")).to_be_visible()
    context.close()


def test_a_script_alone_puts_the_form_where_it_stands(web: Web, page: Page) -> None:
    page.goto(web.put("/", '<script async src="{base}/embed/{slug}.js"></script><p id="after">After it.</p>'))
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    assert page.evaluate("document.querySelector('.gazette-form + #after') !== null")


def test_the_site_styles_the_form_by_variables_and_parts(web: Web, page: Page) -> None:
    web.foreign.styles = ".gazette-form { --gazette-accent: #0a7f5a } .gazette-form::part(button) { width: 100% }"
    page.goto(web.put("/", SCRIPT))
    button = page.get_by_role("button", name=BUTTON)
    expect(button).to_have_css("background-color", "rgb(10, 127, 90)")
    box, form = button.bounding_box(), page.locator(".gazette-form").bounding_box()
    assert box is not None
    assert form is not None
    assert box["width"] == form["width"]


def test_after_a_sign_up_the_script_leads_to_the_page_of_the_site(web: Web, page: Page) -> None:
    web.allow()
    with web.ours.database.write() as session:
        sites.set_thanks(session.merge(web.ours.newsletter()), "", "https://thanks.example/")
    page.route("https://thanks.example/", lambda route: route.fulfill(body="<title>Thanks</title>"))
    page.goto(web.put("/", SCRIPT))
    page.get_by_label(FIELD).fill("anna@example.org")
    page.get_by_role("button", name=BUTTON).click()
    expect(page).to_have_url("https://thanks.example/")


def test_where_many_sign_up_one_more_tap_in_a_new_tab_is_enough(web: Web, page: Page) -> None:
    web.allow()
    said = json.dumps({"state": "tap", "sentence": "Many people are signing up just now."})
    headers = {"Access-Control-Allow-Origin": web.origin, "Content-Type": "application/json"}
    page.goto(web.put("/", SCRIPT))
    page.route("**/embed/**", lambda route: route.fulfill(status=429, headers=headers, body=said))
    page.get_by_label(FIELD).fill("anna@")
    page.get_by_role("button", name=BUTTON).click()
    tap = page.get_by_role("button", name="One more tap")
    expect(tap).to_be_focused()
    assert barriers(page) == []
    page.unroute("**/embed/**")
    with page.expect_popup() as opened:
        tap.click()
    expect(opened.value).to_have_url(f"{web.base}/embed/{SLUG}?language=en")
    expect(opened.value.get_by_label(FIELD)).to_have_value("anna@")


# The plain form


def test_a_plain_form_leads_to_a_page_of_ours(web: Web, page: Page) -> None:
    web.allow()
    page.goto(web.put("/", PLAIN))
    page.get_by_label("Address").fill("anna@example.org")
    page.get_by_role("button", name="Go").click()
    expect(page).to_have_url(f"{web.base}/embed/{SLUG}")
    assert barriers(page) == []
