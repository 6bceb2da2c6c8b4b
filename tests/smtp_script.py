"""A real SMTP server that does as it is told: any answer at any step, silence, a hang-up, TLS or none."""

import contextlib
import socket
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum, auto
from pathlib import Path
from typing import BinaryIO, Final, Self

CERTIFICATE: Final = Path(__file__).parent / "samples" / "tls" / "certificate.pem"
KEY: Final = CERTIFICATE.with_name("key.pem")
_PATIENCE: Final = 20.0


class Step(StrEnum):
    """What a client does, and may be answered."""

    CONNECT = auto()
    EHLO = auto()
    STARTTLS = auto()
    AUTH = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    BODY = auto()  # the mail is on its way; only HANG_UP means something here
    DOT = auto()
    RSET = auto()
    QUIT = auto()


SILENCE: Final = "(silence)"
HANG_UP: Final = "(hang up)"
HANG_UP_AFTERWARDS: Final = "(hang up afterwards) "  # put before an answer

_USUAL: Final = {
    Step.CONNECT: "220 relay.test ready",
    Step.STARTTLS: "220 go ahead",
    Step.AUTH: "235 2.7.0 welcome",
    Step.MAIL: "250 2.1.0 ok",
    Step.RCPT: "250 2.1.5 ok",
    Step.DATA: "354 end with a dot",
    Step.DOT: "250 2.0.0 taken",
    Step.RSET: "250 2.0.0 ok",
    Step.QUIT: HANG_UP_AFTERWARDS + "221 2.0.0 bye",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that was answered after its dot, whatever the answer; the content as it stood on the wire."""

    sender: str
    recipient: str
    wire: bytes
    was_encrypted: bool


class _HungUpError(Exception):
    """This conversation is over."""


@dataclass
class ScriptedRelay:
    """Listens on loopback while it is entered. What is told with `then` is done once each, in turn."""

    tls: str = "none"  # "none", "starttls" or "implicit"
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    taken: list[Taken] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # every command, as it came
    connections: int = 0
    port: int = 0
    _reached: dict[Step, int] = field(default_factory=lambda: defaultdict(int))
    _something_happened: threading.Condition = field(default_factory=threading.Condition)
    _delays: dict[Step, float] = field(default_factory=dict)
    _script: dict[Step, list[str]] = field(default_factory=lambda: defaultdict(list))
    _is_over: threading.Event = field(default_factory=threading.Event)
    _listeners: list[socket.socket] = field(default_factory=list)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def then(self, step: Step, *answers: str) -> Self:
        """At the next occurrences of a step give these answers, afterwards the usual one."""
        self._script[step] += answers
        return self

    def wait_for(self, step: Step, *, times: int = 1) -> None:
        """Wait until a client has come to a step so often."""
        with self._something_happened:
            assert self._something_happened.wait_for(lambda: self._reached[step] >= times, _PATIENCE)

    def slow_down(self, step: Step, seconds: float) -> None:
        """Wait so long before each answer to a step."""
        self._delays[step] = seconds

    def also_listen_on(self, host: str) -> None:
        """Be reached at another address of this machine, on the same port."""
        self._listen(host)

    def __enter__(self) -> Self:
        self._listen("127.0.0.1")
        return self

    def _listen(self, host: str) -> None:
        listener = socket.create_server((host, self.port))
        self.port = int(listener.getsockname()[1])
        self._listeners.append(listener)
        self._begin(self._accept, listener)

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        for each in (*self._listeners, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(_PATIENCE)
            assert not thread.is_alive()

    def _begin(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._is_over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self.opened(connection)
            self._begin(self._serve, connection)

    def opened(self, connection: socket.socket) -> None:
        """A connection that is to be ended with the relay."""
        self._open.append(connection)

    def _serve(self, connection: socket.socket) -> None:
        conversation = _Conversation(self, connection)
        try:
            with contextlib.suppress(OSError, _HungUpError, ValueError):
                conversation.run()
        finally:
            conversation.close()

    def next_answer(self, step: Step) -> str | None:
        """What is to be done at this occurrence of a step."""
        answers = self._script[step]
        answer = answers.pop(0) if answers else self._usual(step)
        with self._something_happened:
            self._reached[step] += 1
            self._something_happened.notify_all()
        if step in self._delays:
            self._is_over.wait(self._delays[step])
        if answer == SILENCE:
            self._is_over.wait(_PATIENCE)
            raise _HungUpError
        return answer

    def _usual(self, step: Step) -> str | None:
        if step is Step.EHLO:
            names = ["relay.test", *self.offers, *(["STARTTLS"] if self.tls == "starttls" else [])]
            return "\r\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])
        return _USUAL.get(step)


class _Conversation:
    """One connection."""

    def __init__(self, relay: ScriptedRelay, connection: socket.socket) -> None:
        self._relay = relay
        self._socket = connection
        self._is_encrypted = False
        self._lines: BinaryIO = self._socket.makefile("rb")
        self._sender = ""
        self._recipient = ""

    def run(self) -> None:
        """Talk until the other side or the script has enough."""
        if self._relay.tls == "implicit":
            self._encrypt()
        self._answer(Step.CONNECT)
        while line := self._lines.readline():
            text = line.decode("ascii", "replace").rstrip("\r\n")
            self._relay.said.append(text)
            verb, _, rest = text.partition(" ")
            step = Step(verb.lower())
            if step is Step.MAIL:
                self._sender = _between(rest)
            elif step is Step.RCPT:
                self._recipient = _between(rest)
            answer = self._answer(step)
            if step is Step.STARTTLS and answer.startswith("220"):
                self._encrypt()
            elif step is Step.DATA and answer.startswith("354"):
                self._take()

    def _take(self) -> None:
        if self._relay.next_answer(Step.BODY) == HANG_UP:
            raise _HungUpError
        content = b""
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise _HungUpError
            content += line
        self._relay.taken.append(Taken(self._sender, self._recipient, content, self._is_encrypted))
        self._answer(Step.DOT)

    def _answer(self, step: Step) -> str:
        answer = self._relay.next_answer(step) or ""
        if answer == HANG_UP:
            raise _HungUpError
        text = answer.removeprefix(HANG_UP_AFTERWARDS)
        self._socket.sendall(text.encode() + b"\r\n")
        if text != answer:
            raise _HungUpError
        return text

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        self._lines.close()
        self._socket = context.wrap_socket(self._socket, server_side=True)
        self._lines = self._socket.makefile("rb")
        self._relay.opened(self._socket)
        self._is_encrypted = True

    def close(self) -> None:
        """End it for good."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()


def _between(text: str) -> str:
    """`anna@example.org` of `TO:<anna@example.org>`."""
    return text.partition("<")[2].partition(">")[0]
