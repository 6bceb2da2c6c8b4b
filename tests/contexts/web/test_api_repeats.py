"""The API: a request that is repeated is answered alike and done once."""

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from newsletter.accounts.keys import ApiAnswer
from tests.cms import ICE, Cms, error_of
from tests.conftest import StandingClock

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


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
    assert "Idempotency-Key" in error_of(answer)["detail"]


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
