"""The page One more tap in a real browser: with scripts a sum, without them a wait, in a frame no wider than it is."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from newsletter.subscriptions.ladder.counts import Asked
from newsletter.subscriptions.ladder.marks import Came, marks_of
from newsletter.subscriptions.ladder.work import challenge_for, proves
from newsletter.web.doors import EXTENSION
from newsletter.wiring import Services
from tests.browsing import barriers, follow, serving
from tests.conftest import StandingClock
from tests.reader_site import SLUG, ReaderSite

SCHEMES = ("light", "dark")


@pytest.fixture
def base(app: Flask) -> Iterator[str]:
    """A served installation with one live newsletter, whose forms many have filled in just now."""
    ReaderSite(app)
    services = app.extensions[EXTENSION]
    assert isinstance(services, Services)
    now = services.clock.now()
    for number in range(300):
        came = Came(f"{number}", f"network {number}", SLUG)
        services.counts.note(Asked(came.who, marks_of(came, now=now)), now=now)
    with serving(app) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a small telephone."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def enter(page: Page, base: str) -> None:
    """Fill in the sign-up form, and come to One more tap."""
    page.goto(f"{base}/n/{SLUG}")
    page.locator("input[name=address]").fill("anna@example.org")
    follow(page, page.get_by_role("button", name="Send me The Proof"))  # with its script: a press before it is early
    expect(page.get_by_role("heading", name="One more tap")).to_be_visible()


def test_with_scripts_one_press_is_enough(base: str, page: Page) -> None:
    enter(page, base)
    page.get_by_role("button", name="Yes, send me The Proof").press("Enter")
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()


def test_without_scripts_it_says_how_long_to_wait_and_keeps_to_it(
    base: str, browser: Browser, clock: StandingClock
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, base)
    expect(page.get_by_text("please press after 20 seconds")).to_be_visible()
    page.get_by_role("button", name="Yes, send me The Proof").click()
    expect(page.get_by_text("A little early")).to_be_visible()
    clock.at = clock.at.replace(minute=1)
    page.get_by_role("button", name="Yes, send me The Proof").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()
    context.close()


def test_nothing_is_in_the_way_in_either_scheme(base: str, page: Page) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        enter(page, base)
        assert barriers(page) == [], scheme


def test_in_a_frame_it_takes_no_more_room_than_the_form(base: str, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 420})
    page.goto(f"{base}/embed/{SLUG}")
    page.locator("input[name=address]").fill("anna@example.org")
    follow(page, page.get_by_role("button", name="Send me The Proof"))  # with its script: a press before it is early
    expect(page.get_by_role("heading", name="One more tap")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollHeight") <= 420
    page.get_by_role("button", name="Yes, send me The Proof").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()


def test_the_browser_finds_the_number_for_every_length_of_salt(base: str, page: Page) -> None:
    """Its SHA-256 is our own: tried with salts that end at every place of a block."""
    page.goto(f"{base}/n/{SLUG}/one-more-tap")
    for length in range(1, 66):
        token = "x" * length
        puzzle = challenge_for("key", token)
        answer = page.evaluate(
            """async ([puzzle, source]) => {
                document.querySelector("form[data-proof]").outerHTML =
                    `<form data-field="answer"><p data-working hidden><progress></progress></p></form>`;
                const form = document.querySelector("form");
                form.dataset.proof = JSON.stringify(puzzle);
                const script = document.createElement("script");
                script.src = source;
                document.head.append(script);
                while (!form.elements.answer) await new Promise((resolve) => setTimeout(resolve, 5));
                const answer = form.elements.answer.value;
                form.dataset.field = "later";
                return answer;
            }""",
            [puzzle, f"/static/proof.js?{length}"],
        )
        assert proves("key", token, answer), length
