"""The framed form in a real browser: in a closed frame of a third origin, without scrolling, by keyboard alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from config.settings import Settings
from tests.browsing import barriers
from tests.conftest import StandingClock
from tests.reader_site import SLUG
from tests.two_sites import BUTTON, FIELD, HEIGHT, WIDTH, Web, overflow, two_sites

FRAME = '<iframe title="Subscribe" width="320" height="420" sandbox="allow-forms allow-scripts"'
FRAME += ' src="{base}/embed/{slug}?background=ffffff"></iframe>'


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


def the_frame(page: Page) -> Frame:
    """The frame on the foreign site."""
    handle = page.locator("iframe").element_handle().content_frame()
    assert handle is not None
    return handle


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_closed_frame_takes_a_sign_up_without_scrolling(web: Web, browser: Browser, *, has_scripts: bool) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": 900}, java_script_enabled=has_scripts)
    page = context.new_page()
    page.goto(web.put("/", FRAME))
    frame = the_frame(page)
    expect(frame.get_by_role("button", name=BUTTON)).to_be_visible()
    frame.get_by_label("Technology").uncheck()
    frame.get_by_label(FIELD).fill("anna@")
    frame.get_by_role("button", name=BUTTON).click()
    expect(frame.get_by_text("We cannot write to this address")).to_be_visible()
    expect(frame.get_by_label("Technology")).not_to_be_checked()
    frame.get_by_label(FIELD).fill("anna@example.org")
    frame.get_by_role("button", name=BUTTON).click()
    expect(frame.get_by_text("Please look in the inbox of anna@example.org")).to_be_visible()
    assert page.url == web.origin + "/"
    assert context.cookies() == []
    assert web.ours.mails() == ["confirmation"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?background=ffffff", "?background=0b4f80&accent=ffcc00", "?scheme=dark"])
def test_all_that_the_frame_shows_fits_without_barriers(web: Web, browser: Browser, query: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrized
    page = context.new_page()
    found: dict[str, object] = {}

    def look(name: str) -> None:
        if not query.startswith("?background"):  # what lies behind is the site's; the colours are made for this ground
            is_dark = scheme == "dark" or "dark" in query
            page.evaluate("(colour) => { document.body.style.background = colour }", "#171c1f" if is_dark else "#fff")
        found[name] = [*barriers(page), *(f"{size} px too large" for size in overflow(page) if size)]

    page.goto(f"{web.base}/embed/{SLUG}{query}")
    look("form")
    for address, answer in [("anna@", "We cannot write to this address"), ("anna@gmial.com", "Did you mean")]:
        page.get_by_label(FIELD).fill(address)
        page.get_by_role("button", name=BUTTON).click()
        expect(page.get_by_text(answer)).to_be_visible()
        look(answer)
    page.get_by_role("button", name="Yes, use that").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()
    look("thanks")
    assert {name: each for name, each in found.items() if each} == {}
    context.close()


GERMAN = {
    "h1": "Die Süddeutsche Morgenpost",
    ".label": "Ihre Mailadresse",
    ".trouble": "An diese Adresse können wir nicht schreiben: Nach dem @ muss noch etwas stehen. Bitte prüfen Sie sie.",
    "[value=science] + span": "Wissenschaft",
    "[value=technology] + span": "Technologie",
    "[value=society] + span": "Gesellschaft",
    "form .small": "Mit dem Druck auf den Knopf bitte ich Die Süddeutsche Morgenpost, mir diese Mails zu schicken. "
    "Ich kann das mit einem Klick aus jeder Mail ändern oder beenden. Niemand sonst bekommt meine Adresse, und "
    "niemand zeichnet auf, wann ich eine Mail öffne.",
    "form > fieldset > .button": "Schicken Sie mir Die Süddeutsche Morgenpost",
    ".more": "Weitere Einstellungen",
}
"""What the form says at its longest, whether or not a catalogue says just this."""


def test_german_words_fit_too(web: Web, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.goto(f"{web.base}/embed/{SLUG}?background=ffffff")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("Please enter your mail address.")).to_be_visible()
    for selector, words in GERMAN.items():
        page.locator(selector).evaluate("(element, words) => { element.textContent = words }", words)
    assert overflow(page) == [0, 0]
    context.close()


def test_the_frame_works_by_keyboard_alone(web: Web, page: Page) -> None:
    page.goto(web.put("/", FRAME))
    frame = the_frame(page)
    expect(frame.get_by_role("button", name=BUTTON)).to_be_visible()
    page.keyboard.press("Tab")
    expect(frame.get_by_label(FIELD)).to_be_focused()
    page.keyboard.type("anna@example.org")
    for _ in range(5):  # three topics, more choices, never the trap, then the button
        page.keyboard.press("Tab")
    expect(frame.get_by_role("button", name=BUTTON)).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.get_by_text("Please look in the inbox of anna@example.org")).to_be_visible()


def test_a_frame_without_a_background_lets_the_site_shine_through(web: Web, page: Page) -> None:
    page.goto(f"{web.base}/embed/{SLUG}")
    expect(page.locator("body")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    page.goto(f"{web.base}/embed/{SLUG}?background=fffef0")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 254, 240)")
