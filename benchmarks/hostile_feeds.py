"""Feeds that mean harm, asked for as a worker asks: what is answered, how long it takes, what memory it costs.

    python benchmarks/hostile_feeds.py

A server on loopback gives each of them; ten good feeds are polled meanwhile, over and over. It fails when a
hostile feed takes longer than 15 seconds, when this process grows by 100 MB, or when a good feed is not read.
"""

import gzip
import json
import resource
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote, unquote

import brotli  # type: ignore[import-untyped] # it ships no types

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.feeds.asking import Read, ask
from newsletter.feeds.fetching.fetcher import Gone, Unreachable
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.intake import Intake, isolated_intake
from newsletter.feeds.isolation.isolating import Isolation

Body: TypeAlias = Callable[[], Iterator[bytes]]
_MEGABYTE: Final = 1_000_000
_OK: Final = b"HTTP/1.0 200 OK\r\n"
_CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_MOST_SECONDS: Final = 15
_MOST_MEGABYTES: Final = 100
_PIECES: Final = 1_000_000  # what is without end ends here, should nobody hang up


def _item(number: int, text: str = "The ice is thinner than was thought.") -> str:
    return (
        f"<item><title>Article {number}</title><link>https://news.example/{number}</link>"
        f"<guid isPermaLink='false'>{number}</guid><description>{text}</description></item>"
    )


def _rss(items: str, before: str = "") -> bytes:
    channel = f"<title>News</title><link>https://news.example/</link><description>News</description>{items}"
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def _plain(body: bytes, headers: bytes = b"") -> Body:
    return lambda: iter((_OK + headers + b"\r\n", body))


def _over_and_over(head: bytes, piece: bytes, pause: float = 0.0) -> Body:
    def pieces() -> Iterator[bytes]:
        yield head
        for _each in range(_PIECES):
            yield piece
            time.sleep(pause)

    return pieces


def _entities() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _rss(_item(1, "&l9;"), f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>')


def _quadratic() -> bytes:
    return _rss(_item(1, "&a;" * 50_000), f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>')


def _gzip_zeros() -> bytes:
    """A gigabyte of zeros, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*(packer.compress(bytes(_MEGABYTE)) for _each in range(1_000)), packer.flush()])


def _nested(depth: int) -> bytes:
    return _rss(_item(1, "<b>" * depth + "deep" + "</b>" * depth))


def _hostile() -> dict[str, Body]:
    """All of them, by what they do."""
    return {
        "billion laughs": _plain(_entities()),
        "quadratic entities": _plain(_quadratic()),
        "a foreign DTD": _plain(_rss(_item(1), '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">')),
        "a file as entity": _plain(_rss(_item(1, "&x;"), '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
        "1 GB of gzip zeros": _plain(_gzip_zeros(), b"Content-Encoding: gzip\r\n"),
        "gzip in gzip": _plain(gzip.compress(_gzip_zeros()), b"Content-Encoding: gzip\r\n"),
        "brotli bomb": _plain(brotli.compress(bytes(500 * _MEGABYTE), quality=5), b"Content-Encoding: br\r\n"),
        "empty gzip members": _over_and_over(_OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1_000),
        "endless body": _over_and_over(_OK + b"\r\n", bytes(65_536)),
        "endless chunks": _over_and_over(_CHUNKED, b"10000\r\n" + bytes(65_536) + b"\r\n"),
        "endless tiny chunks": _over_and_over(_CHUNKED, b"1\r\n \r\n" * 1_000),
        "slow drip": _over_and_over(_OK + b"\r\n", b" ", 0.2),
        "slow headers": _over_and_over(_OK + b"X-Slow: ", b"x", 0.2),
        "huge headers": _over_and_over(_OK, b"X-More: " + b"x" * 8_000 + b"\r\n"),
        "endless 100-continue": _over_and_over(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        "redirects in a circle": lambda: iter(
            (b"HTTP/1.0 302 Found\r\nLocation: /redirects%20in%20a%20circle\r\n\r\n",)
        ),
        "redirect to metadata": lambda: iter((b"HTTP/1.0 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n",)),
        "deep XML": _plain(b"<rss>" + b"<a>" * 1_000_000),
        "deep HTML in an item": _plain(_nested(200_000)),
        "deep escaped HTML": _plain(_rss(_item(1, "&lt;b>" * 300_000))),
        "deep JSON": _plain(b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 2_000_000),
        "50,000 items": _plain(_rss("".join(_item(n, "Ice.") for n in range(50_000)))[:4_990_000]),
        "50,000 attributes": _plain(b"<rss " + b" ".join(b'a%d="x"' % n for n in range(50_000)) + b"></rss>"),
        "a title of 100 kB": _plain(_rss(_item(1).replace("Article 1", "Ice " * 25_000))),
        "NUL bytes": _plain(_rss(_item(1)).replace(b"ice", b"i\0ce") + bytes(100_000)),
        "mixed encodings": _plain(_rss(_item(1, "Größe")) + "Größe".encode("utf-16") + "Größe".encode("latin-1")),
        "nothing but <": _plain(b"<" * 4_900_000),
        "nothing but <item>": _plain(b"<rss>" + b"<item>" * 800_000),
        "random bytes": _plain(bytes(n * 2_654_435_761 >> 7 & 0xFF for n in range(500_000))),
    }


@dataclass
class _Good:
    """What happened to the good feeds meanwhile."""

    is_over: threading.Event = field(default_factory=threading.Event)
    seconds: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def poll(self, intake: Intake, url: str) -> None:
        """Ask for a good feed until all is over."""
        while not self.is_over.wait(0.2):
            started = time.monotonic()
            answer = ask(intake, url)
            self.seconds.append(time.monotonic() - started)
            if not isinstance(answer, Read) or len(answer.parsed.items) != 1:
                self.troubles.append(str(answer))


def main() -> None:
    """Ask for each, print what came of it, and fail where a limit was passed."""
    # The server is a process of its own, so that what it holds does not count here.
    server = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        port, names = json.loads(server.stdout.readline())
        _measure(f"http://127.0.0.1:{port}/", names)
    finally:
        server.kill()
        server.wait()


def _measure(base: str, names: list[str]) -> None:
    isolation, good = Isolation(), _Good()
    intake = isolated_intake(HttpFetcher(("127.0.0.1",), "Gazette-benchmark/1"), isolation)
    ask(intake, base + "good")
    at_first, failed = _megabytes(), []
    with ThreadPoolExecutor(10) as pool:
        for _each in range(10):
            pool.submit(good.poll, intake, base + "good")
        for name in names:
            seconds, sentence = _asked(intake, base + quote(name))
            growth = _megabytes() - at_first
            print(f"{name:24} {seconds:5.1f} s  {growth:+5.0f} MB  {sentence}")
            if seconds > _MOST_SECONDS or growth > _MOST_MEGABYTES:
                failed.append(name)
        good.is_over.set()
    isolation.close()
    slowest = max(good.seconds, default=0.0)
    print(f"good feeds: {len(good.seconds)} times read, the slowest in {slowest:.2f} s, {len(good.troubles)} troubles")
    print(*good.troubles[:3], sep="\n")
    sys.exit(1 if failed or good.troubles or not good.seconds else 0)


def _asked(intake: Intake, url: str) -> tuple[float, str]:
    started = time.monotonic()
    answer = ask(intake, url)
    seconds = time.monotonic() - started
    match answer:
        case Unreachable(sentence=sentence) | Gone(sentence=sentence):
            return seconds, sentence
        case Read(parsed=parsed):
            return seconds, " ".join((f"read: {len(parsed.items):,} articles.", *parsed.left_out))
        case other:
            return seconds, str(other)


def _megabytes() -> float:
    """The most memory that this process has ever had at once; what it gave back counts too."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MEGABYTE


def serve() -> None:
    """Print the port and the names of the hostile ones, and give them until somebody ends this."""
    hostile = _hostile()
    bodies = hostile | {"good": _plain(_rss(_item(1)))}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):  # the other side may hang up at any time
                for piece in bodies[unquote(self.path[1:])]():
                    self.wfile.write(piece)

        def log_message(self, *_arguments: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(json.dumps([server.server_address[1], list(hostile)]), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()
