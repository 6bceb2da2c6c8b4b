"""As a person would: with a mouse, a phone-sized window, and a mail program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, Page, expect

from tests.newsroom import Newsroom, newsroom

ANNA = "anna@example.org"


@pytest.fixture
def room(sqlite_template: Path, redis_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom with web, worker and scheduler running."""
    redis.Redis.from_url(redis_url).flushall()
    database = tmp_path / "gazette.sqlite3"
    database.write_bytes(sqlite_template.read_bytes())
    with newsroom(tmp_path, f"sqlite:///{database}", redis_url) as made:
        for name in ("web", "worker", "scheduler"):
            made.start(name)
        yield made


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of a small telephone that runs no scripts."""
    context = browser.new_context(viewport={"width": 390, "height": 780}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_person_subscribes_and_confirms(room: Newsroom, phone: Page) -> None:
    phone.goto(f"{room.url}/n/the-proof")
    phone.locator("input[name=address]").fill("anna@")
    phone.get_by_role("button", name="Send me The Proof").click()
    expect(phone.locator("input[name=address]")).to_have_value("anna@")
    phone.locator("input[name=address]").fill(ANNA)
    phone.get_by_label("Technology").uncheck()
    phone.get_by_role("button", name="Send me The Proof").click()
    expect(phone.locator("body")).to_contain_text(ANNA)
    mail = room.relay.wait_for(ANNA, "confirm")[0]
    phone.goto(room.link(mail, "/confirm/"))
    assert room.relay.mails_to(ANNA, "elcome") == [], "opening the page changes nothing"
    phone.get_by_role("button", name="Yes, subscribe me").click()
    expect(phone.locator("body")).to_contain_text("science")
    welcome = room.relay.wait_for(ANNA, "elcome")[0]
    phone.goto(room.link(welcome, "/preferences/"))
    expect(phone.get_by_label("Technology")).not_to_be_checked()
    expect(phone.get_by_label("Science")).to_be_checked()
