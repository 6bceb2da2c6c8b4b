"""What is kept of a reader, over HTTP: the fresh link, the download, the list of mails, erasing and its receipt."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from config import defaults
from newsletter.delivery.deliveries import Delivery
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.subscribers import MailboxProof, Subscriber, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppress
from newsletter.web.application import create_app
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader
from tests.known_readers import ANNA, a_known_reader, dumped, without_others
from tests.reader_site import ReaderSite, elements, words


@pytest.fixture
def ask(site: ReaderSite) -> str:
    """Where Anna asks for a link to her own inbox."""
    with site.database.write() as session:
        a_reader(session, site.newsletter(), topics=("science",))
    return f"{site.preferences_link()}/own"


def own_link(site: ReaderSite) -> str:
    """The newest link that was mailed."""
    with site.database.read() as session:
        proof = session.scalars(select(MailboxProof).order_by(MailboxProof.id.desc())).first()
        assert proof is not None
        return site.links.own(proof.id, proof.nonce)


@pytest.fixture
def link(site: ReaderSite, ask: str) -> str:
    """The link in Anna's inbox."""
    site.post(ask)
    return own_link(site)


def test_opening_the_page_mails_nothing_and_shows_no_address_in_full(site: ReaderSite, ask: str) -> None:
    page = site.get(ask)
    assert "It goes to a…@example.org and works for six hours." in words(page)
    assert "anna@example.org" not in page.text
    assert site.mails() == []


def test_the_button_mails_one_link_and_the_next_press_waits(site: ReaderSite, ask: str, clock: StandingClock) -> None:
    assert "Look in your inbox." in words(site.post(ask))
    again = site.post(ask)
    assert again.status_code == 429
    assert "A link is on its way already." in words(again)
    clock.pass_by(timedelta(minutes=10))
    assert site.post(ask).status_code == 200
    assert site.mails() == ["fresh_link"] * 2


def test_an_address_that_must_not_be_written_to_is_led_to_the_editors(site: ReaderSite, ask: str) -> None:
    with site.database.write() as session:
        suppress(session, "anna@example.org", SuppressionReason.ASKED, now=NOW)
    answer = site.post(ask)
    assert answer.status_code == 409
    assert "We must not write to this address." in words(answer)
    assert site.mails() == []


def test_the_page_shows_all_that_is_kept_and_every_mail(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        [row] = session.scalars(select(Delivery))
        row.state, row.settled_at = "sent", NOW
    page = site.get(link)
    text = words(page)
    assert "This is all there is of anna@example.org, since 25 October 2026." in text
    assert "Subscriptions, with topics and rhythm 1" in text
    assert "The link to your own page 24 November 2026" in text
    assert "You leave The Proof, and all that stands above goes at once" in text


def test_the_download_comes_as_json_and_as_tables(site: ReaderSite, link: str) -> None:
    answer = site.get(f"{link}/data.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert json.loads(answer.text)["reader"][0]["address"] == "anna@example.org"
    answer = site.get(f"{link}/data.zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        assert "anna@example.org" in file.read("reader.csv").decode()


def test_erasing_wants_its_box_ticked(site: ReaderSite, link: str) -> None:
    answer = site.post(f"{link}/erase")
    assert answer.status_code == 422
    assert "Nothing was erased. Please tick the box first" in words(answer)
    assert site.subscription().state == "active"


def test_erasing_answers_with_a_receipt_and_pressed_twice_with_the_same(site: ReaderSite, link: str) -> None:
    first = site.post(f"{link}/erase", sure="yes")
    assert first.status_code == 200
    text = words(first)
    assert "Everything is erased." in text
    assert "Done on 24 November 2026, 09:00 UTC." in text
    assert "Subscriptions, with topics and rhythm 1" in text
    assert "anna" not in first.text
    for answer in (site.post(f"{link}/erase", sure="yes"), site.get(link)):
        assert answer.status_code == 200
        assert "Subscriptions, with topics and rhythm 1" in words(answer)
    assert site.get(f"{link}/data.json").mimetype == "text/html"
    with site.database.read() as session:
        assert [each.form for each in session.scalars(select(Erasure))] == ["page"]
        assert session.scalars(select(Subscriber)).all() == []


def test_the_receipt_is_there_as_long_as_the_link(site: ReaderSite, link: str, clock: StandingClock) -> None:
    site.post(f"{link}/erase", sure="yes")
    clock.pass_by(defaults.FRESH_LINK_LIFETIME)
    assert site.get(link).status_code == 404


def test_after_erasing_every_old_link_answers_and_none_brings_anything_back(site: ReaderSite, link: str) -> None:
    leave, preferences = site.leave_link(), site.preferences_link()
    site.post(f"{link}/erase", sure="yes")
    assert site.client.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert "No mail comes any more." in words(site.get(leave))
    assert site.get(preferences).status_code == 404
    assert site.post(f"{preferences}/own").status_code == 404


def test_the_link_ends_after_its_time_and_offers_the_next(site: ReaderSite, link: str, clock: StandingClock) -> None:
    clock.pass_by(defaults.FRESH_LINK_LIFETIME)
    pages = [site.get(link), site.get(f"{link}/data.json"), site.get(f"{link}/data.zip")]
    pages.append(site.post(f"{link}/erase", sure="yes"))
    for page in pages:
        assert page.status_code == 410
        assert "This link has expired." in words(page)
        assert "anna" not in page.text
    [form] = [each for tag, each in elements(pages[0]) if tag == "form"]
    assert site.post(str(form["action"])).status_code == 200
    assert site.get(own_link(site)).status_code == 200
    assert site.subscription().state == "active"


def test_no_other_link_opens_it(site: ReaderSite, link: str) -> None:
    tokens = [each.rpartition("/")[2] for each in (site.leave_link(), site.preferences_link(), site.confirm_link())]
    token = link.rpartition("/")[2]
    for each in (*tokens, token[:-1], token[:-2] + "AA", "nonsense", "ü"):
        for answer in (site.get(f"/own/{each}"), site.get(f"/own/{each}/data.json"), site.post(f"/own/{each}/erase")):
            assert answer.status_code == 404
            assert "This link leads nowhere." in words(answer)
    assert site.get(f"/preferences/{token}").status_code == 404


def test_pages_with_own_data_stay_between_us_and_the_reader(site: ReaderSite, ask: str, link: str) -> None:
    answers = [site.get(ask), site.get(link), site.get(f"{link}/data.json"), site.get(f"{link}/data.zip")]
    answers.append(site.post(f"{link}/erase", sure="yes"))
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in answer.headers


def test_erasing_over_http_leaves_nothing_of_the_address_anywhere(parts: Services) -> None:
    anna = a_known_reader(parts)
    client = create_app(parts).test_client()
    with parts.database.read() as session:
        query = select(MailboxProof).join(Subscription, Subscription.id == MailboxProof.subscription_id)
        proof = session.scalars(query.where(Subscription.subscriber_id == anna)).one()
    path = parts.links.own(proof.id, proof.nonce).removeprefix("http://localhost")
    answer = client.post(f"{path}/erase", data={"sure": "yes"})
    assert answer.status_code == 200
    assert "By such a code we also know that nobody may write to this address." in words(answer)
    assert ANNA not in without_others(dumped(parts))


def test_a_reader_who_has_left_finds_the_way_to_their_data(site: ReaderSite, ask: str) -> None:
    page = site.post(site.leave_link(), action="leave")
    assert ask.removeprefix("http://localhost") in page.text
    assert site.post(ask).status_code == 200


def test_data_of_two_newsletters_stand_together(app: Flask, site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        a_reader(session, a_newsletter(session, "The Other"))
    assert "You leave The Proof and The Other, and all" in words(site.get(link))
    made = json.loads(site.get(f"{link}/data.json").text)
    assert [each["newsletter"] for each in made["subscriptions"]] == ["the-proof", "the-other"]
