"""The token of the page One more tap, and the sum that goes with it."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from altcha.v1 import Challenge, solve_challenge
from hypothesis import given
from hypothesis import strategies as st

from newsletter.signing import Signer
from newsletter.subscriptions.ladder.taps import new_tap, tap_of, token_of
from newsletter.subscriptions.ladder.work import challenge_for, proves
from tests.data import NOW

SIGNER = Signer(("a" * 32,))
WAIT = timedelta(seconds=20)
ORIGIN = "https://münchen.example:8443"


def solved(key: str, token: str, **instead: object) -> str:
    """The answer to a fresh sum for a token, with some of it replaced."""
    asked = challenge_for(key, token)
    challenge = Challenge("SHA-256", str(asked["challenge"]), int(asked["maxNumber"]), str(asked["salt"]), "")
    found = solve_challenge(challenge)
    assert found is not None
    answer = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": found.number}
    return base64.b64encode(json.dumps(answer | instead).encode()).decode()


def test_a_token_says_what_it_was_made_with() -> None:
    tap = new_tap(WAIT, ORIGIN, now=NOW)
    assert tap_of(SIGNER, "the-proof", token_of(SIGNER, "the-proof", tap)) == tap


def test_a_token_is_good_for_one_newsletter_and_one_installation() -> None:
    token = token_of(SIGNER, "the-proof", new_tap(WAIT, "", now=NOW))
    assert tap_of(SIGNER, "another", token) is None
    assert tap_of(Signer(("b" * 32,)), "the-proof", token) is None


def test_a_token_that_was_changed_anywhere_is_none() -> None:
    token = token_of(SIGNER, "the-proof", new_tap(WAIT, ORIGIN, now=NOW))
    for at, letter in enumerate(token):
        changed = token[:at] + ("1" if letter != "1" else "2") + token[at + 1 :]
        assert tap_of(SIGNER, "the-proof", changed) is None, at
        assert tap_of(SIGNER, "the-proof", token[:at]) is None, at


@given(st.text(max_size=200))
def test_nonsense_is_no_token_and_no_proof(text: str) -> None:
    assert tap_of(SIGNER, "the-proof", text) is None
    assert not proves("key", "token", text)


@pytest.mark.parametrize(
    ("after", "is_open"),
    [(timedelta(0), True), (timedelta(minutes=15), True), (timedelta(minutes=15, seconds=1), False)],
)
def test_a_token_holds_for_a_quarter_of_an_hour(after: timedelta, *, is_open: bool) -> None:
    assert new_tap(WAIT, "", now=NOW).is_open(NOW + after) is is_open


def test_a_token_from_the_future_does_not_hold() -> None:
    assert not replace(new_tap(WAIT, "", now=NOW), at=NOW + timedelta(hours=1)).is_open(NOW)


def test_a_solved_sum_proves_the_work_for_its_token_alone() -> None:
    answer = solved("key", "token")
    assert proves("key", "token", answer)
    assert not proves("key", "other", answer)
    assert not proves("other key", "token", answer)


@pytest.mark.parametrize(
    "instead",
    [
        {"number": 10**9},
        {"number": "1"},
        {"number": None},
        {"salt": "00?token=token&"},
        {"salt": 5},
        {"signature": "0" * 64},
        {"algorithm": "SHA-1"},
        {"challenge": ["x"]},
    ],
)
def test_an_answer_that_was_changed_proves_nothing(instead: dict[str, object]) -> None:
    assert not proves("key", "token", solved("key", "token", **instead))


@pytest.mark.parametrize(
    "body", [b"[]", b"5", b"null", b"{}", b'"text"', b"[" * 3000, b"\xff", b'{"number": 1e999}', b"9" * 4000]
)
def test_a_body_of_another_kind_proves_nothing(body: bytes) -> None:
    assert not proves("key", "token", base64.b64encode(body).decode())


def test_an_answer_without_end_is_not_read() -> None:
    assert not proves("key", "token", solved("key", "token", more="x" * 5000))
