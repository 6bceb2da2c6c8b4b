"""Reader pages in every language, in both schemes, on a narrow phone: no barrier, and the right direction."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser

from newsletter.catalogue.newsletters import Newsletter
from newsletter.language import LANGUAGES
from newsletter.subscriptions.subscribers import SubscriptionState
from tests.browsing import barriers, serving
from tests.data import NOW, a_reader, an_article
from tests.reader_site import SLUG, ReaderSite

SAMPLE = {("ar", "dark"), ("de", "light")}
CASES = [
    pytest.param(language, scheme, marks=[] if (language, scheme) in SAMPLE else pytest.mark.matrix)
    for language in LANGUAGES
    for scheme in ("light", "dark")
]


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """An installation with a live newsletter that has published something."""
    made = ReaderSite(app)
    with made.database.write() as session:
        an_article(session, made.newsletter(), "Under the ice shelf", released_at=NOW - timedelta(days=1))
    return made


@pytest.fixture
def base(site: ReaderSite) -> Iterator[str]:
    """Where the pages are served."""
    with serving(site.app) as url:
        yield url


def paths(site: ReaderSite, language: str) -> dict[str, str]:
    """The pages that a reader meets, when the newsletter speaks this language."""
    with site.database.write() as session:
        newsletter = site.newsletter()
        kept = session.get_one(Newsletter, newsletter.id)
        kept.language, kept.offers, kept.offers_breaking = language, "daily,weekly,monthly", True
        pending = a_reader(session, newsletter, "pending@example.org", state=SubscriptionState.PENDING, joined_at=NOW)
        expired = a_reader(session, newsletter, "expired@example.org", state=SubscriptionState.PENDING)
        reader = a_reader(session, newsletter, "a.reader.with.a.rather.long.address@subdomain.of.example.org")
        gone = a_reader(session, newsletter, "gone@example.org", state=SubscriptionState.UNSUBSCRIBED)
        gone.left_at = NOW
    links = {
        "form": f"/n/{SLUG}",
        "archive": f"/n/{SLUG}/archive",
        "frame": f"/embed/{SLUG}?background=ffffff",
        "confirm": site.links.confirm(pending.id, pending.confirm_nonce),
        "expired": site.links.confirm(expired.id, expired.confirm_nonce),
        "preferences": site.links.preferences(reader.id, reader.nonce),
        "own": f"{site.links.preferences(reader.id, reader.nonce)}/own",
        "leave": site.links.leave(reader.id, reader.nonce),
        "left": site.links.leave(gone.id, gone.nonce),
    }
    return {name: link.removeprefix("http://localhost") for name, link in links.items()}


@pytest.mark.parametrize(("language", "scheme"), CASES)
def test_no_page_has_a_barrier_in_any_language(
    browser: Browser, site: ReaderSite, base: str, language: str, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrized
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for name, path in paths(site, language).items():
        page.goto(base + path)
        html = page.locator("html")
        assert html.get_attribute("lang") == language, name
        assert html.get_attribute("dir") == ("rtl" if language == "ar" else "ltr"), name
        found[name] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}
