"""Name servers as tests need them: a fake at the seam, and a real server on loopback."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from newsletter.subscriptions.resolving import RecordType, Silence

Answers = Mapping[str, tuple[str, ...] | Silence]


class FakeResolver:
    """Knows what a test wrote down, by `name TYPE`; all other names are nobody's."""

    def __init__(self, answers: Answers | None = None, *, gate: threading.Event | None = None) -> None:
        """`gate`: no question is answered before it is set."""
        self._answers = answers or {}
        self._gate = gate
        self.asked: list[str] = []

    def records(self, name: str, record_type: RecordType) -> tuple[str, ...] | Silence:
        self.asked.append(f"{name} {record_type}")
        if self._gate is not None and not self._gate.wait(10):
            return Silence.NO_ANSWER
        return self._answers.get(f"{name} {record_type}", Silence.NO_SUCH_NAME)


@contextmanager
def name_server(answers: Mapping[str, tuple[str, ...] | dns.rcode.Rcode | None]) -> Iterator[tuple[str, int]]:
    """A name server on loopback that answers records, an error code, or (None) nothing at all; where it listens."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            answer = _answer(dns.message.from_wire(wire), answers)
            if answer is not None:
                socket.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield ("127.0.0.1", server.server_address[1])
        server.shutdown()
        thread.join(10)


def _answer(query: dns.message.Message, answers: Mapping[str, Any]) -> dns.message.Message | None:
    question = query.question[0]
    found = answers.get(f"{question.name} {dns.rdatatype.to_text(question.rdtype)}", dns.rcode.NXDOMAIN)
    if found is None:
        return None
    answer = dns.message.make_response(query, recursion_available=True)
    if isinstance(found, dns.rcode.Rcode):
        answer.set_rcode(found)
    elif found:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *found))
    return answer
