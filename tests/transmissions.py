"""Mails handed to a transport and the answers to them, and the SMTP transport of a scripted relay."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import Outcome
from newsletter.delivery.transports.protocol import Answer, Transport
from newsletter.delivery.transports.relay_address import RelayAddress
from newsletter.delivery.transports.smtp import SmtpTransport
from tests.smtp_script import ScriptedRelay

PASSWORD = "s3cret/+phrase"
SMALL = b"Subject: x\r\n\r\nHello.\r\n"

each_tls = pytest.mark.parametrize("encrypted_relay", ["starttls", "implicit"], indirect=True)


def a_mail(number: int, content: bytes = SMALL) -> OutgoingMail:
    return OutgoingMail(number, 1, "post@proof.example", f"r{number}@example.org", content)


def some_mails(count: int) -> list[OutgoingMail]:
    return [a_mail(number) for number in range(1, count + 1)]


@dataclass
class Pulled:
    """Mails to be pulled one by one, and which of them were."""

    mails: list[OutgoingMail]
    pulled: list[OutgoingMail] = field(default_factory=list)

    def __iter__(self) -> Iterator[OutgoingMail]:
        for mail in self.mails:
            self.pulled.append(mail)
            yield mail


def transmitted(transport: Transport, mails: list[OutgoingMail]) -> list[Answer]:
    return list(transport.transmit(iter(mails)))


def outcomes(answers: list[Answer]) -> list[Outcome]:
    return [answer.outcome for answer in answers]


def smtp_to(
    relay: ScriptedRelay, *, user: str = "", connect_seconds: float = 10, answer_seconds: float = 10, tls: str = ""
) -> SmtpTransport:
    address = RelayAddress("127.0.0.1", relay.port, tls or relay.tls, user, PASSWORD if user else "")
    return SmtpTransport(address, helo="news.test", connect_seconds=connect_seconds, answer_seconds=answer_seconds)


@contextlib.contextmanager
def used(transport: SmtpTransport) -> Iterator[SmtpTransport]:
    """A transport that is closed at the end."""
    try:
        yield transport
    finally:
        transport.close()


def one(transport: SmtpTransport, mail: OutgoingMail | None = None) -> Answer:
    """The only answer there is to one mail."""
    with used(transport):
        [answer] = transmitted(transport, [mail or a_mail(1)])
    return answer
