"""SMTP, one connection, one mail after the other (RFC 5321)."""

import base64
import contextlib
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any, Final

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import (
    Accepted,
    Deferred,
    Outcome,
    Phase,
    Refused,
    Scope,
    broken_off,
    ends_the_conversation,
    outcome_of,
)
from newsletter.delivery.transports.protocol import Answer
from newsletter.delivery.transports.relay_address import RelayAddress

_CONNECT_SECONDS: Final = 20.0
# RFC 5321, section 4.5.3.2.6 asks for ten minutes after the final dot: an impatient
# sender repeats mails that were taken.
_ANSWER_SECONDS: Final = 600.0
_GOODBYE_SECONDS: Final = 2.0
# A connection that took a mail so lately is not asked whether it still stands.
_FRESH_SECONDS: Final = 1.0
_OK: Final = 2
_GO_AHEAD: Final = 354
_NO_ANSWER: Final = -1
_PLAIN: Final = re.compile(r"[!-;=?-~]*")  # printable ASCII without space, < and >


class _StoppedError(Exception):
    """The conversation ended with an outcome before a mail could be handed over."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class _Conversation(smtplib.SMTP):
    """Knows the host's name from the start, as TLS compares it with the certificate; and can be ended."""

    def __init__(self, host: str, **options: Any) -> None:
        super().__init__(**options)
        self._host = host
        self._is_over = False

    def getreply(self) -> tuple[int, bytes]:
        # Whoever ends it now or later finds a socket to wake this with.
        if self._is_over:
            raise smtplib.SMTPServerDisconnected("we are ending")
        return super().getreply()

    def end(self) -> None:
        """Wake whoever waits for an answer, and let nobody wait again. For other threads."""
        self._is_over = True
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                sock.shutdown(socket.SHUT_RDWR)


class _EncryptedConversation(_Conversation, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


class SmtpTransport:
    """Hands mail to one relay over one kept connection."""

    def __init__(
        self,
        address: RelayAddress,
        *,
        helo: str,
        connect_seconds: float = _CONNECT_SECONDS,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self._address = address
        self._helo = helo
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._connection: _Conversation | None = None
        self._opening: _Conversation | None = None
        self._is_aborted = False
        self._carried = 0  # mails accepted on this connection
        self._rested_at: float | None = None  # when the last mail was accepted; None: start with RSET
        self._context = ssl.create_default_context()

    def transmit(self, mails: Iterator[OutgoingMail]) -> Iterator[Answer]:
        """See Transport."""
        self._is_aborted = False
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
        self._is_aborted = True
        for connection in (self._connection, self._opening):
            if connection is not None:
                connection.end()

    def close(self) -> None:
        """See Transport."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            _be_patient(connection, _GOODBYE_SECONDS)
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _ready(self) -> None:
        """Make sure that a connection stands; raise _StoppedError when none can be had."""
        if self._connection is not None:
            if self._rested_at is not None and time.monotonic() - self._rested_at < _FRESH_SECONDS:
                return  # it has just answered; asking each time would double the waiting
            try:
                _be_patient(self._connection, self._connect_seconds)
                code, _text = self._connection.docmd("RSET")
            except (OSError, smtplib.SMTPException):
                code = 0
            if code // 100 == _OK:
                _be_patient(self._connection, self._answer_seconds)
                return
            self._drop()
        self._connect()

    def _connect(self) -> None:
        host, options = self._address.host, {"local_hostname": self._helo, "timeout": self._connect_seconds}
        connection = self._opening = (
            _EncryptedConversation(host, context=self._context, **options)
            if self._address.tls == "implicit"
            else _Conversation(host, **options)
        )
        try:
            self._greet(connection)
        except _StoppedError:
            connection.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise _StoppedError(Deferred(self._trouble(error), Scope.RELAY)) from None
        finally:
            self._opening = None
        _be_patient(connection, self._answer_seconds)
        self._connection, self._carried, self._rested_at = connection, 0, time.monotonic()

    def _greet(self, connection: smtplib.SMTP) -> None:
        """From the first byte to the point where mail may be handed over."""
        phase = Phase.CONNECT
        try:
            self._expect(phase, connection.connect(self._address.host, self._address.port))
            phase = Phase.GREETING
            self._expect(phase, connection.ehlo())
            if self._address.tls == "starttls":
                phase = Phase.TLS
                # No downgrade: a relay that does not offer TLS gets no mail.
                self._expect(phase, connection.starttls(context=self._context))
                phase = Phase.GREETING
                self._expect(phase, connection.ehlo())
            if self._address.user:
                phase = Phase.LOGIN
                self._expect(phase, connection.login(self._address.user, self._address.password))
        except smtplib.SMTPResponseException as error:
            self._expect(phase, (error.smtp_code, _as_bytes(error.smtp_error)))
            raise

    def _hand_over(self, mail: OutgoingMail) -> Outcome:
        had_carried = self._carried > 0
        phase, outcome = self._offer(mail)
        if phase is Phase.MAIL and had_carried and self._connection is None and not self._is_aborted:
            # Closed between two mails, as relays do after so many: no trouble unless it happens again.
            try:
                self._connect()
            except _StoppedError as stopped:
                return stopped.outcome
            _phase, outcome = self._offer(mail)
        return outcome

    def _offer(self, mail: OutgoingMail) -> tuple[Phase, Outcome]:
        """Hand a mail over on the standing connection: how far it came, and what became of it."""
        connection, phase = self._connection, Phase.MAIL
        if connection is None:
            return phase, Deferred("no connection", Scope.RELAY)
        if not (_PLAIN.fullmatch(mail.envelope_sender) and _PLAIN.fullmatch(mail.envelope_recipient)):
            return phase, Refused("the addresses of this mail cannot be said in SMTP")
        self._rested_at = None
        try:
            # Not by smtplib's own commands: they look for an address in what they are given (parseaddr).
            code, text = connection.docmd("MAIL", f"FROM:<{mail.envelope_sender}>")
            if code // 100 == _OK:
                phase = Phase.RCPT
                code, text = connection.docmd("RCPT", f"TO:<{mail.envelope_recipient}>")
            if code // 100 == _OK:
                phase = Phase.DATA
                code, text = connection.docmd("DATA")
                if code == _GO_AHEAD:
                    # When this fails, the dot at its end has not left us.
                    connection.send(_dotted(mail.content))
                    phase = Phase.DOT
                    code, text = connection.getreply()
                elif code // 100 == _OK:
                    code = _NO_ANSWER  # a "success" to DATA is no invitation: nothing was handed over
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return phase, broken_off(phase, self._trouble(error))
        outcome = outcome_of(phase, code, text)
        if isinstance(outcome, Accepted):
            self._carried += 1
            self._rested_at = time.monotonic()
        elif ends_the_conversation(code):
            self._drop()
        return phase, outcome

    def _expect(self, phase: Phase, answer: tuple[int, bytes]) -> None:
        code, text = answer
        if code // 100 != _OK:
            raise _StoppedError(self._for_relay(outcome_of(phase, code, text)))

    def _for_relay(self, outcome: Outcome) -> Outcome:
        where = f"{self._address.host} port {self._address.port}"
        return Deferred(f"{where} takes no mail: {self._without_password(outcome.reply)}", Scope.RELAY)

    def _trouble(self, error: Exception) -> str:
        where = f"{self._address.host} port {self._address.port}"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"{where}: its certificate is not trusted ({error.verify_message.lower()})"
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"{where}: {self._without_password(reason).lower()}"

    def _without_password(self, words: str) -> str:
        """Some relays repeat what they were told."""
        user, password = self._address.user, self._address.password
        if not password:
            return words
        for told in (f"\0{user}\0{password}", password):
            words = words.replace(base64.b64encode(told.encode()).decode(), "***").replace(told, "***")
        return words

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _be_patient(connection: smtplib.SMTP, seconds: float) -> None:
    """How long the next answers are waited for."""
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _as_bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _dotted(content: bytes) -> bytes:
    """The content as it stands on the wire: dots doubled at line starts (RFC 5321, 4.5.2), then the end."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    return stuffed + b".\r\n"
