"""The list of mails, as the inbox shows it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from newsletter.local.mailbox_reader import MailSummary, mails, totals

LIMIT: Final = 100
_KILO: Final = 1000


@dataclass(frozen=True, slots=True)
class ListedMail:
    """A line in the list."""

    key: str
    subject: str
    recipient: str
    came: str
    size: str
    is_open: bool


def listed(maildir: Path, search: str, open_key: str, *, now: datetime) -> dict[str, Any]:
    """The newest mails that hold the words looked for, and how many there are in all."""
    found = mails(maildir, LIMIT, search)
    every = totals(maildir)
    newest = found[0].key if found else ""
    return {
        "mails": [_listed(each, open_key, now=now) for each in found],
        "total": every.mails,
        "since": local_time(every.first_at, now=now) if every.first_at else "",
        "search": search,
        "open_key": open_key,
        # By this mark a page that polls knows whether anything is new.
        "mark": f"{every.mails}-{newest}",
        "beyond": every.mails - len(found) if not search and len(found) >= LIMIT else 0,
    }


def local_time(at: datetime, *, now: datetime) -> str:
    """A time by the clock of this machine, where the mail also stays."""
    there, today = at.astimezone(), now.astimezone()
    if there.date() == today.date():
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b}, {there:%H:%M}"


def size_in_words(octets: int) -> str:
    """`52 kB`."""
    return f"{octets} bytes" if octets < _KILO else f"{round(octets / _KILO)} kB"


def _listed(mail: MailSummary, open_key: str, *, now: datetime) -> ListedMail:
    return ListedMail(
        key=mail.key,
        subject=mail.subject,
        recipient=mail.recipient,
        came=local_time(mail.received_at, now=now),
        size=size_in_words(mail.size),
        is_open=mail.key == open_key,
    )
