"""Keys for other programs: made once, shown once, known by their hash alone."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.keys import ApiKey
from newsletter.errors import NotFoundError, RefusedError

PREFIX: Final = "gzt_"
"""How every key begins, so that scanners for leaked secrets and our own logs know one by its looks."""

_RANDOM_BYTES: Final = 32
_BEGINNING: Final = len(PREFIX) + 4
_LONGEST_NAME: Final = 100
_LONGEST_TOKEN: Final = 100
_USE_IS_NOTED_EVERY: Final = timedelta(hours=1)


def new_key(
    session: Session, newsletter_id: int, name: str, *, created_by: int | None, now: datetime
) -> tuple[ApiKey, str]:
    """A new key of a newsletter, and the token that is shown this once. Raises RefusedError without a name."""
    called = " ".join(name.split())
    if not called or len(called) > _LONGEST_NAME or not called.isprintable():
        raise RefusedError(f"Name the key after the program that uses it, in at most {_LONGEST_NAME} letters.")
    token = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    key = ApiKey(
        newsletter_id=newsletter_id,
        name=called,
        beginning=token[:_BEGINNING],
        key_hash=_hash(token),
        created_at=now,
        created_by=created_by,
        last_used_at=None,
        ended_at=None,
    )
    session.add(key)
    session.flush()
    return key, token


def key_of(session: Session, token: str) -> ApiKey | None:
    """The key that a token is, unless it has ended or there is none.

    What is looked up is a hash, so that the time this takes tells nothing about any token.
    """
    if not token.startswith(PREFIX) or len(token) > _LONGEST_TOKEN:
        return None
    hashed = _hash(token)
    key = session.scalar(select(ApiKey).where(ApiKey.key_hash == hashed, ApiKey.ended_at.is_(None)))
    return key if key is not None and hmac.compare_digest(key.key_hash, hashed) else None


def note_use(session: Session, key_id: int, *, now: datetime) -> None:
    """Note that a key was used, at most once an hour: a busy program must not write a row for every call."""
    key = session.get_one(ApiKey, key_id)
    if key.last_used_at is None or now - key.last_used_at >= _USE_IS_NOTED_EVERY:
        key.last_used_at = now


def keys_of(session: Session, newsletter_id: int | None = None) -> list[ApiKey]:
    """All keys of a newsletter, or of all of them, in the order they were made; ended ones too."""
    query = select(ApiKey).order_by(ApiKey.id)
    return list(session.scalars(query if newsletter_id is None else query.where(ApiKey.newsletter_id == newsletter_id)))


def end_key(session: Session, key_id: int, *, now: datetime) -> ApiKey:
    """End a key, for good; ending it twice changes nothing. Raises NotFoundError."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFoundError(f"There is no key {key_id}. `gazette key list` shows them.")
    if key.ended_at is None:
        key.ended_at = now
    return key


def _hash(token: str) -> str:
    # A key has 256 random bits: nobody can try them all, however fast the hash is.
    return hashlib.sha256(token.encode()).hexdigest()
