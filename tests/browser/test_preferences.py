"""The page of a reader's choices in a real browser: saved at once, by keyboard too, and nothing is lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.subscribers import AddressChange
from tests.browsing import barriers, follow, serving
from tests.data import NOW, a_reader, an_article, topic_ids
from tests.reader_site import ReaderSite
from tests.sampling import WINDOWS


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """Anna reads about science, and there is news."""
    made = ReaderSite(app)
    with made.database.write() as session:
        newsletter = made.newsletter()
        a_reader(session, newsletter, topics=("science",))
        for number, topic in enumerate(("science", "technology", "technology")):
            an_article(
                session, newsletter, f"Piece {number}", topics=(topic,), released_at=NOW - timedelta(hours=number + 1)
            )
        kept = session.get_one(Newsletter, newsletter.id)
        kept.offers, kept.offers_breaking = "daily,weekly,monthly", True
    return made


@pytest.fixture
def base(site: ReaderSite) -> Iterator[str]:
    """Where the pages are served."""
    with serving(site.app) as url:
        yield url


@pytest.fixture
def page(browser: Browser, site: ReaderSite, base: str) -> Iterator[Page]:
    """The page on a telephone."""
    context = browser.new_context(viewport={"width": 390, "height": 780})
    made = context.new_page()
    made.goto(base + site.preferences_link().removeprefix("http://localhost"))
    yield made
    context.close()


def chosen(site: ReaderSite) -> set[str]:
    """The topics that Anna gets; none means all."""
    with site.database.read() as session:
        names = {each: slug for slug, each in topic_ids(session, site.newsletter()).items()}
        return {names[each] for each in topics_chosen(session, site.subscription().id)}


def test_a_change_is_saved_at_once_and_taken_back_at_once(site: ReaderSite, page: Page) -> None:
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    page.get_by_label("Technology").check()
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("all topics; 3 articles so far")).to_be_visible()
    assert chosen(site) == {"science", "technology"}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.get_by_label("Technology")).not_to_be_checked()
    expect(page.get_by_text("science; 1 article so far")).to_be_visible()
    assert chosen(site) == {"science"}


def test_every_choice_goes_by_keyboard_and_says_what_became_of_it(site: ReaderSite, page: Page) -> None:
    page.get_by_label("Technology").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Every week").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Every month")).to_be_checked()
    expect(page.get_by_text("Next mail: Tuesday 1 December")).to_be_visible()
    assert site.subscription().cadence == "monthly"
    page.get_by_label("At about").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("about 9:00")).to_be_visible()
    assert site.subscription().hour == 9
    expect(page.get_by_label("At about")).to_be_focused()
    page.get_by_label("Also tell me at once").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Also tell me at once")).to_be_checked()
    page.wait_for_timeout(600)
    assert site.subscription().wants_breaking


def test_a_request_that_fails_says_so_and_keeps_the_choice(site: ReaderSite, page: Page) -> None:
    def fails(route: Route) -> None:
        route.abort()

    page.route("**/preferences/**", fails)
    page.get_by_label("Technology").check()
    expect(page.get_by_text("Not saved: nothing could be sent just now.")).to_be_visible()
    expect(page.get_by_label("Technology")).to_be_checked()
    assert chosen(site) == {"science"}
    page.unroute("**/preferences/**", fails)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert chosen(site) == {"science", "technology"}


def test_no_topic_left_shows_that_all_come(site: ReaderSite, page: Page) -> None:
    page.get_by_label("Science").uncheck()
    expect(page.get_by_text("No topic was ticked, so all of them come; to get none, leave.")).to_be_visible()
    expect(page.get_by_label("Science")).to_be_checked()
    expect(page.get_by_label("Technology")).to_be_checked()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert chosen(site) == {"science"}


def test_two_tabs_with_changes_of_their_own_lose_nothing(
    browser: Browser, site: ReaderSite, base: str, page: Page
) -> None:
    context = browser.new_context()
    other = context.new_page()
    other.goto(base + site.preferences_link().removeprefix("http://localhost"))
    other.get_by_label("Technology").check()
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Every day").check()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert (chosen(site), site.subscription().cadence) == ({"science", "technology"}, "daily")
    expect(page.get_by_label("Technology")).to_be_checked()
    context.close()


def test_whoever_goes_away_at_once_has_chosen_all_the_same(site: ReaderSite, page: Page) -> None:
    page.get_by_label("At about").select_option("20")
    page.goto("about:blank")
    page.wait_for_timeout(800)
    assert site.subscription().hour == 20


@WINDOWS
def test_no_page_about_choices_or_addresses_has_a_barrier(
    browser: Browser, site: ReaderSite, base: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrized
    page = context.new_page()
    found: dict[str, list[str]] = {}
    page.goto(base + site.preferences_link().removeprefix("http://localhost"))
    page.get_by_label("Technology").check()
    expect(page.get_by_text("Saved.")).to_be_visible()
    found["saved"] = barriers(page)
    page.get_by_label("Your new mail address").fill("anna@")
    page.get_by_role("button", name="Write to the new address").click()
    expect(page.get_by_text("We cannot write to this address")).to_be_visible()
    expect(page.get_by_label("Your new mail address")).to_be_focused()
    found["no address"] = barriers(page)
    page.get_by_label("Your new mail address").fill("anna.berg@mail.example")
    page.get_by_role("button", name="Write to the new address").click()
    expect(page.get_by_role("heading", name="Look in the new inbox.")).to_be_visible()
    found["asked"] = barriers(page)
    page.get_by_role("link", name="Back to my choices").click()
    page.get_by_role("button", name="Pause my mails").click()
    expect(page.get_by_text("what you missed will be one link, not a pile")).to_be_visible()
    found["paused"] = barriers(page)
    for name, link in moves(site).items():
        page.goto(base + link)
        found[f"{name}, before"] = barriers(page)
        follow(page, page.get_by_role("button").first)
        found[f"{name}, after"] = barriers(page)
        page.goto(base + link)
        found[f"{name}, used"] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def moves(site: ReaderSite) -> dict[str, str]:
    """The links in the two mails about the newest change of address."""
    with site.database.read() as session:
        change = session.get_one(AddressChange, 1)
    links = {
        "new address": site.links.new_address(change.id, change.nonce),
        "not me": site.links.not_me(change.id, change.undo_nonce),
    }
    return {name: link.removeprefix("http://localhost") for name, link in links.items()}
