"""A row of cells, read as what it says of a reader. Pure."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from newsletter.language import LANGUAGES
from newsletter.subscriptions.addresses import Address, AddressError
from newsletter.subscriptions.consent import shortened_network
from newsletter.subscriptions.importing.fields import Field, Status
from newsletter.subscriptions.importing.products import Product, status_of
from newsletter.subscriptions.importing.values import address_in, instant_in, is_no, is_yes, looks_like_address
from newsletter.subscriptions.subscribers import Cadence

LONGEST_SOURCE: Final = 60
_LARGEST_RAW: Final = 20_000  # letters of a row that are kept
_ASKED_TO_BE_DELETED: Final = "@deletion-request.substack.com"
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make one for every row
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4: Final = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}", re.ASCII)
_ENDED_PLAN: Final = "paid plan cancelled"


# What a cell says beside the status, the most cautious first.
_SIGNS: Final[tuple[tuple[Field, Callable[[str], object], Status], ...]] = (
    (Field.BOUNCED_AT, str.strip, Status.BOUNCED),
    (Field.LEFT_AT, str.strip, Status.UNSUBSCRIBED),
    (Field.IS_SUBSCRIBED, is_no, Status.UNSUBSCRIBED),
    (Field.IS_BLOCKED, is_yes, Status.UNSUBSCRIBED),
    (Field.ENDED_AT, str.strip, Status.INACTIVE),
    (Field.IS_DISABLED, is_yes, Status.INACTIVE),
    (Field.IS_CONFIRMED, is_no, Status.UNCONFIRMED),
)
_WORST: Final = frozenset({Status.COMPLAINED, Status.BOUNCED})
_MILD: Final = frozenset({Status.INACTIVE, Status.UNCONFIRMED})


class Row(NamedTuple):  # faster to make than a dataclass, and made for each of a million rows
    """A row whose address could be read."""

    line: int
    address: Address
    status: Status
    source: str = ""
    opted_in_at: datetime | None = None
    opt_in_network: str = ""  # shortened
    confirmed_at: datetime | None = None
    confirm_network: str = ""
    since: datetime | None = None
    left_at: datetime | None = None
    cadence: str = ""
    weekday: int | None = None
    hour: int | None = None
    zone: str = ""
    language: str = ""
    wants_breaking: bool = False
    topics: tuple[str, ...] = ()

    @property
    def wishes(self) -> tuple[object, ...]:
        """All that a reader had chosen; equal for very many, so that what follows from it is found out once."""
        return self[_FIRST_WISH:]

    @property
    def has_proof(self) -> bool:
        """Whether the file says when they agreed: confirmed, or asked for it from a network that is named."""
        return self.confirmed_at is not None or (self.opted_in_at is not None and bool(self.opt_in_network))


_FIRST_WISH: Final = Row._fields.index("cadence")


class Reading:
    """How the rows of one file are read."""

    def __init__(
        self, product: Product, columns: Sequence[str], mapping: Mapping[str, Field], *, now: datetime
    ) -> None:
        self._now = now
        self._width = len(columns)
        self._at = {field: at for at, column in enumerate(columns) if (field := mapping.get(column)) is not None}
        self._address_at = self._at[Field.ADDRESS]
        self._status_at = self._at.get(Field.STATUS)
        self._signs = [(self._at[field], is_so, status) for field, is_so, status in _SIGNS if field in self._at]
        names = {column.casefold() for column in columns}
        whole = [status for column, status in product.files.items() if column in names]
        self._otherwise = whole[0] if whole else Status.SUBSCRIBED
        # Most columns are read the same way; those that are not there cost nothing.
        self._readers: list[tuple[str, int, Callable[[str], object]]] = [
            (name, self._at[field], read) for name, field, read in self._ways() if field in self._at
        ]

    def row(self, line: int, cells: Sequence[str]) -> Row:
        """What a row says. Raises AddressError, with a sentence, where its address cannot be read."""
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        cell = cells[self._address_at]
        if not cell.strip():
            raise AddressError("There is no address in this row.")
        address = address_in(cell)
        values = {name: read(text) for name, at, read in self._readers if (text := cells[at])}
        standing = self._standing(cells, address)
        return Row(line, address, standing, self._source(cells), **values)  # type: ignore[arg-type]  # each has its type

    def looks_like_row(self, cells: Sequence[str]) -> bool:
        """Whether cells are a row in all likelihood."""
        return self._address_at < len(cells) and looks_like_address(cells[self._address_at])

    def _ways(self) -> list[tuple[str, Field, Callable[[str], object]]]:
        return [
            ("opted_in_at", Field.OPTED_IN_AT, self._instant),
            ("opt_in_network", Field.OPT_IN_NETWORK, _network),
            ("confirmed_at", Field.CONFIRMED_AT, self._instant),
            ("confirm_network", Field.CONFIRM_NETWORK, _network),
            ("since", Field.SINCE, self._instant),
            ("left_at", Field.LEFT_AT, self._instant),
            ("cadence", Field.CADENCE, _cadence),
            ("cadence", Field.WANTS_DIGESTS, lambda cell: Cadence.WEEKLY if is_yes(cell) else ""),
            ("weekday", Field.WEEKDAY, lambda cell: _number(cell, 7)),
            ("hour", Field.HOUR, lambda cell: _number(cell, 24)),
            ("zone", Field.ZONE, _zone),
            ("language", Field.LANGUAGE, _language),
            ("wants_breaking", Field.BREAKING, is_yes),
            ("topics", Field.TOPICS, _topics),
        ]

    def _source(self, cells: Sequence[str]) -> str:
        paid_until, source = self._at.get(Field.PAID_UNTIL), self._at.get(Field.SOURCE)
        if paid_until is not None and cells[paid_until].strip():
            return _ENDED_PLAN  # some say that it ended the free one too: an editor decides
        return "" if source is None else " ".join(cells[source].split())[:LONGEST_SOURCE]

    def _standing(self, cells: Sequence[str], address: Address) -> Status:
        """The most cautious of all that the columns say."""
        said = self._otherwise if self._status_at is None else status_of(cells[self._status_at])
        if said in _WORST:
            return said
        for at, is_so, status in self._signs:
            if is_so(cells[at]) and (status not in _MILD or said is Status.SUBSCRIBED):
                return status
        return Status.INACTIVE if address.key.endswith(_ASKED_TO_BE_DELETED) else said

    def _instant(self, cell: str) -> datetime | None:
        return instant_in(cell, now=self._now)


def as_raw(cells: Sequence[str]) -> str:
    """The cells of a row as they are kept."""
    raw = _encode(cells)
    return raw if len(raw) <= _LARGEST_RAW else _encode([cell[:200] for cell in cells][:50])


def names_others(raw: str) -> bool:
    """Whether something in a row as it is kept may be an address beside the row's own."""
    return raw.count("@") > 1


def _network(cell: str) -> str:
    text = cell.strip().partition("/")[0]  # it may have been shortened there already
    if _IPV4.fullmatch(text):  # nearly all are; the long way takes as long as all the rest of a row
        return f"{text.rpartition('.')[0]}.0/24"
    return shortened_network(text)


def _cadence(cell: str) -> str:
    word = cell.strip().casefold()
    return word if word in set(Cadence) else ""


def _number(cell: str, below: int) -> int | None:
    text = cell.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= 2  # noqa: PLR2004 - hours and weekdays are short
    return int(text) if is_number and int(text) < below else None


def _zone(cell: str) -> str:
    return cell.strip() if cell.strip() in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name)


def _language(cell: str) -> str:
    code = cell.strip().casefold().replace("_", "-").partition("-")[0]
    return code if code in LANGUAGES else ""


@lru_cache(1024)  # files hold the same few labels again and again
def _topics(cell: str) -> tuple[str, ...]:
    separator = ";" if ";" in cell else ","
    return tuple(name for part in cell.split(separator) if (name := part.strip(" \"'[]").casefold()))
