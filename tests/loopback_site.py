"""A web server on loopback that answers as a test wrote down, and counts who comes."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self, TypeAlias
from urllib.parse import parse_qsl

from newsletter.feeds.fetching.fetcher import Unreachable
from newsletter.feeds.fetching.http import HttpFetcher
from tests.fake_feeds import item, rss

FEED = rss(item()).encode()
Answer: TypeAlias = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A web server on loopback that answers as a test wrote down, and counts who comes."""

    address: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    pages: dict[str, Answer] = field(default_factory=dict)
    others: Answer | None = None  # of addresses that are not among the pages
    requests: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(dict(self.headers.items()))
                site.paths.append(self.path)
                with suppress(OSError):  # the fetcher may hang up at any time
                    site.pages.get(self.path, site.others or status(404))(self)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                site.forms.append(dict(parse_qsl(body.decode())))
                self.do_GET()

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
                return

        class Server(ThreadingHTTPServer):
            def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
                site.connections += 1
                connection, client = super().get_request()
                return connection, client

            def handle_error(self, request: object, client_address: object) -> None:
                return

        self._server = Server((self.address, 0), Handler)
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def url(self, path: str = "/feed", host: str = "") -> str:
        return f"http://{host or self.address}:{self.port}{path}"


def page(body: bytes = FEED, code: int = 200, **headers: str) -> Answer:
    """A page, with headers whose names are written with underscores."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        etag = headers.get("ETag")
        if etag and handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.end_headers()
            return
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def status(code: int, **headers: str) -> Answer:
    return page(b"", code, **headers)


def leads_to(url: str, code: int = 302) -> Answer:
    return status(code, Location=url)


def without_end(piece: bytes, *, pause: float = 0.0, head: bytes = b"HTTP/1.0 200 OK\r\n\r\n") -> Answer:
    """Bytes until the other side hangs up, or 200 MB."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        for _each in range(200_000_000 // len(piece)):
            handler.wfile.write(piece)
            time.sleep(pause)

    return answer


def fetcher(*allow: str, **options: object) -> HttpFetcher:
    return HttpFetcher(allow or ("127.0.0.0/8",), "Gazette/0.1", **options)  # type: ignore[arg-type] # tests name them


def sentence_of(outcome: object) -> str:
    assert isinstance(outcome, Unreachable), outcome
    return outcome.sentence
