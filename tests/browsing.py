"""People who go from page to page in a real browser, and what is in the way there."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from werkzeug.serving import make_server

from tests.desk import PASSWORD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an installation's pages; where they are."""
    server = make_server("localhost", 0, closing(app), threaded=True)
    assert isinstance(server, ThreadingMixIn)
    server.daemon_threads = False  # closing it waits for answers that are under way
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def closing(app: "WSGIApplication") -> "WSGIApplication":
    """The same pages, their files closed even when the browser goes away in the middle of one.

    Werkzeug's server forgets to close an answer when reading the rest of the request fails, and a file that
    is left open is an error in these tests.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = app(environ, start_response)
        try:
            yield from body
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


def log_in(page: Page, base: str) -> None:
    """Log in as a person does."""
    page.goto(f"{base}/desk/login")
    page.get_by_label("Your address").fill("maren@proof.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Maren Oduya")).to_be_visible()


def follow(page: Page, place: Locator) -> None:
    """Press what leads to another page, and wait until that has been loaded: a click alone ends before it."""
    with page.expect_navigation():
        place.click()


def barriers(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the window."""
    found = [
        f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page, options=RULES).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("scrolls sideways")
    return found


_NAMED = "e => e.labels?.[0]?.innerText || e.innerText || ''"
_IS_MARKED = """e => [e, e.closest('.choice')].some(each => {
  const style = each && getComputedStyle(each);
  return style && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
})"""


def reach(page: Page, words: str) -> None:
    """Go on with the Tab key until what these words name has the focus, and see that the focus shows there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and words in focused.evaluate(_NAMED):
            assert focused.evaluate(_IS_MARKED), f"nobody sees that {words!r} has the focus"
            return
    raise AssertionError(f"no way to {words!r} by keyboard")
