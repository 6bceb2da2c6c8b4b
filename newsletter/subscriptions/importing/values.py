"""What stands in a cell, read carefully: addresses, instants, networks, yes and no. Pure."""

import re
from datetime import UTC, datetime
from typing import Final

from newsletter.subscriptions.addresses import Address, parse_address
from newsletter.subscriptions.cells import unescaped

_IN_BRACKETS: Final = re.compile(r"<([^<>]*)>\s*$")
# An address as nearly all are: reading it needs no parser. All others take the long way.
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@"
    r"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,24}))"
)
_LONGEST_LOCAL: Final = 64
_LONGEST_PLAIN: Final = 200
_SPECIAL: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_FIRST_YEAR: Final = 1990
_YES: Final = frozenset({"true", "yes", "y", "1", "t", "on", "x"})
_NO: Final = frozenset({"false", "no", "n", "0", "f", "off"})


def address_in(cell: str) -> Address:
    """The address in a cell, also in `Name <address>` and `mailto:address`; raises AddressError with a sentence."""
    text = cell.strip()
    found = _PLAIN.fullmatch(text)
    if found is not None and _is_surely_one(text, found):
        at = found.start(1)
        whole = text[:at] + found[1].lower()
        return Address(whole, whole, whole.lower())
    text = unescaped(text)
    bracketed = _IN_BRACKETS.search(text)
    text = (bracketed[1] if bracketed else text).strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    return parse_address(text.strip("\"' ") if "@" in text else text)


def looks_like_address(cell: str) -> bool:
    """Whether a cell holds what may be an address; cheap, and no more than a guess."""
    local, at, domain = cell.strip().rpartition("@")
    return bool(at and local and "." in domain and " " not in domain)


def instant_in(cell: str, *, now: datetime) -> datetime | None:
    """The instant in a cell, as ISO 8601 writes it or nearly so, in UTC where no zone stands; else None.

    Days such as 03/04/2021 are None too: which of the two is the month differs from system to system.
    """
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        spelled = _respelled(cell.strip())
        if spelled is None:
            return None
        found = spelled
    if found.year < _FIRST_YEAR:
        return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found if found <= now else None


def _respelled(text: str) -> datetime | None:
    """An instant with a name or a gap before its zone, which the standard has not."""
    text = f"{text[:-4]}+00:00" if text.endswith((" UTC", " GMT")) else text
    head, gap, zone = text.rpartition(" ")
    if gap and zone[:1] in {"+", "-"}:
        text = head + zone
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_yes(cell: str) -> bool:
    """Whether a cell says yes."""
    return cell.strip().casefold() in _YES


def is_no(cell: str) -> bool:
    """Whether a cell says no; an empty one says nothing."""
    return cell.strip().casefold() in _NO


def _is_surely_one(text: str, found: "re.Match[str]") -> bool:
    return (
        len(text) <= _LONGEST_PLAIN
        and found.start(1) <= _LONGEST_LOCAL + 1
        and "--" not in found[1]
        and found[2].lower() not in _SPECIAL
    )
