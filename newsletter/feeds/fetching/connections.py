"""Connections to checked addresses, for httpx.

A name is looked up once per connection. Every address it has must be allowed, and the connection goes
to one of these addresses, not to the name again: a name that changes its mind in between gains nothing.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import httpcore
import httpx

from newsletter.errors import GazetteError
from newsletter.feeds.fetching.network import Address, AddressCheck, is_public, plain_address
from newsletter.feeds.fetching.resolving import Lookups, Resolve

_LONGEST_HEAD: Final = 256_000  # bytes before the body may begin, interim answers among them


class NotReachableError(GazetteError):
    """No connection is made: the name is unknown, or an address of it is not allowed."""


class Deadline:
    """The end of a whole fetch; a server that drips cannot move it."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def cap(self, timeout: float | None) -> float:
        """The time one step may take. Raises httpcore.ReadTimeout when none is left."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this fetch is over")
        return left if timeout is None else min(timeout, left)


class Head:
    """Counts what arrives before the body may begin: interim answers could go on without end."""

    def __init__(self) -> None:
        self._received = 0
        self.is_over = False

    def count(self, received: int) -> None:
        """Raises httpcore.RemoteProtocolError when it is too long."""
        self._received += received
        if not self.is_over and self._received > _LONGEST_HEAD:
            raise httpcore.RemoteProtocolError("the head of the answer does not end")


class CheckedTransport(httpx.BaseTransport):
    """Speaks HTTP over checked connections; each request has its own, and `extensions["deadline"]` bounds it."""

    def __init__(self, check: AddressCheck, resolve: Resolve) -> None:
        self._check = check
        self._lookups = Lookups(resolve)
        self._tls: ssl.SSLContext = httpx.create_ssl_context()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport; raises the errors of httpcore and NotReachableError."""
        deadline: Deadline = request.extensions["deadline"]
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.read(),
            extensions={"timeout": request.extensions["timeout"]},
        )
        head = Head()
        backend = _CheckedBackend(self._check, self._lookups, deadline, head)
        with ExitStack() as stack:
            # One pool per request: a connection kept open would outlive its check.
            pool = stack.enter_context(httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend))
            answer = pool.handle_request(sent)
            head.is_over = True
            stack.callback(answer.close)
            return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer, stack.pop_all()))


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, stack: ExitStack) -> None:
        self._answer = answer
        self._stack = stack

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._stack.close()


class _CheckedBackend(httpcore.SyncBackend):
    """Connects to checked addresses only."""

    def __init__(self, check: AddressCheck, lookups: Lookups, deadline: Deadline, head: Head) -> None:
        self._check = check
        self._lookups = lookups
        self._deadline = deadline
        self._head = head

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        trouble: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in self._addresses(host, port, timeout):
            try:
                stream = super().connect_tcp(
                    str(address), port, self._deadline.cap(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
            else:
                return _BoundedStream(stream, self._deadline, self._head)
        raise trouble or httpcore.ConnectError("the name has no address")

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[Address]:
        """The addresses of a host, once all of them have been found allowed."""
        try:
            found = [plain_address(text) for text in self._lookups.look_up(host, port, self._deadline.cap(timeout))]
        except TimeoutError:
            raise NotReachableError(f"Looking up {host} took too long (DNS).") from None
        except (OSError, UnicodeError, ValueError):
            raise NotReachableError(f"The name {host} is not known (DNS). Check how it is written.") from None
        if all(self._check.permits(address, port) for address in found):
            return found
        if all(is_public(address) for address in found):
            raise NotReachableError(
                f"Port {port} of {host} is not asked: sites are read at ports 80 and 443 only. "
                "An operator may allow its network in GAZETTE_FETCH_ALLOW."
            )
        raise NotReachableError(
            f"{host} is not on the public internet, so nothing is fetched from it. "
            "If the site is yours, an operator may allow its network in GAZETTE_FETCH_ALLOW."
        )


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline at the latest, and whose head is no longer than it may be."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, head: Head) -> None:
        self._stream = stream
        self._deadline = deadline
        self._head = head

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._stream.read(max_bytes, self._deadline.cap(timeout))
        self._head.count(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.cap(timeout))
        return _BoundedStream(secured, self._deadline, self._head)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
