"""The desk and the local inbox in a real browser: no barriers, live figures, and mails that can do nothing."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions import fanout, schedule
from newsletter.subscriptions.subscribers import Cadence
from newsletter.wiring import Services
from tests.browsing import barriers, log_in, serving
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor
from tests.desk import services_of, with_password
from tests.sampling import WINDOWS

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützen und was sonst noch dazugehört"
HOSTILE = """<!doctype html><html><head><title>x</title></head><body><p>Hello</p>
<script>parent.document.title = "taken"; top.location = "/desk/logout"</script>
<img src="x" onerror="parent.document.title = 'taken'">
<p><a href="/inbox/empty">A link</a></p></body></html>"""


@pytest.fixture
def parts(app: Flask) -> Services:
    """An installation with a live newsletter, one in rehearsal, an edition that goes out, and a mail in the inbox."""
    made = services_of(app)
    with made.database.write() as session:
        editor = with_password(an_editor(session))
        newsletter = a_newsletter(session)
        a_newsletter(session, f"The Evening, {LONG}", is_live=False)
        for number in range(10):
            cadence = Cadence.DAILY if number == 0 else Cadence.WEEKLY
            a_reader(session, newsletter, f"r{number}@example.org", cadence=cadence)
        an_article(session, newsletter)
        began = NOW - timedelta(minutes=5)
        edition = schedule.request_special(session, newsletter, requested_by=editor.id, now=began)
        schedule.tick(session, now=NOW)
        an_article(session, newsletter, LONG, released_at=NOW - timedelta(minutes=1))
        an_article(session, newsletter, "Embargoed", topics=(), released_at=NOW + timedelta(days=1))
    fanout.fan_out(made.database, made.clock, edition.id)
    settle(made, DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.WITHHELD)
    receive(made, "The first digest")
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


def settle(parts: Services, *states: DeliveryState) -> None:
    """Put the first deliveries into these states."""
    with parts.database.write() as session:
        for mail, state in zip(session.scalars(select(Delivery).order_by(Delivery.id)), states, strict=False):
            mail.state, mail.settled_at = state, parts.clock.now()


def receive(parts: Services, subject: str, number: int = 0) -> None:
    """Put a mail that tries its worst into the inbox."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "post@proof.example", "anna@example.org", subject
    mail.set_content("Plain words\n")
    mail.add_alternative(HOSTILE, subtype="html")
    folder = parts.settings.inbox_dir / "new"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{int(NOW.timestamp()) + number}.M1P1Q{number}.host").write_bytes(mail.as_bytes())


def paths(parts: Services) -> list[str]:
    """Every page behind the login, and those of the inbox."""
    with parts.database.read() as session:
        boards = [f"/desk/n/{slug}" for slug in session.scalars(select(Newsletter.slug))]
    each = [board + page for board in boards for page in ("", "/send", "/live", "/editions")]
    mail = f"/inbox/{int(NOW.timestamp())}.M1P1Q0.host"
    views = [f"{mail}?view={view}" for view in ("read", "phone", "text", "headers", "source")]
    return ["/desk/", *each, "/desk/editions/1", "/desk/editions/2", "/desk/account", "/inbox", "/inbox/empty", *views]


@WINDOWS
def test_no_page_has_a_barrier(
    browser: Browser, parts: Services, base: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    page.goto(f"{base}/desk/login")
    page.get_by_label("Your address").fill("maren@proof.example")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found["a failed login"] = barriers(page)
    page.goto(f"{base}/desk/login/nonsense")
    found["an ended link"] = barriers(page)
    log_in(page, base)
    for path in paths(parts):
        page.goto(base + path)
        found[path] = barriers(page)
    context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_every_button_is_large_enough_for_a_finger(browser: Browser, parts: Services, base: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    log_in(page, base)
    for path in paths(parts):
        page.goto(base + path)
        for control in page.locator(":is(.button, .field, .tabs a)").all():
            if control.is_visible():
                box = control.bounding_box()
                assert box is not None
                assert box["height"] >= 44, (path, control.inner_text())
    context.close()


def test_the_figures_of_a_run_move_by_themselves_until_it_is_done(page: Page, parts: Services, base: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    log_in(page, base)
    page.goto(f"{base}/desk/editions/1")
    expect(page.get_by_text("1 of 10 readers have it")).to_be_visible()
    settle(parts, *[DeliveryState.SENT] * 6)
    expect(page.get_by_text("6 of 10 readers have it")).to_be_visible(timeout=15_000)
    settle(parts, *[DeliveryState.SENT] * 10)
    with parts.database.write() as session:
        schedule.tick(session, now=parts.clock.now())
    expect(page.get_by_text("10 of 10 readers have it.")).to_be_visible(timeout=15_000)
    expect(page.locator("[hx-get]")).to_have_count(0)
    assert complaints == [], "the policy of the page forbids nothing that it needs"


def test_an_editor_sends_now_with_two_clicks_and_sees_it_go_out(page: Page, parts: Services, base: str) -> None:
    log_in(page, base)
    page.goto(f"{base}/desk/n/the-proof")
    page.get_by_role("link", name="Send now").click()
    expect(page.get_by_text("Send to 10 readers now?")).to_be_visible()
    page.get_by_role("button", name="Send to 10 readers").click()
    expect(page.get_by_text("begins to go out")).to_be_visible()


def test_a_hostile_mail_can_only_be_looked_at(page: Page, base: str) -> None:
    page.goto(f"{base}/inbox")
    page.get_by_role("link", name="The first digest").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("Hello")).to_be_visible()
    expect(page).to_have_title("The first digest")
    with page.expect_popup() as opened:
        mail.get_by_role("link", name="A link").click()
    expect(opened.value.get_by_role("button", name="Delete 1 mail")).to_be_visible()
    expect(page).to_have_title("The first digest")


def test_a_new_mail_appears_in_the_list_by_itself(page: Page, parts: Services, base: str) -> None:
    page.goto(f"{base}/inbox")
    expect(page.get_by_text("1 mail, caught since")).to_be_visible()
    receive(parts, "Just came", number=1)
    expect(page.get_by_role("link", name="Just came")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("2 mails, caught since")).to_be_visible()
