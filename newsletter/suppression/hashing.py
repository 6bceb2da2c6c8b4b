"""Suppressions that outlive the record of their reader: a keyed hash stands where the address stood.

The key is the installation's, outside the database, so that nobody who gets hold of the database alone can try
addresses. It is handed down once, with the engine, and no caller needs to know which suppressions are hashed.
"""

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

Hashes = Callable[[str], list[str]]
"""The keyed hashes of an address key, under the key in use first and then under the retired ones."""

_OPTION: Final = "gazette_suppression_hashes"
MARK: Final = "hash:"
"""How a hashed address begins; no address begins like this and has no @."""


def hash_with(engine: Engine, hashes: Hashes) -> None:
    """Let every session on this engine find suppressions whose address is hashed."""
    engine.update_execution_options(**{_OPTION: hashes})


def hashed_key(session: Session, address_key: str) -> str:
    """What stands in the place of an address that was erased. Raises LookupError where no key was handed down."""
    return spellings(session, address_key)[1]


def spellings(session: Session, address_key: str) -> list[str]:
    """Every form in which an address may stand in the list: as it is first, then hashed."""
    return spellings_at(session.get_bind(), address_key)


def spellings_at(bind: Engine | Connection, address_key: str) -> list[str]:
    """The same where there is no session."""
    hashes: Hashes | None = bind.get_execution_options().get(_OPTION)
    return [address_key, *(f"{MARK}{each}" for each in (hashes(address_key) if hashes else ()))]


def spelled(session: Session, address_keys: Iterable[str]) -> dict[str, str]:
    """Every form of these addresses → the address that it is a form of."""
    return {form: key for key in address_keys for form in spellings(session, key)}
