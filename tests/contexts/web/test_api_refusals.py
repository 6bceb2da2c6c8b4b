"""The API: what cannot be is refused in JSON, with a sentence."""

import io
from typing import Any

import pytest

from newsletter.accounts.api_keys import end_key
from tests.cms import ARTICLES, ICE, Cms, error_of
from tests.data import NOW


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"url": "ftp://proof.example/x"}, "url", "http or https"),
        ({"url": "javascript:alert(1)"}, "url", "http or https"),
        ({"url": "https://user:word@proof.example/x"}, "url", "without a user name"),
        ({"title": " "}, "title", "needed"),
        ({"title": "\u200b"}, "title", "can be seen"),
        ({"title": None}, "title", "Give a text"),
        ({"titel": "x"}, "titel", "no such field"),
        ({"markdown": "x"}, "markdown", "one form only"),
        ({"published_at": "2026-11-24T09:00:00"}, "published_at", "with its zone"),
        ({"embargo_until": "soon"}, "embargo_until", "no date"),
        ({"embargo_until": 1_700_000_000}, "embargo_until", "no date"),
        ({"embargo_until": "1700000000"}, "embargo_until", "no date"),
        ({"embargo_until": "9999-12-31T23:59:59-12:00"}, "embargo_until", "too far away"),
        ({"embargo_until": "0001-01-01T00:00:00+12:00"}, "embargo_until", "too far away"),
        ({"published_at": "9999-01-01T00:00:00Z"}, "published_at", "too far away"),
        ({"hold": "yes"}, "hold", "true or false"),
        ({"title": "x" * 1_001}, "title", "at most 1000 letters"),
        ({"topics": "science"}, "topics", "Give a list"),
        ({"topics": ["x"] * 51}, "topics", "at most 50"),
        ({"author": "\ud800"}, "author", "half a letter"),
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
    assert field.rstrip("s") in found["detail"]
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
        (b'{"url": "https://proof.example/x", "title": "A", "title": "B"}', "application/json", 400),
        (b"null", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"url=x", "application/x-www-form-urlencoded", 415),
        (b'"' + b"x" * 300_000 + b'"', "application/json", 413),
        (b'{"url": "https://proof.example/x", "title": "\\ud800"}', "application/json", 422),
    ],
)
def test_bodies_that_are_no_article_are_refused_with_a_sentence(cms: Cms, body: bytes, kind: str, status: int) -> None:
    client = cms.app.test_client()
    answer = client.post(ARTICLES, data=body, content_type=kind, headers=cms.headers())
    assert answer.status_code == status
    error_of(answer)
    assert cms.stored() == []


def test_nul_and_invisible_letters_are_left_out(cms: Cms) -> None:
    odd = {
        "id": "a\x00b",
        "title": "A\x00 \u202etitle",
        "markdown": "x\x00y",
        "html": "",
        "author": "\x00",
        "summary": "\x00",
    }
    assert cms.send(ICE | odd | {"categories": ["\x00", "a\x00"]}).status_code == 201
    [kept] = cms.stored()
    assert kept.title == "A title"
    assert kept.markdown == "xy"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer gzt_wrong", "Basic Z3p0Og==", "gzt_x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_good_key_nothing_is_open(cms: Cms, header: str | None, method: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = cms.app.test_client().open(
        ARTICLES, method=method, json=ICE if method == "POST" else None, headers=headers
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert error_of(answer)["code"] == "key_needed"
    assert cms.stored() == []


@pytest.mark.parametrize("header", [None, "Bearer", "Basic Z3p0Og=="])
def test_who_sends_no_key_is_told_that_one_is_needed_and_of_no_error(cms: Cms, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = cms.app.test_client().get(ARTICLES, headers=headers)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gazette"'


def test_a_wrong_key_is_named_as_what_is_wrong(cms: Cms) -> None:
    answer = cms.app.test_client().get(ARTICLES, headers={"Authorization": "Bearer gzt_wrong"})
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gazette", error="invalid_token"'


def test_an_ended_key_is_refused(cms: Cms) -> None:
    with cms.parts.database.write() as session:
        end_key(session, cms.key_id, now=NOW)
    answer = cms.send(ICE)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gazette", error="invalid_token"'


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/no", 404), ("DELETE", ARTICLES, 405), ("GET", "/api/", 404)]
)
def test_what_is_not_there_is_said_in_json(cms: Cms, method: str, path: str, status: int) -> None:
    answer = cms.app.test_client().open(path, method=method, headers=cms.headers())
    assert answer.status_code == status
    assert "/api/v1/openapi.json" in error_of(answer)["detail"]


def test_pages_for_people_still_end_in_a_page(cms: Cms) -> None:
    answer = cms.app.test_client().get("/n/no-such-newsletter")
    assert answer.status_code == 404
    assert "<h1" in answer.text


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=0", f"before={2**70}"])
def test_odd_pages_are_refused(cms: Cms, query: str) -> None:
    answer = cms.get(f"{ARTICLES}?{query}")
    assert answer.status_code == 422
    assert list(error_of(answer)["fields"]) == [query.partition("=")[0]]


def test_a_field_that_is_said_twice_is_named(cms: Cms) -> None:
    body = b'{"url": "https://proof.example/x", "title": "A", "title": "B"}'
    answer = cms.app.test_client().post(ARTICLES, data=body, content_type="application/json", headers=cms.headers())
    assert "says title twice" in error_of(answer)["detail"]


@pytest.mark.parametrize(
    ("size", "kind", "token", "status"),
    [
        (300_000, "application/json", None, 413),
        (200_000, "text/plain", None, 415),
        (200_000, "application/json", "gzt_wrong", 401),
    ],
)
def test_a_refused_body_is_read_so_that_the_connection_can_go_on(
    cms: Cms, size: int, kind: str, token: str | None, status: int
) -> None:
    body = io.BytesIO(b'"' + b"x" * size + b'"')
    headers = cms.headers() if token is None else {"Authorization": f"Bearer {token}"}
    length = len(body.getvalue())
    answer = cms.app.test_client().post(
        ARTICLES, input_stream=body, content_length=length, content_type=kind, headers=headers
    )
    assert (answer.status_code, body.tell()) == (status, length)
