"""A real browser: the system's Chromium, headless."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.conftest import missing

_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; one for each module.

    Not for a whole test process: while it is there an event loop runs in the main thread, and no other
    test could run one of its own.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        missing("Chromium is not here: install the package chromium.")
        return
    with sync_playwright() as playwright:
        try:
            # Without its sandbox, since it will not start as root with one; it only opens our own pages.
            made = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *_QUIET])
        except Error as error:
            missing(f"Chromium does not start: {error.message.splitlines()[0]}")
            return
        yield made
        made.close()
