"""The API: programs hand in articles, on both databases."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from newsletter.accounts.api_keys import end_key, new_key
from newsletter.accounts.keys import ApiAnswer, ApiKey
from newsletter.feeds.articles import Article
from newsletter.web.application import create_app
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter

ARTICLES = "/api/v1/articles"
ICE: dict[str, Any] = {
    "id": "cms-7",
    "url": "https://proof.example/ice",
    "title": "Under the ice shelf",
    "summary": "A river runs the wrong way.",
    "html": "<p>The ice is thinner than was thought.</p>",
    "author": "Maren Oduya",
    "topics": ["science"],
    "language": "en",
}


class Cms:
    """A content system with a key."""

    def __init__(self, app: Flask, parts: Services, name: str = "Our CMS") -> None:
        self.app, self.parts = app, parts
        with parts.database.write() as session:
            self.newsletter_id = a_newsletter(session, name=f"The Proof of {name}").id
            key, self.token = new_key(session, self.newsletter_id, name, created_by=None, now=NOW)
            self.key_id = key.id

    def headers(self, idempotency_key: str | None = None) -> dict[str, str]:
        extra = {} if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        return {"Authorization": f"Bearer {self.token}"} | extra

    def send(self, article: object, idempotency_key: str | None = None) -> TestResponse:
        return self.app.test_client().post(ARTICLES, json=article, headers=self.headers(idempotency_key))

    def get(self, path: str = ARTICLES) -> TestResponse:
        return self.app.test_client().get(path, headers=self.headers())

    def stored(self) -> list[Article]:
        with self.parts.database.read() as session:
            query = select(Article).where(Article.newsletter_id == self.newsletter_id)
            return list(session.scalars(query.order_by(Article.id)))


@pytest.fixture
def cms(parts: Services) -> Cms:
    return Cms(create_app(parts), parts)


def error_of(answer: TestResponse) -> dict[str, Any]:
    """What an answer says is wrong; every one has a sentence."""
    assert answer.content_type == "application/json"
    found: dict[str, Any] = answer.get_json()["error"]
    assert set(found) == {"code", "message", "fields"}
    assert found["message"].endswith((".", "…", "json", "lists what there is."))
    return found


def test_a_new_article_is_stored_and_answered_with_where_it_stands(cms: Cms) -> None:
    answer = cms.send(ICE)
    assert answer.status_code == 201
    [kept] = cms.stored()
    said = answer.get_json()
    assert said["id"] == kept.id
    assert (said["url"], said["title"], said["topics"]) == (ICE["url"], ICE["title"], ["science"])
    assert (said["state"], said["changed"]) == ("new", True)
    assert said["why"]
    assert said["released_at"] == "2026-11-24T09:15:00Z"
    assert (kept.origin, kept.author, kept.html) == ("api", "Maren Oduya", ICE["html"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_what_is_known_is_edited_by_its_id_or_its_address(cms: Cms) -> None:
    first = cms.send(ICE).get_json()
    moved = cms.send(ICE | {"url": "https://proof.example/ice-2", "title": "Under the ice"})
    assert moved.status_code == 200
    assert (moved.get_json()["id"], moved.get_json()["changed"]) == (first["id"], True)
    same = cms.send({"url": "https://proof.example/ice", "title": "Under the ice", "html": ICE["html"]})
    assert (same.status_code, same.get_json()["id"]) == (200, first["id"])
    assert len(cms.stored()) == 1


def test_the_same_again_changes_nothing(cms: Cms) -> None:
    cms.send(ICE)
    again = cms.send(ICE)
    assert again.status_code == 200
    assert again.get_json()["changed"] is False


def test_text_and_markdown_become_safe_html(cms: Cms) -> None:
    cms.send(ICE | {"id": "1", "url": "https://proof.example/1", "html": "", "text": "One & <two>\nthree\n\nfour"})
    cms.send(ICE | {"id": "2", "url": "https://proof.example/2", "html": "", "markdown": "**Bold** <script>x</script> [a](/b)"})
    cms.send(ICE | {"id": "3", "url": "https://proof.example/3", "html": '<p onclick="x()">A<script>x</script></p>'})
    text, markdown, html = cms.stored()
    assert text.html == "<p>One &amp; &lt;two&gt;<br>three</p><p>four</p>"
    assert "<strong>Bold</strong>" in markdown.html
    assert "<script" not in markdown.html
    assert 'href="https://proof.example/b"' in markdown.html
    assert markdown.markdown == "**Bold** <script>x</script> [a](/b)"
    assert html.html == "<p>A</p>"


def test_hold_and_embargo_are_kept(cms: Cms) -> None:
    held = cms.send(ICE | {"hold": True}).get_json()
    assert (held["state"], held["released_at"]) == ("held", None)
    later = cms.send(
        ICE | {"id": "2", "url": "https://proof.example/later", "title": "Later", "html": "<p>Something else.</p>"}
        | {"embargo_until": "2026-11-27T18:00:00+01:00"}
    ).get_json()
    assert (later["state"], later["released_at"]) == ("embargoed", "2026-11-27T17:00:00Z")


def test_an_embargo_that_is_told_later_holds_what_has_not_gone_out(cms: Cms) -> None:
    cms.send(ICE)
    told = cms.send(ICE | {"embargo_until": "2026-11-27T18:00:00+01:00"}).get_json()
    assert (told["state"], told["released_at"]) == ("embargoed", "2026-11-27T17:00:00Z")


def test_without_a_text_the_page_is_read_later(cms: Cms) -> None:
    cms.send({"url": "https://proof.example/bare", "title": "Bare"})
    [kept] = cms.stored()
    assert kept.page_due_at is not None


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"url": "ftp://proof.example/x"}, "url", "http or https"),
        ({"url": "javascript:alert(1)"}, "url", "http or https"),
        ({"url": "https://user:word@proof.example/x"}, "url", "without a user name"),
        ({"title": " "}, "title", "at least 1"),
        ({"title": "\u200b"}, "title", "can be seen"),
        ({"title": None}, "title", "string"),
        ({"titel": "x"}, "titel", "no such field"),
        ({"markdown": "x"}, "markdown", "one form only"),
        ({"published_at": "2026-11-24T09:00:00"}, "published_at", "with its zone"),
        ({"embargo_until": "soon"}, "embargo_until", "datetime"),
        ({"topics": ["science", "cooking"]}, "topics", "no topic cooking in this newsletter; there are: science, tech"),
        ({"image_url": "data:image/png;base64,AAAA"}, "image_url", "http or https"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(cms: Cms, change: dict[str, Any], field: str, sentence: str) -> None:
    answer = cms.send(ICE | change)
    assert answer.status_code == 422
    found = error_of(answer)
    assert list(found["fields"]) == [field]
    assert sentence in found["fields"][field][0]
    assert field.rstrip("s") in found["message"]
    assert cms.stored() == []


def test_everything_that_is_missing_is_said_at_once(cms: Cms) -> None:
    found = error_of(cms.send({}))
    assert found["fields"] == {"url": ["This is needed."], "title": ["This is needed."]}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"url=x", "application/x-www-form-urlencoded", 415),
        (b'"' + b"x" * 300_000 + b'"', "application/json", 413),
        (b'{"url": "https://proof.example/x", "title": "\\ud800"}', "application/json", 422),
    ],
)
def test_bodies_that_are_no_article_are_refused_with_a_sentence(
    cms: Cms, body: bytes, kind: str, status: int
) -> None:
    client = cms.app.test_client()
    answer = client.post(ARTICLES, data=body, content_type=kind, headers=cms.headers())
    assert answer.status_code == status
    error_of(answer)
    assert cms.stored() == []


def test_nul_and_invisible_letters_are_left_out(cms: Cms) -> None:
    odd = {"id": "a\x00b", "title": "A\x00 \u202etitle", "markdown": "x\x00y", "html": "", "author": "\x00", "summary": "\x00"}
    assert cms.send(ICE | odd | {"categories": ["\x00", "a\x00"]}).status_code == 201
    [kept] = cms.stored()
    assert kept.title == "A title"
    assert kept.markdown == "xy"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer gzt_wrong", "Basic Z3p0Og==", "gzt_x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_good_key_nothing_is_open(cms: Cms, header: str | None, method: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = cms.app.test_client().open(ARTICLES, method=method, json=ICE if method == "POST" else None, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert error_of(answer)["code"] == "key_needed"
    assert cms.stored() == []


def test_an_ended_key_is_refused(cms: Cms) -> None:
    with cms.parts.database.write() as session:
        end_key(session, cms.key_id, now=NOW)
    assert cms.send(ICE).status_code == 401


def test_a_key_shows_the_articles_of_its_newsletter_only(cms: Cms) -> None:
    other = Cms(cms.app, cms.parts, "another")
    foreign = other.send(ICE).get_json()["id"]
    assert cms.get(f"{ARTICLES}/{foreign}").status_code == 404
    assert error_of(cms.get(f"{ARTICLES}/{2**70}"))["code"] == "not_found"
    assert cms.get().get_json()["articles"] == []
    assert other.get(f"{ARTICLES}/{foreign}").get_json()["title"] == ICE["title"]


def test_the_use_of_a_key_is_noted_when_something_is_handed_in(cms: Cms, clock: StandingClock) -> None:
    cms.get()
    with cms.parts.database.read() as session:
        assert session.get_one(ApiKey, cms.key_id).last_used_at is None
    cms.send(ICE)
    with cms.parts.database.read() as session:
        assert session.get_one(ApiKey, cms.key_id).last_used_at == clock.now()


def test_articles_are_listed_newest_first_in_pages(cms: Cms) -> None:
    for number in range(5):
        article = {"url": f"https://proof.example/{number}", "title": f"Number {number}", "text": f"Text {number}."}
        assert cms.send(article).status_code == 201
    seen: list[str] = []
    path: str | None = f"{ARTICLES}?limit=2"
    while path:
        page = cms.get(path).get_json()
        seen += [each["title"] for each in page["articles"]]
        path = f"{ARTICLES}?limit=2&before={page['next_before']}" if page["next_before"] else None
    assert seen == [f"Number {number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=0", f"before={2**70}"])
def test_odd_pages_are_refused(cms: Cms, query: str) -> None:
    answer = cms.get(f"{ARTICLES}?{query}")
    assert answer.status_code == 422
    assert list(error_of(answer)["fields"]) == [query.partition("=")[0]]


def test_a_repeat_is_answered_alike_and_done_once(cms: Cms, clock: StandingClock) -> None:
    first = cms.send(ICE, "key-1")
    clock.pass_by(timedelta(hours=1))
    again = cms.send(dict(reversed(ICE.items())), "key-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(cms.stored()) == 1


def test_a_used_key_with_another_article_is_refused(cms: Cms) -> None:
    cms.send(ICE, "key-1")
    answer = cms.send(ICE | {"url": "https://proof.example/other", "id": "8"}, "key-1")
    assert answer.status_code == 422
    assert error_of(answer)["code"] == "idempotency_key_reused"
    assert len(cms.stored()) == 1


def test_a_refused_request_leaves_its_key_free(cms: Cms) -> None:
    assert cms.send(ICE | {"topics": ["cooking"]}, "key-1").status_code == 422
    assert cms.send(ICE, "key-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "ü"])
def test_an_odd_idempotency_key_is_refused(cms: Cms, key: str) -> None:
    answer = cms.send(ICE, key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in error_of(answer)["message"]


@pytest.mark.parametrize("key", ["the same", None])
def test_many_at_once_make_one_article(cms: Cms, key: str | None) -> None:
    answers: list[TestResponse] = []
    start = threading.Barrier(6)

    def send() -> None:
        start.wait(timeout=30)
        answers.append(cms.send(ICE, key))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == ([201] * 6 if key else [200] * 5 + [201])
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert len(cms.stored()) == 1
    with cms.parts.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ApiAnswer)) == (1 if key else 0)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/no", 404), ("DELETE", ARTICLES, 405), ("GET", "/api/", 404)])
def test_what_is_not_there_is_said_in_json(cms: Cms, method: str, path: str, status: int) -> None:
    answer = cms.app.test_client().open(path, method=method, headers=cms.headers())
    assert answer.status_code == status
    assert "/api/v1/openapi.json" in error_of(answer)["message"]


def test_pages_for_people_still_end_in_a_page(cms: Cms) -> None:
    answer = cms.app.test_client().get("/n/no-such-newsletter")
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_the_description_names_every_way_in_and_no_other(cms: Cms) -> None:
    answer = cms.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    spec = answer.get_json()
    assert spec["openapi"].startswith("3.1")
    ways = {(method, path) for path, operations in spec["paths"].items() for method in operations}
    assert ways == {("get", ARTICLES), ("post", ARTICLES), ("get", f"{ARTICLES}/{{article_id}}")}
    for path in spec["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"key": []}]
            assert {"401"} <= set(operation["responses"])
    text = json.dumps(spec)
    names = {"url", "title", "html", "markdown", "embargo_until", "hold"}
    assert names <= set(spec["components"]["schemas"]["Submitted"]["properties"])
    for reference in [part.partition('"')[0] for part in text.split('"$ref": "#/')[1:]]:
        found: Any = spec
        for step in reference.split("/"):
            found = found[step]
    assert "cdn" not in text
