"""One ladder at every door: nothing below the limits, One more tap above them, a pause at the end."""

import inspect
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from newsletter import web
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.subscriptions.subscribers import Consent, Subscriber
from newsletter.web.public import ladder
from newsletter.web.public.ladder import Door
from tests.architecture.test_doors import modules_of, source_of
from tests.conftest import StandingClock
from tests.reader_site import SLUG, ReaderSite, words
from tests.taps import TapPage

OWN = "https://proof.example"  # a site in the newsletter's list
NETWORK, OTHER_NETWORK = "198.51.100.7", "203.0.113.7"


def from_network(site: ReaderSite, address: str, network: str = NETWORK, **fields: str | list[str]) -> TestResponse:
    """A sign-up on our page from a network."""
    return site.client.post(f"/n/{SLUG}", data={"address": address, **fields}, environ_base={"REMOTE_ADDR": network})


def pressed(site: ReaderSite, page: TestResponse, network: str = NETWORK, *, with_proof: bool = True) -> TestResponse:
    """The answer to the button on a page."""
    tap = TapPage.of(page)
    fields = tap.with_proof() if with_proof else tap.without_proof()
    return site.client.post(tap.action, data=fields, environ_base={"REMOTE_ADDR": network})


def crowd(site: ReaderSite, size: int, network: str = NETWORK) -> None:
    """So many sign-ups from one network, all taken."""
    for number in range(size):
        assert "on its way" in words(from_network(site, f"phone{number}@example.org", network))


def filled(site: ReaderSite, network: str = NETWORK) -> None:
    """As many sign-ups from one network as are taken in an hour."""
    crowd(site, 40, network)
    for number in range(40, 50):
        answer = pressed(site, from_network(site, f"phone{number}@example.org", network), network)
        assert "on its way" in words(answer)


def asked_for(site: ReaderSite) -> int:
    """How many confirmations are in the outbox."""
    with site.database.read() as session:
        query = select(func.count()).where(Delivery.kind == MailKind.CONFIRMATION)
        return session.scalar(query) or 0


def from_plain_form(site: ReaderSite, address: str = "anna@example.org", **headers: str) -> TestResponse:
    """What a form on another site sends that the site wrote itself."""
    fields = {"address": address, "topics": ["science"], "custom": "kept"}
    return site.client.post(f"/embed/{SLUG}", data=fields, headers={"Origin": OWN, **headers})


# --- Our own page ---------------------------------------------------------------------------------


def test_forty_phones_behind_one_address_meet_nothing(site: ReaderSite) -> None:
    crowd(site, 40)
    assert asked_for(site) == 40


def test_the_forty_first_meets_one_more_tap_with_all_that_was_entered(site: ReaderSite) -> None:
    crowd(site, 40)
    page = from_network(site, "anna@example.org", topics=["science"], cadence="daily", zone="Asia/Kolkata")
    assert page.status_code == 429
    assert "One more tap" in words(page)
    assert "The Proof" in words(page)
    assert "anna@example.org" in words(page)
    assert asked_for(site) == 40
    assert "on its way" in words(pressed(site, page))
    assert site.subscription().cadence == "daily"
    assert site.subscription().zone == "Asia/Kolkata"
    assert asked_for(site) == 41


def test_another_network_meets_nothing_meanwhile(site: ReaderSite) -> None:
    filled(site)
    assert "on its way" in words(from_network(site, "anna@example.org", OTHER_NETWORK))


def test_ten_thousand_victims_from_one_network_stop_at_the_limit(site: ReaderSite) -> None:
    page = None
    for number in range(60):  # beyond the limit each is like the one before
        page = from_network(site, f"victim{number}@example.org")
        if "One more tap" in words(page):
            page = pressed(site, page)
    assert asked_for(site) == 50
    assert page is not None
    assert page.status_code == 429
    assert "Please try again in 60 minutes." in words(page)
    assert page.headers["Retry-After"] == "3600"


def test_after_the_pause_the_button_on_its_page_works(site: ReaderSite, clock: StandingClock) -> None:
    filled(site)
    page = from_network(site, "anna@example.org", topics=["science"])
    assert "A short pause" in words(page)
    clock.pass_by(timedelta(hours=1, seconds=1))
    answer = site.client.post(TapPage.of(page).action, data=TapPage.of(page).without_proof())
    assert "on its way" in words(answer)
    assert site.subscription().state == "pending"


def test_ten_thousand_sign_ups_for_one_address_send_one_mail_and_spare_the_database(site: ReaderSite) -> None:
    for number in range(200):
        from_network(site, "anna@example.org", f"10.{number}.0.1")
    assert asked_for(site) == 1
    with site.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == 5


def test_whether_an_address_is_known_makes_no_difference(site: ReaderSite, clock: StandingClock) -> None:
    crowd(site, 40)
    clock.pass_by(timedelta(minutes=1))
    known, unknown = (from_network(site, address) for address in ("phone1@example.org", "nobody@example.org"))
    assert (known.status_code, words(known).replace("phone1", "nobody")) == (unknown.status_code, words(unknown))


# --- The button -----------------------------------------------------------------------------------


def test_without_scripts_it_is_slower_and_never_closed(site: ReaderSite, clock: StandingClock) -> None:
    crowd(site, 40)
    page = from_network(site, "anna@example.org")
    assert "please press after 20 seconds" in words(page)
    clock.pass_by(timedelta(seconds=8))
    early = pressed(site, page, with_proof=False)
    assert "A little early: please press again in 12 seconds. Nothing is lost." in words(early)
    clock.pass_by(timedelta(seconds=12))
    assert "on its way" in words(pressed(site, early, with_proof=False))


def test_by_waiting_alone_no_more_than_some_go_through_at_once(site: ReaderSite, clock: StandingClock) -> None:
    crowd(site, 40, OTHER_NETWORK)
    pages = []
    for number in range(31):
        fields = {"address": f"slow{number}@example.org"}
        pages.append(site.client.post(f"/embed/{SLUG}", data=fields, environ_base={"REMOTE_ADDR": f"10.0.{number}.1"}))
    clock.pass_by(timedelta(seconds=20))
    for number, page in enumerate(pages):
        answer = pressed(site, page, f"10.0.{number}.1", with_proof=False)
    assert "Please try again in 1 minute." in words(answer)
    assert asked_for(site) == 70


def test_pressed_twice_it_answers_twice_the_same_and_sends_one_mail(site: ReaderSite) -> None:
    crowd(site, 40)
    page = from_network(site, "anna@example.org")
    first, second = pressed(site, page), pressed(site, page)
    assert words(first) == words(second)
    assert asked_for(site) == 41


def test_used_for_another_address_it_says_so_and_a_new_button_works(site: ReaderSite) -> None:
    crowd(site, 40, "127.0.0.1")
    tap = TapPage.of(site.sign_up("anna@example.org"))
    assert "on its way" in words(site.client.post(tap.action, data=tap.with_proof()))
    again = site.client.post(tap.action, data=tap.with_proof() | {"address": "bert@example.org"})
    assert "Please press once more." in words(again)
    assert asked_for(site) == 41
    assert "on its way" in words(pressed(site, again, "127.0.0.1"))


@pytest.mark.parametrize("after", [timedelta(minutes=16), timedelta(days=3)])
def test_open_for_too_long_it_asks_once_more(site: ReaderSite, clock: StandingClock, after: timedelta) -> None:
    page = from_plain_form(site)
    clock.pass_by(after)
    again = pressed(site, page)
    assert "This page was open for too long" in words(again)
    assert "on its way" in words(pressed(site, again))


@pytest.mark.parametrize("token", ["", "x", "1.1.1.1.1", "\0", "é" * 500])
def test_a_forged_button_opens_nothing(site: ReaderSite, token: str) -> None:
    crowd(site, 40)
    fields = TapPage.of(from_network(site, "anna@example.org")).with_proof()
    answer = from_network(site, **fields | {"tap": token})
    assert "One more tap" in words(answer)
    assert asked_for(site) == 40


# --- Forms on other sites -------------------------------------------------------------------------


def test_a_plain_form_always_meets_the_page_and_its_site_is_remembered(site: ReaderSite) -> None:
    page = from_plain_form(site)
    assert page.status_code == 200
    assert "You come from another site." in words(page)
    assert "please press after 3 seconds" in words(page)
    assert asked_for(site) == 0
    assert "on its way" in words(pressed(site, page))
    with site.database.read() as session:
        found = session.scalars(select(Consent)).one()
    assert (found.form, found.page) == ("plain", OWN)


def test_a_plain_form_without_a_press_does_nothing(site: ReaderSite) -> None:
    for number in range(20):
        from_plain_form(site, f"victim{number}@example.org")
    with site.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


def test_the_frame_gets_a_page_that_fits_and_may_be_framed(site: ReaderSite) -> None:
    crowd(site, 40)
    token = TapPage.of(site.get(f"/embed/{SLUG}")).value("form")
    fields = {"address": "anna@example.org", "form": token}
    page = site.client.post(f"/embed/{SLUG}?scheme=dark", data=fields, environ_base={"REMOTE_ADDR": NETWORK})
    assert "One more tap" in words(page)
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "embed.css" in page.text
    assert TapPage.of(page).action == f"/embed/{SLUG}?scheme=dark"
    assert "on its way" in words(pressed(site, page))


def test_a_program_is_told_when_and_where_it_goes_on(site: ReaderSite) -> None:
    crowd(site, 40)
    with site.app.test_request_context(f"/embed/{SLUG}", method="POST", environ_base={"REMOTE_ADDR": NETWORK}):
        answer = ladder.stopped(a_page(site), "anna@example.org", Door.JSON)
    assert answer is not None
    response = site.app.make_response(answer)
    assert response.status_code == 429
    assert response.content_type == "application/problem+json"
    assert response.json is not None
    assert response.json["retry_after"] == 20
    assert response.headers["Retry-After"] == "20"
    page = site.get(response.json["url"])
    assert "One more tap" in words(page)
    fields = TapPage.of(page).with_proof() | {"address": ["anna@example.org"]}
    assert "on its way" in words(site.client.post(TapPage.of(page).action, data=fields))


def test_an_import_meets_the_limit_of_the_address_and_no_network(site: ReaderSite) -> None:
    filled(site, "127.0.0.1")
    with site.app.test_request_context("/desk/import", method="POST", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        found = [ladder.stopped(a_page(site), "anna@example.org", Door.IMPORT) for _ in range(6)]
    assert found[:5] == [None] * 5
    assert found[5] is not None


def a_page(site: ReaderSite) -> dict[str, object]:
    """What a view knows of the newsletter."""
    from newsletter.web.public import views  # noqa: PLC0415 - beside its only use

    return views.page(site.newsletter())


# --- Every door -----------------------------------------------------------------------------------


def test_no_door_is_left_open_when_a_network_is_full(site: ReaderSite) -> None:
    """Every address that takes a POST, in every way that a sign-up may be written."""
    filled(site)
    before = asked_for(site)
    token = TapPage.of(site.get(f"/embed/{SLUG}")).value("form")
    wheres = {"environ_base": {"REMOTE_ADDR": NETWORK}, "headers": {"Origin": OWN}}
    walked = 0
    for rule in site.app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or not rule.arguments <= {"slug"}:
            continue
        url = rule.rule.replace("<slug>", SLUG)
        sent = {"address": f"door{walked}@example.org", "topics": ["science"]}
        site.client.post(url, data=sent, **wheres)
        site.client.post(url, data=sent | {"form": token}, **wheres)
        site.client.post(url, json=sent, **wheres)
        walked += 1
    assert walked >= 2
    assert asked_for(site) == before


def test_whatever_signs_somebody_up_asks_the_ladder_first() -> None:
    callers = [module for module in modules_of(web) if "signup.take(" in source_of(module)]
    assert len(callers) >= 2
    for module in callers:
        assert "ladder.stopped(" in source_of(module), module.__name__


def test_every_door_is_walked_here() -> None:
    source = inspect.getsource(inspect.getmodule(crowd) or web)
    ways = {Door.PAGE: "from_network(", Door.EMBED: '"form": token', Door.PLAIN: "from_plain_form("}
    ways |= {Door.JSON: "Door.JSON", Door.IMPORT: "Door.IMPORT"}
    assert set(ways) == set(Door)
    assert all(way in source for way in ways.values())
