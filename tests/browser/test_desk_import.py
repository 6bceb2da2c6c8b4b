"""The pages of an import in a real browser: no barriers, the keyboard alone, figures that count on by themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from newsletter.subscriptions.importing.working import work
from newsletter.wiring import Services
from tests.browsing import barriers, log_in, serving
from tests.data import a_newsletter, an_editor
from tests.desk import services_of, with_password
from tests.import_files import a_wix_file
from tests.imports import readers_of, take_in

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenbestellformular"
FILE = a_wix_file(
    ("anna@example.org", "Subscribed", "Subscribe form"),
    ("dora@example.org", "Subscribed", LONG),
    ("ben@example.org", "Unsubscribed", ""),
    ("cem@example.org", "Never subscribed", "Checkout"),
    (f"no address {LONG}", "Subscribed", ""),
)


@pytest.fixture
def parts(app: Flask) -> Services:
    """An installation with a newsletter, an owner, and one import that is done."""
    made = services_of(app)
    with made.database.write() as session:
        a_newsletter(session)
        with_password(an_editor(session))
    take_in(made, FILE, f"{LONG}.csv", subscribed="ask")
    return made


@pytest.fixture
def base(app: Flask, parts: Services) -> Iterator[str]:
    """Where the pages are served."""
    with serving(app) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of an editor's computer."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    """A file on the editor's computer."""
    path = tmp_path / "contacts.csv"
    path.write_text(FILE, newline="")
    return path


def choose_file(page: Page, contacts: Path) -> None:
    page.get_by_label("The file").set_input_files(contacts)
    page.get_by_role("button", name="Count what is in it").press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_an_import_has_barriers_or_scrolls_sideways(
    page: Page, base: str, parts: Services, contacts: Path, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    log_in(page, base)
    page.goto(f"{base}/desk/n/the-proof/import")
    choose_file(page, contacts)
    expect(page.get_by_text("contacts.csv is being counted.")).to_be_visible()
    addresses = [page.url, f"{base}/desk/n/the-proof/import", f"{base}/desk/n/the-proof/import/1"]
    found = {f"{url} {width}": barriers_at(page, url, width) for url in addresses for width in (320, 1440)}
    work(parts.imports, seconds=30)
    found |= {f"table {width}": barriers_at(page, addresses[0], width) for width in (320, 390, 1440)}
    assert {where: what for where, what in found.items() if what} == {}


def barriers_at(page: Page, url: str, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(url)
    return barriers(page)


def test_a_file_is_taken_in_by_keyboard_alone_and_the_page_follows_by_itself(
    page: Page, base: str, parts: Services, contacts: Path
) -> None:
    log_in(page, base)
    page.goto(f"{base}/desk/n/the-proof/import")
    choose_file(page, contacts)
    expect(page.get_by_text("contacts.csv is being counted.")).to_be_visible()
    work(parts.imports, seconds=30)
    # The page asks every two seconds, and then shows the table.
    expect(page.get_by_role("heading", name="What becomes of them")).to_be_visible(timeout=10_000)
    choice = page.get_by_label("What becomes of never subscribed Checkout")
    choice.focus()
    choice.press("A")  # Active at once
    expect(choice).to_have_value("active")
    page.get_by_label("On what basis are the active ones readers?").focus()
    page.keyboard.type("They ticked the box at the checkout.")
    page.get_by_role("button", name="Take them in; mail nobody").press("Enter")
    expect(page.get_by_text("contacts.csv is being taken in.")).to_be_visible()
    work(parts.imports, seconds=30)
    expect(page.get_by_role("heading", name="contacts.csv is taken in.")).to_be_visible(timeout=10_000)
    assert readers_of(parts) == {"cem@example.org": "active"}
