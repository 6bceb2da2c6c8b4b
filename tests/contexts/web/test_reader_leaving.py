"""Leaving over HTTP: the page, RFC 8058's one-click, and the undo."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import delete, select

from config.settings import Settings
from newsletter.catalogue.newsletters import Newsletter
from newsletter.jobs import announce_nothing
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions.subscribers import Consent, Subscription
from newsletter.web.application import create_app
from newsletter.wiring import Services, build_services
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader
from tests.desk import services_of
from tests.reader_site import ReaderSite, words

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(site: ReaderSite) -> str:
    """The leave link of a reader, Anna."""
    with site.database.write() as session:
        a_reader(session, site.newsletter(), topics=("science",))
    return site.leave_link()


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_leaves_at_once_whatever_the_form(site: ReaderSite, link: str, content_type: str) -> None:
    client = site.app.test_client(use_cookies=False)
    answer = client.post(link, data=ONE_CLICK, content_type=content_type)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "anna" not in answer.text
    assert site.subscription().state == "unsubscribed"


@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_one_click_is_known_by_its_bytes_where_the_sender_names_no_form(
    site: ReaderSite, link: str, content_type: str | None
) -> None:
    answer = site.client.post(link, data=b"List-Unsubscribe=One-Click", content_type=content_type)
    assert answer.status_code == 200
    assert site.subscription().state == "unsubscribed"


def test_one_click_twice_is_one_change_and_one_line_of_evidence(site: ReaderSite, link: str) -> None:
    for _ in range(2):
        assert site.client.post(link, data=ONE_CLICK).status_code == 200
    assert site.acts() == ["withdrawn"]
    with site.database.read() as session:
        line = session.scalars(select(Consent)).one()
    assert (line.wording, line.page) == ("List-Unsubscribe=One-Click", "http://localhost/unsubscribe/…")


def test_fifty_presses_at_the_same_instant_are_one(parts: Services) -> None:
    app = create_app(parts)
    with parts.database.write() as session:
        reader = a_reader(session, a_newsletter(session))
    path = parts.links.leave(reader.id, reader.nonce).removeprefix("http://localhost")
    together = threading.Barrier(10)

    def press(_number: int) -> int:
        together.wait(20)
        return app.test_client().post(path, data=ONE_CLICK).status_code

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(press, range(50))) == [200] * 50
    with parts.database.read() as session:
        assert [line.act for line in session.scalars(select(Consent))] == ["withdrawn"]


@pytest.mark.parametrize(
    "body", [{}, {"List-Unsubscribe": "yes"}, {"list-unsubscribe": "One-Click"}, {"action": "stay"}]
)
def test_any_other_post_shows_the_page_and_changes_nothing(site: ReaderSite, link: str, body: dict[str, str]) -> None:
    answer = site.client.post(link, data=body)
    assert answer.status_code == 200
    assert "Leave The Proof?" in words(answer)
    assert site.subscription().state == "active"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_machines_that_open_links_change_nothing(site: ReaderSite, link: str, method: str) -> None:
    prefetch = {"Purpose": "prefetch", "Sec-Purpose": "prefetch", "X-Moz": "prefetch"}
    answer = site.client.open(f"{link}?List-Unsubscribe=One-Click", method=method, data=ONE_CLICK, headers=prefetch)
    assert answer.status_code == 200
    assert site.subscription().state == "active"
    assert site.acts() == []


def test_other_methods_are_refused_with_a_sentence(site: ReaderSite, link: str) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = site.client.open(link, method=method)
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]
    assert site.subscription().state == "active"


def test_the_one_click_leaves_only_what_the_mail_was_about(site: ReaderSite, link: str) -> None:
    with site.database.write() as session:
        a_reader(session, a_newsletter(session, "The Other"))
    site.client.post(link, data=ONE_CLICK | {"everything": "yes"})
    with site.database.read() as session:
        assert list(session.scalars(select(Subscription.state).order_by(Subscription.id))) == ["unsubscribed", "active"]


def test_the_button_leaves_and_the_page_says_what_may_still_arrive_and_how_to_undo(site: ReaderSite, link: str) -> None:
    answer = site.post(link, action="leave")
    text = words(answer)
    assert ("Done. anna@example.org gets no more mail from The Proof; one already on its way may still arrive.") in text
    assert "Undo works until Thursday 24 December." in text
    assert site.subscription().state == "unsubscribed"
    assert words(site.get(link)) == text


def test_undo_works_once_and_also_when_pressed_twice(site: ReaderSite, link: str) -> None:
    site.post(link, action="leave")
    for _ in range(2):
        answer = site.post(f"{link}/undo")
        assert answer.status_code == 200
        assert "Your next mail comes on Friday 27 November" in words(answer)
    assert site.acts() == ["withdrawn", "confirmed"]
    assert site.subscription().state == "active"


def test_undo_ends_after_thirty_days(site: ReaderSite, link: str, clock: StandingClock) -> None:
    site.post(link, action="leave")
    clock.pass_by(timedelta(days=30, seconds=1))
    answer = site.post(f"{link}/undo")
    assert answer.status_code == 410
    assert "Sign up again" in words(answer)
    assert site.subscription().state == "unsubscribed"


def test_an_unknown_or_altered_link_tells_nothing(site: ReaderSite, link: str) -> None:
    token = link.rpartition("/")[2]
    altered = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    unknown = Signer(("x" * 32,)).token(Purpose.LEAVE, 1, "nonce")
    answers = [
        site.client.open(f"/unsubscribe/{each}", method=method, data=ONE_CLICK)
        for each in (altered, unknown, token[:20], "nonsense", "ü", "a" * 2000)
        for method in ("GET", "POST")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({words(answer).rpartition("Number")[0] for answer in answers}) == 1
    assert "anna" not in answers[0].text
    assert site.subscription().state == "active"


@pytest.fixture
def rotated(app: Flask, settings: Settings, clock: StandingClock) -> ReaderSite:
    """The same database under a new key, the old one retired."""
    keys = SecretStr("a-new-key-that-is-long-enough-for-everybody-01," + settings.secret_key.get_secret_value())
    changed = services_of(app).settings.model_copy(update={"secret_key": keys})
    return ReaderSite(create_app(build_services(changed, announce_nothing, clock=clock)))


def test_a_link_of_a_retired_key_still_leaves_and_does_nothing_else(settings: Settings, rotated: ReaderSite) -> None:
    with rotated.database.write() as session:
        reader = a_reader(session, rotated.newsletter())
    token = Signer(settings.secret_keys).token(Purpose.LEAVE, reader.id, reader.nonce)
    page = rotated.get(f"/unsubscribe/{token}")
    assert "Leave The Proof?" in words(page)
    assert "anna@example.org" not in page.text
    assert "/preferences/" not in page.text
    assert rotated.client.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 200
    assert rotated.subscription().state == "unsubscribed"
    assert rotated.post(f"/unsubscribe/{token}/undo").status_code == 410
    assert rotated.subscription().state == "unsubscribed"
    rotated.services.close()


@pytest.mark.parametrize("gone", [Subscription, Newsletter])
def test_when_what_a_link_is_about_is_gone_leaving_still_succeeds(
    site: ReaderSite, link: str, gone: type[Subscription | Newsletter]
) -> None:
    with site.database.write() as session:
        session.execute(delete(gone))
    for _ in range(2):
        answer = site.client.post(link, data=ONE_CLICK)
        assert (answer.status_code, answer.text) == (200, "Done. No more mail comes by this subscription.\n")
    for answer in (site.get(link), site.post(link, action="leave"), site.post(f"{link}/undo")):
        assert answer.status_code == 200
        assert "No mail comes any more." in words(answer)
        assert "anna" not in answer.text


def test_the_one_click_answers_alike_whether_or_not_there_was_anything_to_leave(site: ReaderSite, link: str) -> None:
    first = site.client.post(link, data=ONE_CLICK)
    second = site.client.post(link, data=ONE_CLICK)
    assert first.text == second.text
    assert dict(first.headers).keys() == dict(second.headers).keys()


def test_many_posts_from_one_address_are_all_taken(site: ReaderSite, link: str) -> None:
    client = site.app.test_client(use_cookies=False)
    assert {client.post(link, data=ONE_CLICK).status_code for _ in range(500)} == {200}
    assert site.acts() == ["withdrawn"]
