"""Asking past caches: headers that caches obey, and an address that those who obey nothing have never seen."""

import secrets
from typing import Final

HEADERS: Final = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}


def unseen(url: str) -> str:
    """An address that leads to the same content, with a parameter that is new each time."""
    address, _hash, _fragment = url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}fresh={secrets.token_hex(8)}"
