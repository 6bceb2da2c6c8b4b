"""What must not stand in a log line: addresses in full, tokens of links, passwords.

Masking is done on the finished values of a line, exception texts included, so that a library that
logs what it was given cannot give it away either.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

MASK: Final = "***"

# `user:password@` of a URL. It goes first: what is left of it would pass for an address. It ends at the
# last @ of the word: real passwords hold slashes and @, even where a URL may not.
_IN_URL: Final = re.compile(r"(?<=://)\S*@")
# A plain or quoted local part, @ or its percent form, and a domain or a literal in brackets. What may stand
# unquoted before the @ (RFC 5321, section 4.1.2) includes signs that also surround addresses in texts.
_ADDRESS: Final = re.compile(
    r"""(?P<local>[^\s<>"(),:;\[\]@]{1,320}|"(?:[^"\n]|\\"){1,64}")"""
    r"""(?P<at>@|%40)(?P<domain>\[[^\]\s]*\]|[\w.-]+)"""
)
_AROUND: Final = "'{}=/|*&?`"
_TOKEN: Final = re.compile(r"(?P<path>/(?:confirm|preferences|unsubscribe|desk/login)/)[\w%.~+=-]+")
# A key of the API, and whatever else stands where one is sent.
_KEY: Final = re.compile(r"\bgzt_[\w-]+|(?<=\bBearer )[\w.~+/=-]+", re.IGNORECASE)
_SECRET_NAMES: Final = re.compile(r"password|secret|token|authorization|cookie", re.IGNORECASE)


def masked(text: str) -> str:
    """`text` with every address cut to its first letter and domain, and every token taken out."""
    text = _IN_URL.sub(f"{MASK}@", text)
    if "@" in text or "%40" in text:
        text = _ADDRESS.sub(_masked_address, text)
    return _KEY.sub(MASK, _TOKEN.sub(rf"\g<path>{MASK}", text))


def _masked_address(match: re.Match[str]) -> str:
    local = match["local"]
    bare = "" if local.startswith('"') else local
    inner = bare.lstrip(_AROUND)
    before = bare[: len(bare) - len(inner)].rstrip("*")
    return f"{before}{inner[:1]}{MASK}{match['at']}{match['domain']}"


def masked_value(value: object) -> object:
    """`value` with all texts within it masked; things that are no plain data become text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {masked(str(key)): _by_name(str(key), each) for key, each in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [masked_value(each) for each in value]
    return masked(str(value))


def _by_name(name: str, value: object) -> object:
    return MASK if value and _SECRET_NAMES.search(name) else masked_value(value)


def mask_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor: masks every value of a line, by its name or by its looks."""
    return {name: _by_name(name, value) for name, value in event.items()}
