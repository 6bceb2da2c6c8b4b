"""The embedded inbox: a real SMTP server on loopback that keeps every mail in a Maildir.

It stands where a relay stands in production, so that sending takes the same path here as there.
It announces 8BITMIME, SMTPUTF8, PIPELINING and SIZE, and answers 250 to a mail only once that mail
is on the disk.
"""

import asyncio
import errno
import logging
import mailbox
import re
import signal
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.local.maildir import deliver

LARGEST_MAIL: Final = 25 * 1024 * 1024
"""In octets, as announced with SIZE (RFC 1870)."""

_log = logging.getLogger(__name__)
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_PATIENCE_SECONDS: Final = 2.0
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def as_delivered(content: bytes, sender: str, recipient: str) -> bytes:
    """A mail as a delivery agent stores it: the envelope on top, and not one byte changed below.

    Return-Path is that of RFC 5321, section 4.4; Delivered-To says whose copy this is (RFC 9228).
    """
    return_path = b"" if sender == "<>" else _on_one_line(sender)
    return b"Return-Path: <%b>\r\nDelivered-To: %b\r\n%b" % (
        return_path,
        _on_one_line(recipient),
        content,
    )


def _on_one_line(address: str) -> bytes:
    return _CONTROL.sub(b"", address.encode("utf-8", "surrogateescape"))


class InboxHandler:
    """Answers aiosmtpd's questions: takes every mail, a copy for each recipient."""

    def __init__(self, maildir: Path) -> None:
        self._maildir = maildir
        self.in_hand: set[asyncio.Future[list[str]]] = set()  # mails that are being stored

    async def handle_EHLO(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        """What this server can do; aiosmtpd takes pipelined commands but does not say so."""
        session.host_name = hostname
        return [*lines[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", lines[-1]]

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store the mail; the answer says whether it is safe."""
        content = envelope.original_content or b""
        sender = envelope.mail_from or "<>"
        copies = [as_delivered(content, sender, recipient) for recipient in envelope.rcpt_tos]
        storing = asyncio.ensure_future(asyncio.to_thread(deliver, self._maildir, copies))
        self.in_hand.add(storing)
        try:
            keys = await storing
        except OSError as error:
            _log.error("cannot store a mail in %s: %s", self._maildir, error.strerror)
            if error.errno in _NO_SPACE:
                return "452 4.3.1 No room is left on the disk of this inbox"
            return "451 4.3.0 This inbox cannot store mail at the moment"
        finally:
            self.in_hand.discard(storing)
        return f"250 2.0.0 Stored as {keys[0]}"

    async def handle_exception(self, error: Exception) -> str:
        """Odd commands that aiosmtpd trips over."""
        _log.warning("cannot make sense of a command: %s", type(error).__name__)
        return "500 5.5.2 This command cannot be understood"


def serve_inbox(host: str, port: int, maildir: Path) -> None:
    """Take mail on `host`:`port` into `maildir` until SIGTERM or SIGINT, then end in order.

    Raises OSError when the port is taken or the folder cannot be made.
    """
    # aiosmtpd tells every command at INFO, addresses and all.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    mailbox.Maildir(maildir, create=True).clean()  # what was cut off more than 36 hours ago
    asyncio.run(_serve(host, port, maildir))


async def _serve(host: str, port: int, maildir: Path) -> None:
    loop = asyncio.get_running_loop()
    handler = InboxHandler(maildir)

    def conversation() -> SMTP:
        return SMTP(
            handler,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Gazette inbox",
            loop=loop,
        )

    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    server = await loop.create_server(conversation, host, port)
    await stop.wait()
    server.close()
    # A mail that is stored but not answered would be sent once more.
    if handler.in_hand:
        await asyncio.wait(set(handler.in_hand), timeout=_PATIENCE_SECONDS)
    await asyncio.sleep(0.05)  # for the last answers to leave
