"""Reading the embedded inbox: what came, newest first, and one mail with all its parts.

Mails are read as they lie there. Whatever is odd in one (headers in no known charset, broken
encodings, no headers at all) must not hide it or any other.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Final

from newsletter.local.mail_parts import body_of, headers_of

_FOLDERS: Final = ("new", "cur")
_NAME: Final = re.compile(r"(?P<seconds>\d{1,12})\.(?:M(?P<micro>\d{1,6}))?(?:P\d+)?(?:Q(?P<turn>\d+))?")
_HEAD: Final = 64 * 1024
_NO_SUBJECT: Final = "(no subject)"


@dataclass(frozen=True, slots=True)
class MailSummary:
    """A line in the list of mails."""

    key: str
    subject: str
    sender: str
    recipient: str  # whose copy it is, by the envelope
    received_at: datetime
    size: int  # octets
    is_new: bool  # no mail reader has opened it


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail, opened."""

    summary: MailSummary
    to: str  # as the header says
    date: str  # as the header says
    html: str | None
    text: str | None
    headers: list[tuple[str, str]]  # decoded, in their order
    raw: bytes


@dataclass(frozen=True, slots=True)
class InboxTotals:
    """How much lies in the inbox."""

    mails: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Place:
    order: tuple[int, int, int]
    path: Path

    @property
    def key(self) -> str:
        return self.path.name.partition(":")[0]


def mails(maildir: Path, limit: int = 100, search: str = "") -> list[MailSummary]:
    """The newest mails, at most `limit`; with `search`, those that hold every word of it.

    Words are looked for in the addresses, the subject and the text, whatever their case.
    """
    words = search.casefold().split()
    found: list[MailSummary] = []
    for place in _places(maildir):
        content = _read(place.path, None if words else _HEAD)
        if content is None:
            continue
        message = message_from_bytes(content)
        summary = _summary(place, message)
        if all(word in _searchable(summary, message) for word in words):
            found.append(summary)
        if len(found) >= limit:
            break
    return found


def mail(maildir: Path, key: str) -> MailView | None:
    """The mail with this key, or None when there is none (any more)."""
    # Only names that were listed are opened, so no key leads out of the folder.
    place = next((each for each in _places(maildir) if each.key == key), None)
    content = None if place is None else _read(place.path)
    if place is None or content is None:
        return None
    message = message_from_bytes(content)
    headers = headers_of(message)
    first = {name.lower(): value for name, value in reversed(headers)}
    return MailView(
        summary=_summary(place, message),
        to=first.get("to", ""),
        date=first.get("date", ""),
        html=body_of(message, "text/html"),
        text=body_of(message, "text/plain"),
        headers=headers,
        raw=content,
    )


def totals(maildir: Path) -> InboxTotals:
    """How many mails there are and when the oldest came; costs no look into them."""
    places = _places(maildir)
    return InboxTotals(len(places), _came_at(places[-1]) if places else None)


def empty(maildir: Path) -> int:
    """Delete all mails and say how many they were."""
    removed = 0
    for place in _places(maildir):
        try:
            place.path.unlink()
        except FileNotFoundError:
            continue  # a mail reader was faster
        removed += 1
    return removed


def _places(maildir: Path) -> list[_Place]:
    """Every mail, newest first."""
    return sorted(_scan(maildir), key=lambda place: place.order, reverse=True)


def _scan(maildir: Path) -> Iterator[_Place]:
    for folder in _FOLDERS:
        try:
            entries = list(os.scandir(maildir / folder))
        except FileNotFoundError:
            continue  # nothing has come yet
        for entry in entries:
            if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                continue
            match = _NAME.match(entry.name)
            parts = match.groupdict(default="0") if match else {}
            order = (
                int(parts.get("seconds", 0)),
                int(parts.get("micro", 0)),
                int(parts.get("turn", 0)),
            )
            yield _Place(order, Path(entry.path))


def _read(path: Path, size: int | None = None) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(-1 if size is None else size)
    except FileNotFoundError:
        return None  # emptied, or moved by a mail reader, between listing and opening


def _came_at(place: _Place) -> datetime:
    seconds, micro, _turn = place.order
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=min(micro, 999_999))
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def _summary(place: _Place, message: Message) -> MailSummary:
    headers = {name.lower(): value for name, value in reversed(headers_of(message))}
    flags = place.path.name.partition(":2,")[2]
    try:
        size = place.path.stat().st_size
    except FileNotFoundError:
        size = 0
    return MailSummary(
        key=place.key,
        subject=headers.get("subject", "").strip() or _NO_SUBJECT,
        sender=headers.get("from", ""),
        recipient=headers.get("delivered-to") or headers.get("to", ""),
        received_at=_came_at(place),
        size=size,
        is_new="S" not in flags,
    )


def _searchable(summary: MailSummary, message: Message) -> str:
    body = body_of(message, "text/plain") or body_of(message, "text/html") or ""
    return f"{summary.subject}\n{summary.sender}\n{summary.recipient}\n{body}".casefold()
