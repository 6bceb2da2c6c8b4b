"""Every way of a reader by keyboard alone, the focus always to be seen; leaving, the archive and the embed have theirs.

With scripts and without them, since a page without scripts has other controls.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.subscribers import AddressChange, MailboxProof, Subscriber, SubscriptionState
from tests.browsing import reach, serving
from tests.conftest import StandingClock
from tests.data import NOW, a_reader, an_article
from tests.reader_site import SLUG, ReaderSite

ANNA = "anna@example.org"


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """A newsletter that offers all there is."""
    made = ReaderSite(app)
    with made.database.write() as session:
        newsletter = session.get_one(Newsletter, made.newsletter_id)
        newsletter.offers, newsletter.is_weekday_fixed = "daily,weekly,monthly", False
        an_article(session, newsletter, "Under the ice shelf", released_at=NOW - timedelta(days=1))
    return made


@pytest.fixture
def base(site: ReaderSite) -> Iterator[str]:
    """Where the pages are served."""
    with serving(site.app) as url:
        yield url


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A browser whose mouse is broken."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def press(page: Page, words: str, key: str = "Enter") -> None:
    reach(page, words)
    page.keyboard.press(key)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def test_joining_with_every_choice_sending_again_and_confirming(site: ReaderSite, base: str, page: Page) -> None:
    page.goto(f"{base}/n/{SLUG}")
    reach(page, "Your mail address")
    page.keyboard.type(ANNA)
    press(page, "Technology", "Space")
    press(page, "More choices")
    press(page, "Every week", "ArrowUp")
    press(page, "At about", "ArrowDown")
    reach(page, "Where you are")
    page.keyboard.type("Madrid")
    press(page, "Also tell me at once", "Space")
    press(page, "Send me The Proof")
    heading(page, "Look in your inbox")
    press(page, "Change it")
    expect(page.get_by_label("Your mail address")).to_be_focused()
    press(page, "Send me The Proof")
    heading(page, "Look in your inbox")
    press(page, "Send it again")
    expect(page.get_by_text("Nothing was sent just now")).to_be_visible()
    found = site.subscription()
    assert (found.cadence, found.hour, found.zone, found.wants_breaking) == ("daily", 8, "Europe/Madrid", True)
    page.goto(base + site.confirm_link().removeprefix("http://localhost"))
    press(page, "Yes, subscribe me")
    heading(page, "You are subscribed.")
    reach(page, "Change topics or day")


def test_a_link_that_has_expired_and_one_that_nobody_asked_for(
    site: ReaderSite, base: str, page: Page, clock: StandingClock
) -> None:
    with site.database.write() as session:
        a_reader(session, site.newsletter(), ANNA, state=SubscriptionState.PENDING, joined_at=NOW)
    clock.pass_by(timedelta(days=8))
    link = base + site.confirm_link().removeprefix("http://localhost")
    page.goto(link)
    press(page, "Send me a new link")
    heading(page, "A new link is on its way.")
    page.goto(link)
    press(page, "Never write to this address again")
    heading(page, "We will not write to this address again.")


def test_pausing_moving_and_what_is_kept(site: ReaderSite, base: str, page: Page) -> None:
    with site.database.write() as session:
        a_reader(session, site.newsletter(), ANNA)
    page.goto(base + site.preferences_link().removeprefix("http://localhost"))
    press(page, "Pause my mails")
    expect(page.get_by_role("button", name="Change the pause")).to_be_visible()
    press(page, "Send me mails again")
    expect(page.get_by_role("button", name="Pause my mails")).to_be_visible()
    reach(page, "Your new mail address")
    page.keyboard.type("berg@example.net")
    page.keyboard.press("Enter")
    heading(page, "Look in the new inbox")
    with site.database.read() as session:
        change = session.scalars(select(AddressChange)).one()
    page.goto(base + site.links.new_address(change.id, change.nonce).removeprefix("http://localhost"))
    press(page, "Yes, write to me here")
    expect(page.get_by_text("berg@example.net")).to_be_visible()
    with site.database.read() as session:
        assert session.scalars(select(Subscriber.address)).all() == ["berg@example.net"]


def test_a_fresh_link_and_erasing(site: ReaderSite, base: str, page: Page) -> None:
    with site.database.write() as session:
        a_reader(session, site.newsletter(), ANNA)
    page.goto(base + site.preferences_link().removeprefix("http://localhost"))
    press(page, "See it, download it, or have it erased")
    press(page, "Send a link to my inbox")
    heading(page, "Look in your inbox")
    with site.database.read() as session:
        proof = session.scalars(select(MailboxProof)).one()
    page.goto(base + site.links.own(proof.id, proof.nonce).removeprefix("http://localhost"))
    reach(page, "Tables (CSV, zipped)")
    press(page, "Yes, erase everything", "Space")
    press(page, "Erase everything")
    heading(page, "Everything is erased.")
    with site.database.read() as session:
        assert session.scalars(select(Subscriber.address)).all() == []
