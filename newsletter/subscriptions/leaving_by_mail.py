"""Leaving by mail (RFC 2369): the address that List-Unsubscribe names, and the mail that comes to it.

The address carries the token of the reader, so neither the subject nor the sender matters. It is spelled in lower-case
base32, since some servers fold the case of what stands before the @. Nothing is ever answered: no loop can begin.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from email.parser import BytesHeaderParser
from enum import Enum, auto
from typing import Final

from sqlalchemy.orm import Session

from newsletter.signing import Purpose, Signer, as_token, bytes_of
from newsletter.subscriptions import leaving
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.finding import Gone, subscription_or_gone

_LOCAL: Final = "leave"
_TOKEN: Final = re.compile(r"(?<![\w.+-])leave\+([a-z2-7]{40,56})@", re.IGNORECASE)
# Where servers write for whom a mail came, those that the sender did not write first.
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "To", "Cc", "Resent-To")
HEAD: Final = 256 * 1024
"""Octets that are read of a mail: no header that means us stands further down."""


class LeftByMail(Enum):
    """What a mail to a leave address did."""

    LEFT = auto()  # also when the reader had left before
    GONE = auto()  # nothing comes any more by this subscription
    UNKNOWN = auto()  # no address in it is a leave address of ours


def leave_address(token: str, domain: str) -> str:
    """The address by which the holder of a leave token leaves: 51 octets before the @, of 64 that are allowed."""
    return f"{_LOCAL}+{base64.b32encode(bytes_of(token)).decode().rstrip('=').lower()}@{domain}"


def tokens_in(text: str) -> Iterator[str]:
    """The leave tokens in the addresses of a text."""
    for found in _TOKEN.finditer(text):
        spelled = found[1].upper()
        try:
            raw = base64.b32decode(spelled + "=" * (-len(spelled) % 8))
        except binascii.Error:
            continue
        yield as_token(raw)


def leave_by_mail(session: Session, signer: Signer, mail: bytes, *, to: str = "", now: datetime) -> LeftByMail:
    """Do what a mail to a leave address asks for; `to` is its recipient where the server that took it says so.

    Works at once, does nothing when it comes twice, and never answers the sender.
    """
    found = LeftByMail.UNKNOWN
    for token in _tokens(mail, to):
        subscription = subscription_or_gone(session, signer, Purpose.LEAVE, token)
        if isinstance(subscription, Gone):
            found = LeftByMail.GONE
        elif subscription is not None:
            session.refresh(subscription, with_for_update=True)
            evidence = Evidence(page="", wording="List-Unsubscribe: mailto", network="", form="mail")
            leaving.leave(session, subscription, evidence, now=now)
            return LeftByMail.LEFT
    return found


def _tokens(mail: bytes, to: str) -> Iterator[str]:
    yield from tokens_in(to)
    head = BytesHeaderParser().parsebytes(mail[:HEAD])
    for name in _RECIPIENTS:
        for value in head.get_all(name, ()):
            yield from tokens_in(str(value))
