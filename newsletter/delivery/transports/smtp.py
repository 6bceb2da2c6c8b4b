"""SMTP, one connection, one mail after the other (RFC 5321)."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import (
    Deferred,
    Outcome,
    Phase,
    Refused,
    Scope,
    broken_off,
    outcome_of,
)
from newsletter.delivery.transports.protocol import Answer
from newsletter.errors import GazetteError

_CONNECT_SECONDS: Final = 20.0
# RFC 5321, section 4.5.3.2.6 asks for ten minutes after the final dot: an impatient
# sender repeats mails that were taken.
_ANSWER_SECONDS: Final = 600.0
_OK: Final = 2
_GO_AHEAD: Final = 354
_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where the relay is and how to speak to it."""

    host: str
    port: int
    tls: str  # "none", "starttls" or "implicit"
    user: str
    password: str


def relay_address(url: str, *, user: str = "", password: str = "") -> RelayAddress:
    """Read `smtp://host:587?tls=starttls` or `smtps://host`; raises GazetteError when it is neither.

    The user and password may stand in the URL; real passwords hold `/` and `+`, so they are better
    given apart. TLS is on unless `tls=none` says otherwise or the relay is on this machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host, port = "", 0
    if not host:
        raise GazetteError(
            "GAZETTE_SMTP_URL: write it like smtp://mail.example.org:587?tls=starttls or smtps://mail.example.org, "
            "or leave it empty to use the local inbox."
        )
    parts = urlsplit(url)
    default = "none" if host in {"localhost", "127.0.0.1", "::1"} else "starttls"
    tls = "implicit" if parts.scheme == "smtps" else parse_qs(parts.query).get("tls", [default])[0]
    if tls not in {"none", "starttls", "implicit"}:
        raise GazetteError("GAZETTE_SMTP_URL: tls is starttls or none; for TLS from the start write smtps://…")
    return RelayAddress(
        host=host,
        port=port,
        tls=tls,
        user=user or unquote(parts.username or ""),
        password=password or unquote(parts.password or ""),
    )


class _StoppedError(Exception):
    """The conversation ended with an outcome before a mail could be handed over."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class SmtpTransport:
    """Hands mail to one relay over one kept connection."""

    def __init__(self, address: RelayAddress, *, helo: str) -> None:
        self._address = address
        self._helo = helo
        self._connection: smtplib.SMTP | None = None
        self._context = ssl.create_default_context()

    def transmit(self, mails: Iterator[OutgoingMail]) -> Iterator[Answer]:
        """See Transport."""
        while True:
            try:
                self._ready()
            except _StoppedError as stopped:
                yield Answer(None, stopped.outcome)
                return
            mail = next(mails, None)
            if mail is None:
                return
            outcome = self._hand_over(mail)
            yield Answer(mail, outcome)
            if isinstance(outcome, Deferred) and outcome.scope is Scope.RELAY:
                return

    def abort(self) -> None:
        """See Transport."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself

    def close(self) -> None:
        """See Transport."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _ready(self) -> None:
        """Make sure that a connection stands and answers; raise _StoppedError when none can be had."""
        if self._connection is not None:
            try:
                code, _text = self._connection.docmd("RSET")
            except (OSError, smtplib.SMTPException):
                code = 0
            if code // 100 == _OK:
                return
            self._drop()
        self._connect()

    def _connect(self) -> None:
        phase = Phase.CONNECT
        implicit = self._address.tls == "implicit"
        connection: smtplib.SMTP = (
            smtplib.SMTP_SSL(local_hostname=self._helo, timeout=_CONNECT_SECONDS, context=self._context)
            if implicit
            else smtplib.SMTP(local_hostname=self._helo, timeout=_CONNECT_SECONDS)
        )
        try:
            self._expect(phase, connection.connect(self._address.host, self._address.port))
            phase = Phase.GREETING
            self._expect(phase, connection.ehlo())
            if self._address.tls == "starttls":
                phase = Phase.TLS
                # No downgrade: a relay that does not offer TLS gets no mail.
                self._expect(phase, connection.starttls(context=self._context))
                self._expect(phase, connection.ehlo())
            if self._address.user:
                phase = Phase.LOGIN
                self._expect(phase, connection.login(self._address.user, self._address.password))
        except _StoppedError:
            connection.close()
            raise
        except smtplib.SMTPResponseException as error:
            connection.close()
            outcome = outcome_of(phase, error.smtp_code, error.smtp_error)
            raise _StoppedError(self._for_relay(outcome)) from None
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise _StoppedError(Deferred(self._trouble(error), Scope.RELAY)) from None
        if connection.sock is not None:
            connection.sock.settimeout(_ANSWER_SECONDS)
        self._connection = connection

    def _hand_over(self, mail: OutgoingMail) -> Outcome:
        connection = self._connection
        if connection is None:
            return Deferred("no connection", Scope.RELAY)
        phase = Phase.MAIL
        try:
            code, text = connection.mail(mail.envelope_sender)
            if code // 100 == _OK:
                phase = Phase.RCPT
                code, text = connection.rcpt(mail.envelope_recipient)
            if code // 100 == _OK:
                phase = Phase.DATA
                code, text = connection.docmd("DATA")
                if code == _GO_AHEAD:
                    phase = Phase.DOT
                    connection.send(_dotted(mail.content))
                    code, text = connection.getreply()
                elif code // 100 == _OK:
                    # A "success" to DATA is no invitation: nothing was handed over.
                    return Refused(f"{code} is no answer to DATA")
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return broken_off(phase, self._trouble(error))
        return outcome_of(phase, code, text)

    def _expect(self, phase: Phase, answer: tuple[int, bytes]) -> None:
        code, text = answer
        if code // 100 != _OK:
            raise _StoppedError(self._for_relay(outcome_of(phase, code, text)))

    def _for_relay(self, outcome: Outcome) -> Outcome:
        where = f"{self._address.host} port {self._address.port}"
        return Deferred(f"{where} takes no mail: {outcome.reply}", Scope.RELAY)

    def _trouble(self, error: Exception) -> str:
        where = f"{self._address.host} port {self._address.port}"
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"{where}: {reason.lower()}"

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _dotted(content: bytes) -> bytes:
    """The content as it stands on the wire: dots doubled at line starts (RFC 5321, 4.5.2), then the end."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    return stuffed + b".\r\n"
