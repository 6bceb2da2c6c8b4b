"""Keys of other programs, and answers that are given again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.accounts.api_answers import Answer, KeyReusedError, earlier_answer, forget_old_answers, keep
from newsletter.accounts.api_keys import end_key, key_of, keys_of, new_key, note_use
from newsletter.accounts.keys import ApiAnswer, ApiKey
from newsletter.database import Database
from newsletter.errors import NotFoundError, RefusedError
from tests.data import NOW


def a_key(database: Database, name: str = "Our CMS") -> tuple[int, str]:
    """A key of newsletter 1, and its token."""
    with database.write() as session:
        key, token = new_key(session, 1, name, created_by=None, now=NOW)
        return key.id, token


def test_a_key_is_known_by_its_token_and_kept_as_a_hash(database: Database) -> None:
    key_id, token = a_key(database)
    assert token.startswith("gzt_")
    assert len(token) == 47
    with database.read() as session:
        key = session.get_one(ApiKey, key_id)
        assert token not in "".join(str(value) for value in vars(key).values())
        assert token.startswith(key.beginning)
        assert len(key.beginning) == 8
        found = key_of(session, token)
        assert found is not None
        assert found.id == key_id


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "a", lambda t: t.upper(), lambda t: t[4:], lambda _: ""]
)
def test_no_other_token_is_that_key(database: Database, change: Callable[[str], str]) -> None:
    _, token = a_key(database)
    with database.read() as session:
        assert key_of(session, change(token)) is None


def test_an_odd_token_is_no_key(database: Database) -> None:
    with database.read() as session:
        assert key_of(session, "gzt_\ufffdü\x00") is None
        assert key_of(session, "gzt_" + "a" * 100_000) is None


def test_an_ended_key_opens_nothing_and_stays_listed(database: Database) -> None:
    key_id, token = a_key(database)
    with database.write() as session:
        end_key(session, key_id, now=NOW)
        end_key(session, key_id, now=NOW + timedelta(days=1))
    with database.read() as session:
        assert key_of(session, token) is None
        [kept] = keys_of(session, 1)
        assert kept.ended_at == NOW
        assert keys_of(session, 2) == []


def test_ending_a_key_that_is_not_there_says_so(database: Database) -> None:
    with database.write() as session, pytest.raises(NotFoundError, match="There is no key 7"):
        end_key(session, 7, now=NOW)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_a_key_needs_a_name(database: Database, name: str) -> None:
    with database.write() as session, pytest.raises(RefusedError, match="Name the key"):
        new_key(session, 1, name, created_by=None, now=NOW)


def test_the_use_of_a_key_is_noted_once_an_hour(database: Database) -> None:
    key_id, _ = a_key(database)
    for minutes, noted in ((0, 0), (59, 0), (60, 60), (61, 60)):
        with database.write() as session:
            note_use(session, key_id, now=NOW + timedelta(minutes=minutes))
        with database.read() as session:
            assert session.get_one(ApiKey, key_id).last_used_at == NOW + timedelta(minutes=noted)


def test_a_repeat_gets_the_answer_that_was_given(database: Database) -> None:
    with database.write() as session:
        assert earlier_answer(session, 1, "k", "request", now=NOW) is None
        keep(session, 1, "k", Answer(201, {"id": 5}))
    with database.write() as session:
        assert earlier_answer(session, 1, "k", "request", now=NOW) == Answer(201, {"id": 5})


def test_the_same_key_of_another_program_is_another_key(database: Database) -> None:
    with database.write() as session:
        earlier_answer(session, 1, "k", "request", now=NOW)
        keep(session, 1, "k", Answer(201, {}))
        assert earlier_answer(session, 2, "k", "request", now=NOW) is None
        keep(session, 2, "k", Answer(200, {}))


def test_a_key_that_comes_with_another_request_is_refused(database: Database) -> None:
    with database.write() as session:
        earlier_answer(session, 1, "k", "request", now=NOW)
        keep(session, 1, "k", Answer(201, {}))
    with database.write() as session, pytest.raises(KeyReusedError, match="used before"):
        earlier_answer(session, 1, "k", "another", now=NOW)


def test_a_request_that_failed_may_be_sent_again(database: Database) -> None:
    with suppress(RefusedError), database.write() as session:
        earlier_answer(session, 1, "k", "request", now=NOW)
        raise RefusedError("It could not be taken.")
    with database.write() as session:
        assert earlier_answer(session, 1, "k", "mended", now=NOW) is None
        keep(session, 1, "k", Answer(201, {}))


def test_answers_are_forgotten_after_two_days(database: Database) -> None:
    with database.write() as session:
        for hours in (0, 1):
            earlier_answer(session, 1, str(hours), "request", now=NOW + timedelta(hours=hours))
            keep(session, 1, str(hours), Answer(201, {}))
    with database.write() as session:
        assert forget_old_answers(session, NOW + timedelta(hours=48, minutes=1)) == 1
        assert forget_old_answers(session, NOW + timedelta(hours=48, minutes=1)) == 0
    with database.read() as session:
        assert [row.idempotency_key for row in session.scalars(select(ApiAnswer))] == ["1"]
