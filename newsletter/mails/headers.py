"""The header fields of a mail, by its kind, in a stable order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import MailError
from newsletter.language import shortened
from newsletter.mails.cleaning import one_line
from newsletter.mails.fields import Field, mailbox, phrase, unstructured, verbatim
from newsletter.subscriptions.addresses import AddressError, parse_address

_LONGEST_NAME: Final = 100
_FEEDBACK_SENDER: Final = "gazette"  # the same in every mail, as the postmaster tools of Gmail ask
_OF_A_LIST: Final = frozenset({MailKind.WELCOME, MailKind.DIGEST, MailKind.PROOF})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the name shown, and addresses in ASCII."""

    name: str
    address: str
    reply_address: str

    @property
    def domain(self) -> str:
        """Where the sender's mail lives; names the Message-ID and the list."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header of a mail is made from."""

    kind: MailKind
    sender: Sender
    to: str  # ASCII
    subject: str
    at: datetime
    mark: str  # a keyed hash that names the mail
    campaign: str  # what it belongs to, without anything about a person
    slug: str  # of the newsletter, or of what stands for one
    one_click_url: str | None = None
    leave_address: str | None = None  # a mail to it leaves too
    archive_url: str = ""

    def fields(self) -> list[tuple[str, Field]]:
        """The fields in their order."""
        return [(field.name, field) for field in self._fields()]

    def _fields(self) -> Iterator[Field]:
        sender = self.sender
        yield mailbox("From", sender.name, sender.address)
        yield verbatim("To", self.to)
        if sender.reply_address:
            yield verbatim("Reply-To", sender.reply_address)
        yield unstructured("Subject", self.subject)
        yield verbatim("Date", *format_datetime(self.at).split(" "))
        yield verbatim("Message-ID", f"<{self.mark}@{sender.domain}>")
        if self.kind in _OF_A_LIST:
            # The part in brackets is stable for the life of the list (RFC 2919), also when it is renamed.
            yield verbatim("List-Id", *phrase(sender.name), f"<{self.slug}.{sender.domain}>")
            if self.archive_url:
                yield verbatim("List-Archive", f"<{self.archive_url}>")  # RFC 2369, section 3.6
        if self.one_click_url is not None:
            yield verbatim("List-Unsubscribe", *self._ways_to_leave(self.one_click_url))
            yield verbatim("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")  # RFC 8058
        yield verbatim("Feedback-ID", f"{self.campaign}:{self.slug}:{self.kind}:{_FEEDBACK_SENDER}")
        yield verbatim("Auto-Submitted", "auto-generated")  # RFC 3834
        if self.kind is MailKind.DIGEST:
            yield verbatim("Precedence", "bulk")
        yield verbatim("X-Auto-Response-Suppress", "OOF,", "AutoReply")

    def _ways_to_leave(self, one_click_url: str) -> Iterator[str]:
        """The page first, since programs take the first that they know (RFC 2369, section 2)."""
        if self.leave_address is None:
            yield f"<{one_click_url}>"
            return
        yield f"<{one_click_url}>,"
        yield f"<mailto:{self.leave_address}?subject=Leave>"


@lru_cache(maxsize=256)
def sender_of(name: str, address: str, reply_address: str) -> Sender:
    """A sender whose name and addresses are fit for a header. Raises MailError when they are not."""
    return Sender(
        name=shortened(one_line(name), _LONGEST_NAME),
        address=on_the_wire(address),
        reply_address=on_the_wire(reply_address) if reply_address else "",
    )


def on_the_wire(address: str) -> str:
    """An address in ASCII. Raises MailError when there is none."""
    try:
        return parse_address(address).wire
    except AddressError as error:
        # A newsroom's own network may have names that the public does not know, such as desk.local.
        local, at, domain = address.partition("@")
        if address.isascii() and address.isprintable() and local and at and domain and not set(address) & set(' <>,;"'):
            return address
        raise MailError(f"This mail has no address that mail can be sent to or from. {error}") from error
