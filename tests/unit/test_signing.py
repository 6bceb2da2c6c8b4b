"""Tokens: what they prove, for whom, and for how long."""

import base64
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.signing import Claim, Purpose, Signer, new_nonce, read_claim

OLD, NEW, OTHER = "o" * 40, "n" * 40, "x" * 40

row_ids = st.integers(1, 2**63 - 1)
nonces = st.text(min_size=1, max_size=30)
purposes = st.sampled_from(Purpose)


def claim_of(token: str) -> Claim:
    claim = read_claim(token)
    assert claim is not None
    return claim


@given(purposes, row_ids, nonces)
def test_a_token_proves_what_it_was_made_for(purpose: Purpose, row_id: int, nonce: str) -> None:
    signer = Signer((NEW,))
    token = signer.token(purpose, row_id, nonce)
    assert re.fullmatch(r"[A-Za-z0-9_-]{38}", token)
    assert claim_of(token).row_id == row_id
    assert signer.is_valid(claim_of(token), purpose, nonce)
    assert signer.token(purpose, row_id, nonce) == token, "a retry is the same to the byte"


@given(purposes, purposes, row_ids, nonces)
def test_a_token_for_one_purpose_never_passes_for_another(
    made_for: Purpose, used_for: Purpose, row_id: int, nonce: str
) -> None:
    signer = Signer((NEW, OLD))
    claim = claim_of(signer.token(made_for, row_id, nonce))
    assert signer.is_valid(claim, used_for, nonce) == (made_for is used_for)


@given(purposes, row_ids, nonces, nonces)
def test_a_new_nonce_ends_every_older_token(purpose: Purpose, row_id: int, nonce: str, later: str) -> None:
    signer = Signer((NEW,))
    claim = claim_of(signer.token(purpose, row_id, nonce))
    assert signer.is_valid(claim, purpose, later) == (nonce == later)


@given(purposes, row_ids, row_ids, nonces)
def test_a_token_for_one_row_never_passes_for_another(purpose: Purpose, row_id: int, other: int, nonce: str) -> None:
    signer = Signer((NEW,))
    claim = claim_of(signer.token(purpose, row_id, nonce))
    moved = Claim(claim.key_id, other, claim.mac)
    assert signer.is_valid(moved, purpose, nonce) == (row_id == other)


@given(purposes, row_ids, nonces, st.integers(0, 27), st.integers(1, 255))
def test_a_token_with_one_byte_changed_proves_nothing(
    purpose: Purpose, row_id: int, nonce: str, place: int, change: int
) -> None:
    signer = Signer((NEW,))
    raw = bytearray(base64.urlsafe_b64decode(signer.token(purpose, row_id, nonce) + "=="))
    raw[place] ^= change
    claim = read_claim(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    assert claim is None or not signer.is_valid(claim, purpose, nonce)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_after_a_change_of_keys_only_links_to_leave_go_on_working(purpose: Purpose) -> None:
    claim = claim_of(Signer((OLD,)).token(purpose, 7, "nonce"))
    assert Signer((NEW, OLD)).is_valid(claim, purpose, "nonce") == (purpose is Purpose.LEAVE)
    assert not Signer((NEW,)).is_valid(claim, purpose, "nonce"), "a key that is gone proves nothing"


def test_new_tokens_are_made_with_the_newest_key() -> None:
    token = Signer((NEW, OLD)).token(Purpose.LEAVE, 7, "nonce")
    assert token == Signer((NEW,)).token(Purpose.LEAVE, 7, "nonce")
    assert token != Signer((OLD,)).token(Purpose.LEAVE, 7, "nonce")


def test_a_key_given_twice_stays_the_newest() -> None:
    signer = Signer((NEW, OLD, NEW))
    claim = claim_of(signer.token(Purpose.CONFIRM, 7, "nonce"))
    assert signer.is_valid(claim, Purpose.CONFIRM, "nonce")


@given(row_ids, nonces)
def test_a_stranger_with_another_key_proves_nothing(row_id: int, nonce: str) -> None:
    claim = claim_of(Signer((OTHER,)).token(Purpose.LEAVE, row_id, nonce))
    assert not Signer((NEW, OLD)).is_valid(claim, Purpose.LEAVE, nonce)
    genuine = claim_of(Signer((NEW,)).token(Purpose.LEAVE, row_id, nonce))
    assert not Signer((NEW,)).is_valid(Claim(genuine.key_id, row_id, claim.mac), Purpose.LEAVE, nonce)


@given(st.text(max_size=80))
@example("")
@example("=" * 38)
@example("A" * 38)
@example("A" * 37)
@example("A" * 100_000)
@example("ä" * 38)
@example("-" * 38)
def test_what_is_no_token_is_read_as_none_or_proves_nothing(text: str) -> None:
    claim = read_claim(text)
    assert claim is None or not any(Signer((NEW,)).is_valid(claim, purpose, "nonce") for purpose in Purpose)


@given(purposes, row_ids, nonces, st.integers(0, 37))
def test_a_token_that_was_cut_off_is_none(purpose: Purpose, row_id: int, nonce: str, length: int) -> None:
    assert read_claim(Signer((NEW,)).token(purpose, row_id, nonce)[:length]) is None


@given(purposes, row_ids, nonces, st.integers(0, 38), st.sampled_from([" ", "!", ".", "=", "\n", "%", "+", "/"]))
def test_a_token_has_one_spelling_only(purpose: Purpose, row_id: int, nonce: str, place: int, extra: str) -> None:
    token = Signer((NEW,)).token(purpose, row_id, nonce)
    assert read_claim(token[:place] + extra + token[place:]) is None


def test_a_last_letter_with_other_spare_bits_is_another_spelling() -> None:
    token = Signer((NEW,)).token(Purpose.LEAVE, 7, "nonce")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [letter for letter in letters if read_claim(token[:-1] + letter) == claim_of(token)] == [token[-1]]


@pytest.mark.parametrize("row_id", [0, -1, 2**63])
def test_a_row_that_cannot_exist_is_not_read(row_id: int) -> None:
    raw = b"keyi" + (row_id % 2**64).to_bytes(8) + b"m" * 16
    assert read_claim(base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


def test_a_signer_needs_a_key() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Signer(())


def test_nonces_are_long_and_never_the_same() -> None:
    made = {new_nonce() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(nonce) for nonce in made} == {22}


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_keyed_hash_depends_on_key_use_and_value(value: str, other: str) -> None:
    signer = Signer((NEW, OLD))
    found = signer.digest("message id", value)
    assert re.fullmatch(r"[0-9a-f]{32}", found)
    assert found == Signer((NEW,)).digest("message id", value)
    assert found != signer.digest("boundary", value)
    assert found != Signer((OTHER,)).digest("message id", value)
    assert (found == signer.digest("message id", other)) == (value == other)


def test_a_token_says_nothing_of_nonce_or_key() -> None:
    token = Signer((NEW,)).token(Purpose.CONFIRM, 7, "a-nonce-to-keep")
    raw = base64.urlsafe_b64decode(token + "==")
    assert b"nonce" not in raw
    assert NEW.encode()[:4] not in raw
