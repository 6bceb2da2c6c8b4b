"""What holds of every reader page: headers, hosts, hostile text, errors."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from werkzeug.test import TestResponse

from config.settings import Settings
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import NewNewsletter, add_newsletter, add_topic
from newsletter.errors import NotFoundError, RefusedError
from newsletter.jobs import announce_nothing
from newsletter.subscriptions.subscribers import SubscriptionState
from newsletter.web.application import create_app
from newsletter.wiring import build_services
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor
from tests.desk import services_of
from tests.reader_site import SLUG, ReaderSite, elements, words

HOSTILE = """</title><script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 1237*7919 }}"""


def all_pages(site: ReaderSite) -> dict[str, TestResponse]:
    """Every reader page that opens by a link."""
    with site.database.write() as session:
        newsletter = site.newsletter()
        pending = a_reader(session, newsletter, "pending@example.org", state=SubscriptionState.PENDING, joined_at=NOW)
        expired = a_reader(session, newsletter, "expired@example.org", state=SubscriptionState.PENDING)
        reader = a_reader(session, newsletter, "reader@example.org")
        gone = a_reader(session, newsletter, "gone@example.org", state=SubscriptionState.UNSUBSCRIBED)
        gone.left_at = NOW
    links = {
        "confirm": site.links.confirm(pending.id, pending.confirm_nonce),
        "expired": site.links.confirm(expired.id, expired.confirm_nonce),
        "used": site.links.confirm(reader.id, reader.confirm_nonce),
        "preferences": site.links.preferences(reader.id, reader.nonce),
        "no choices": site.links.preferences(gone.id, gone.nonce),
        "leave": site.links.leave(reader.id, reader.nonce),
        "left": site.links.leave(gone.id, gone.nonce),
        "unknown": "/confirm/nonsense",
    }
    return {name: site.get(link) for name, link in links.items()}


def test_pages_behind_a_token_stay_between_us_and_the_reader(site: ReaderSite) -> None:
    for name, page in all_pages(site).items():
        headers = page.headers
        assert headers["Cache-Control"] == "no-store", name
        assert headers["Referrer-Policy"] == "no-referrer", name
        assert headers["X-Robots-Tag"] == "noindex", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert "default-src 'none'" in headers["Content-Security-Policy"], name
        assert "Set-Cookie" not in headers, name
        loaded = [
            each.get("src") or each.get("href") for tag, each in elements(page) if tag in {"link", "img", "script"}
        ]
        assert all((url or "").startswith("/static/") for url in loaded), name
        assert not [each for _, each in elements(page) if "style" in each or "onclick" in each], name


def test_only_the_pages_for_everybody_may_be_found_by_search_engines(site: ReaderSite) -> None:
    assert site.get(f"/n/{SLUG}").headers["X-Robots-Tag"] == "all"
    assert site.sign_up().headers["X-Robots-Tag"] == "noindex"


def test_no_reader_page_sets_a_cookie_even_for_an_editor(site: ReaderSite) -> None:
    with site.database.write() as session:
        editor = an_editor(session)
    with site.client.session_transaction() as cookie:
        cookie["_user_id"] = f"{editor.id}:{editor.session_nonce}"
        cookie["came_at"] = cookie["seen_at"] = NOW.timestamp()
    answers = [*all_pages(site).values(), site.get(f"/n/{SLUG}"), site.sign_up(), site.sign_up("no address")]
    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "a b"])
def test_a_request_under_another_name_is_refused(site: ReaderSite, host: str) -> None:
    answer = site.client.post(f"/n/{SLUG}", data={"address": "anna@example.org"}, headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert site.mails() == []


def test_a_forwarded_name_is_not_believed(site: ReaderSite) -> None:
    forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for path in ("/", f"/n/{SLUG}", "/nowhere"):
        answer = site.client.get(path, headers=forwarded)
        assert "evil.example" not in answer.text
        assert "evil.example" not in answer.headers.get("Location", "")


def test_hostile_names_stay_text_on_every_page(site: ReaderSite) -> None:
    with site.database.write() as session:
        newsletter = session.get_one(Newsletter, site.newsletter_id)
        newsletter.name = newsletter.tagline = newsletter.publisher = newsletter.postal_address = HOSTILE
        add_topic(session, newsletter, HOSTILE, slug="hostile")
        article = an_article(session, newsletter, "Any title", topics=("hostile",))
        article.title = article.summary = article.image_alt = HOSTILE
        article.image_url = 'https://proof.example/"onerror="alert(1)'
        add_newsletter(
            session,
            NewNewsletter(
                name=HOSTILE,
                tagline=HOSTILE,
                slug="other",
                sender_address="a@proof.example",
                postal_address="",
                site_url="javascript:alert(1)",
            ),
            now=NOW,
        )
    pages = {"home": site.get("/"), "form": site.get(f"/n/{SLUG}"), "answer": site.sign_up(), **all_pages(site)}
    for name, page in pages.items():
        found = elements(page)
        scripts = [each for tag, each in found if tag == "script"]
        assert all((each["src"] or "").startswith("/static/") for each in scripts), name
        assert not [each for _, each in found if any(attribute.startswith("on") for attribute in each)], name
        assert not [each for _, each in found if (each.get("href") or "").startswith("javascript")], name
        assert "9795803" not in words(page).replace(HOSTILE, ""), name


def test_errors_are_sentences_with_a_number_and_no_trace(site: ReaderSite) -> None:
    answer = site.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page." in words(answer)
    assert f"Number of this request: {answer.headers['X-Request-Id']}" in words(answer)


def test_more_than_we_take_is_refused_before_anything_happens(site: ReaderSite) -> None:
    answer = site.sign_up("a" * 300_000)
    assert answer.status_code == 413
    assert "That is more than we take at once." in words(answer)


def test_a_form_of_the_desk_without_its_token_says_what_to_do(site: ReaderSite) -> None:
    answer = site.post("/desk/login", address="maren@proof.example", password="a few words more")
    assert answer.status_code == 400
    assert "This page was open too long, or cookies are off." in words(answer)


def failing(error: Exception) -> Callable[[], str]:
    """A view that fails."""

    def view() -> str:
        raise error

    return view


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (NotFoundError("There is no edition 7."), 404, "There is no edition 7."),
        (RefusedError("This edition has left already."), 422, "This edition has left already."),
        (RuntimeError("secret-of-the-house"), 500, "Something here does not work."),
    ],
)
def test_our_own_failures_are_told_and_others_are_not(app: Flask, error: Exception, status: int, sentence: str) -> None:
    own = create_app(services_of(app))
    own.add_url_rule("/failing", view_func=failing(error))
    answer = own.test_client().get("/failing")
    assert answer.status_code == status
    assert sentence in words(answer)
    assert "secret-of-the-house" not in answer.text
    assert "Traceback" not in answer.text


def test_without_its_database_every_page_says_so_and_none_pretends(settings: Settings, tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'nowhere' / 'a.sqlite3'}")
    made = build_services(settings.model_copy(update={"database_url": url}), announce_nothing)
    client = create_app(made).test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "1:nonce"
        cookie["came_at"] = cookie["seen_at"] = made.clock.now().timestamp()
    token = made.links.leave(1, "nonce").removeprefix("http://localhost")
    for answer in (
        client.get(f"/n/{SLUG}"),
        client.post(f"/n/{SLUG}", data={"address": "anna@example.org"}),
        client.post(token, data={"List-Unsubscribe": "One-Click"}),
        client.get("/desk/"),
    ):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "We cannot answer at present." in words(answer)
        assert "sqlite" not in answer.text
    made.close()


class SlowBody(io.BytesIO):
    """A form whose sender is slow: others write into the database while it is read."""

    def __init__(self, body: bytes, meanwhile: Callable[[], None]) -> None:
        super().__init__(body)
        self._meanwhile = meanwhile

    def read(self, size: int | None = -1, /) -> bytes:
        self._meanwhile()
        return super().read(size)

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]  # its Buffer comes with 3.12
        self._meanwhile()
        return super().readinto(buffer)


@pytest.mark.parametrize("path", [f"/n/{SLUG}", "/preferences/", "/unsubscribe/"])
def test_while_a_form_is_read_no_transaction_is_open(site: ReaderSite, path: str) -> None:
    with site.database.write() as session:
        reader = a_reader(session, site.newsletter())
    links = (site.links.preferences(reader.id, reader.nonce), site.links.leave(reader.id, reader.nonce))
    url = next((link for link in links if path in link), path)
    written: list[int] = []

    def write() -> None:
        with site.database.write() as session:  # fails where another writer is inside
            written.append(a_newsletter(session, f"Number {len(written)}").id)

    body = b"address=ben%40example.org&topics=science&action=leave"
    form = "application/x-www-form-urlencoded"
    answer = site.client.post(url, input_stream=SlowBody(body, write), content_length=len(body), content_type=form)
    assert answer.status_code == 200
    assert written
