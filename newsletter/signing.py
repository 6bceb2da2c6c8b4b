"""Tokens for links: derived, purpose-bound, checkable in constant time; never stored.

A token is `base64url(key id (4 bytes) | row id (8) | mac (16))`, 28 bytes or 38 letters, where mac is
HMAC-SHA256 over purpose, key id, row id and the nonce that stands in the row, cut to 128 bits
(RFC 2104, section 5). A worker can compose it from the row alone, so a retry is byte-identical;
a new nonce makes every older token void.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

_KEY_ID: Final = 4
_ROW_ID: Final = 8
_MAC: Final = 16
_NONCE: Final = 16
_NEWEST_ROW: Final = 2**63 - 1


class Purpose(StrEnum):
    """What a token may be used for; none passes for another."""

    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    LEAVE = "leave"
    LOGIN = "login"
    PUSH = "push"
    VIEW = "view"
    OWN = "own"
    ADDRESS = "address"
    ADDRESS_UNDO = "address undo"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a well-formed token says, before anything about it has been proved."""

    key_id: bytes
    row_id: int
    mac: bytes


def new_nonce() -> str:
    """128 random bits, as kept with a row."""
    return secrets.token_urlsafe(_NONCE)


def new_nonces(count: int) -> list[str]:
    """So many of them, in a fraction of the time that they take one by one."""
    drawn = secrets.token_bytes(_NONCE * count)
    return [_spelled(drawn[at : at + _NONCE]) for at in range(0, len(drawn), _NONCE)]


def _digest(key: str, info: str, value: str) -> str:
    return hmac.new(_derived(key, info), value.encode(), hashlib.sha256).hexdigest()[: 2 * _MAC]


@lru_cache(maxsize=256)
def _derived(key: str, info: str) -> bytes:
    return hmac.new(key.encode(), b"gazette|" + info.encode(), hashlib.sha256).digest()


class Signer:
    """Makes and checks tokens with the installation's keys, newest first."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ValueError("a signer needs at least one key")
        self._keys = {_derived(key, "key id")[:_KEY_ID]: key for key in reversed(keys)}
        self._newest = _derived(keys[0], "key id")[:_KEY_ID]

    def token(self, purpose: Purpose, row_id: int, nonce: str) -> str:
        """The token for a row: letters, digits, `-` and `_` only."""
        mac = self._mac(self._newest, purpose, row_id, nonce)
        return _spelled(self._newest + row_id.to_bytes(_ROW_ID) + mac)

    def is_valid(self, claim: Claim, purpose: Purpose, nonce: str) -> bool:
        """Whether `claim` was made here for this purpose and nonce.

        Only leave tokens are accepted from keys that are no longer the newest: links that end a
        subscription must work for good, all others are renewed with the next mail.
        """
        if claim.key_id not in self._keys:
            return False
        if claim.key_id != self._newest and purpose is not Purpose.LEAVE:
            return False
        expected = self._mac(claim.key_id, purpose, claim.row_id, nonce)
        return hmac.compare_digest(expected, claim.mac)

    def knows(self, claim: Claim) -> bool:
        """Whether a claim names a key of this installation, in use or retired; proves nothing else."""
        return claim.key_id in self._keys

    def digest(self, info: str, value: str) -> str:
        """A keyed hash of `value` for the use named by `info`, 128 bits in lower-case hex."""
        return _digest(self._keys[self._newest], info, value)

    def digests(self, info: str, value: str) -> list[str]:
        """The keyed hashes of `value` under every key, the newest first: one that was made before a rotation too."""
        newest = self._keys[self._newest]
        others = [key for key in self._keys.values() if key != newest]
        return [_digest(key, info, value) for key in (newest, *others)]

    def _mac(self, key_id: bytes, purpose: Purpose, row_id: int, nonce: str) -> bytes:
        key = _derived(self._keys[key_id], f"token|{purpose}")
        message = b"|".join((key_id, str(row_id).encode(), nonce.encode()))
        return hmac.new(key, message, hashlib.sha256).digest()[:_MAC]


def as_token(raw: bytes) -> str:
    """The bytes of a token as it stands in a link; whether they are one, `read_claim` says."""
    return _spelled(raw)


def bytes_of(token: str) -> bytes:
    """The bytes of a token that was made here."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def read_claim(token: str) -> Claim | None:
    """What a token claims, or None when it is no token at all (cut off, altered in form)."""
    if not token.isascii() or len(token) > 64:  # noqa: PLR2004 - far above any token of ours
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    # The decoder passes over what is no letter of its own; a token has one spelling only.
    if len(raw) != _KEY_ID + _ROW_ID + _MAC or _spelled(raw) != token:
        return None
    row_id = int.from_bytes(raw[_KEY_ID : _KEY_ID + _ROW_ID])
    if not 0 < row_id <= _NEWEST_ROW:
        return None
    return Claim(raw[:_KEY_ID], row_id, raw[_KEY_ID + _ROW_ID :])
