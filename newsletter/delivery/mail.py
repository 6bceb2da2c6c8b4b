"""A mail as bytes, ready for the wire."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from hashlib import sha256

from newsletter.errors import GazetteError

# Line breaks are refused by the standard library, or seen when the bytes are read back.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)


class MailError(GazetteError):
    """A mail cannot be made; only this one is affected."""


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to one address: the envelope (ASCII addresses), the bytes, and which delivery it is."""

    delivery_id: int
    attempt: int
    envelope_sender: str
    envelope_recipient: str
    content: bytes

    @property
    def fingerprint(self) -> str:
        """Tells whether a repeat is the same to the byte: 128 bits of SHA-256, in hex."""
        return sha256(self.content).hexdigest()[:32]


def build(headers: Sequence[tuple[str, str]], *, text: str, html: str, boundary: str) -> bytes:
    """The bytes of a mail with a plain and an HTML part of equal worth (RFC 2046, section 5.1.4).

    Deterministic: the same input gives the same bytes, which retries rely on. Both parts are
    quoted-printable, so every line is short and 7-bit. Raises MailError when a header cannot be
    written, or when reading the bytes back shows other header fields than were meant.
    """
    message = EmailMessage(policy=_POLICY)
    try:
        for name, value in headers:
            if _CONTROL.search(value):
                raise MailError(f"The header {name} of this mail holds a control character; it was not sent.")
            message[name] = value
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        message.set_boundary(boundary)
        content = message.as_bytes()
    except (ValueError, AttributeError, IndexError, UnicodeError) as error:
        # The standard library crashes on some values instead of refusing them.
        raise MailError(f"The headers of this mail cannot be written ({error}).") from error
    _refuse_other_headers(content, message)
    return content


def _refuse_other_headers(content: bytes, meant: EmailMessage) -> None:
    """Python 3.11 can turn an encoded newline into a real header: compare what a reader would see."""
    read = BytesHeaderParser().parsebytes(content)
    if Counter(n.lower() for n in read.keys()) != Counter(n.lower() for n in meant.keys()):  # noqa: SIM118 - repeated fields count
        raise MailError("A header of this mail holds a line break; it was not sent.")
