"""Keyed hashes that outlive a renewed key, and what is known of a token whose row is gone."""

from newsletter.signing import Purpose, Signer, as_token, bytes_of, read_claim

OLD, NEW = "a" * 40, "b" * 40


def test_a_hash_is_found_again_under_every_key_that_is_kept() -> None:
    before, after = Signer((OLD,)), Signer((NEW, OLD))
    assert before.digests("use", "anna@example.org") == [before.digest("use", "anna@example.org")]
    assert after.digests("use", "anna@example.org") == [
        after.digest("use", "anna@example.org"),
        before.digest("use", "anna@example.org"),
    ]
    assert before.digest("use", "anna@example.org") not in Signer((NEW,)).digests("use", "anna@example.org")


def test_a_hash_is_for_one_use_only() -> None:
    signer = Signer((NEW, OLD))
    assert not set(signer.digests("one", "x")) & set(signer.digests("other", "x"))


def test_a_key_is_known_while_it_is_kept() -> None:
    claim = read_claim(Signer((OLD,)).token(Purpose.LEAVE, 1, "nonce"))
    assert claim is not None
    assert Signer((NEW, OLD)).knows(claim)
    assert not Signer((NEW,)).knows(claim)


def test_a_token_survives_another_spelling() -> None:
    token = Signer((OLD,)).token(Purpose.LEAVE, 7, "nonce")
    assert as_token(bytes_of(token)) == token
