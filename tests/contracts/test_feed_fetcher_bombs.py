"""What HttpFetcher does with answers that are made to cost: it leaves early, and says why."""

import gzip
import re
import socket
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import brotli  # type: ignore[import-untyped] # it ships no types
import pytest

from newsletter.feeds.fetching.fetcher import Fetched, Unreachable
from tests.loopback_site import FEED, Site, fetcher, page, sentence_of, status, without_end


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


def test_a_feed_of_two_hundred_megabytes_is_cut_off_early(site: Site) -> None:
    sent = 0

    def large(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        for _each in range(2_000):
            handler.wfile.write(b" " * 100_000)
            sent += 100_000

    site.pages["/feed"] = large
    assert "larger than 5 MB" in sentence_of(fetcher().fetch(site.url()))
    assert sent < 50_000_000  # what buffers on both sides hold comes on top of the 5 MB


@pytest.mark.parametrize(("megabytes", "words"), [(200, "it was not read|larger than 5 MB"), (4, "an attack")])
def test_a_gzip_bomb_is_not_unpacked(site: Site, megabytes: int, words: str) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = b"".join([*(bomb.compress(b" " * 1_000_000) for _each in range(megabytes)), bomb.flush()])
    site.pages["/feed"] = page(packed, Content_Encoding="gzip")
    assert re.search(words, sentence_of(fetcher().fetch(site.url())))


def test_a_brotli_bomb_is_not_unpacked(site: Site) -> None:
    site.pages["/feed"] = page(brotli.compress(b" " * 200_000_000, quality=1), Content_Encoding="br")
    assert "an attack" in sentence_of(fetcher().fetch(site.url()))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip", "br", "identity", ""])
def test_packed_feeds_are_unpacked(site: Site, encoding: str) -> None:
    packed = {"gzip": gzip.compress(FEED), "x-gzip": gzip.compress(FEED), "deflate": zlib.compress(FEED)}
    packed["br"] = brotli.compress(FEED)
    site.pages["/feed"] = page(packed.get(encoding, FEED), Content_Encoding=encoding)
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.content == FEED


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"not gzip", "gzip"), (b"x" * 99, "deflate"), (b"\xff" + FEED, "br"), (FEED, "gzip, gzip")]
)
def test_what_cannot_be_unpacked_is_a_sentence(site: Site, body: bytes, encoding: str) -> None:
    site.pages["/feed"] = page(body, Content_Encoding=encoding)
    sentence_of(fetcher().fetch(site.url()))


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\nX-Slow: "], ids=["in its body", "in its head"]
)
def test_a_server_that_drips_is_left(site: Site, head: bytes) -> None:
    site.pages["/feed"] = without_end(b"x", pause=0.05, head=head)
    started = time.monotonic()
    outcome = fetcher(total_seconds=0.5).fetch(site.url())
    assert sentence_of(outcome) == "127.0.0.1 did not answer in time."
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("piece", "head"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"X-More: " + b"x" * 900 + b"\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"x" * 1_000, b"HTTP/1.1 200 OK\r\nX-Long: "),
    ],
    ids=["interim answers", "headers", "one header"],
)
def test_a_head_without_end_is_left_early(site: Site, piece: bytes, head: bytes) -> None:
    site.pages["/feed"] = without_end(piece, head=head)
    assert sentence_of(fetcher().fetch(site.url())) == "127.0.0.1 broke off its answer."


def test_chunks_without_end_are_left_at_the_limit(site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.pages["/feed"] = without_end(b"10000\r\n" + b"x" * 65_536 + b"\r\n", head=head)
    assert "larger than 5 MB" in sentence_of(fetcher().fetch(site.url()))


def test_what_unpacks_to_nothing_without_end_is_left_at_the_limit(site: Site) -> None:
    head = b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    site.pages["/feed"] = without_end(gzip.compress(b"") * 1_000, head=head)
    assert "larger than 5 MB" in sentence_of(fetcher().fetch(site.url()))


def test_a_server_that_takes_the_call_and_says_nothing_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = fetcher(total_seconds=0.3).fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/feed")
    assert sentence_of(outcome) == "127.0.0.1 did not answer in time."


def test_nobody_there_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "cannot be reached" in sentence_of(fetcher().fetch(f"http://127.0.0.1:{port}/feed"))


def test_an_answer_that_breaks_off_is_no_feed(site: Site) -> None:
    def breaks_off(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n" + FEED)

    site.pages["/feed"] = breaks_off
    assert "broke off" in sentence_of(fetcher().fetch(site.url()))


def test_what_is_no_http_is_a_sentence(site: Site) -> None:
    site.pages["/feed"] = without_end(b"SSH-2.0-hello\r\n", head=b"")
    assert "broke off" in sentence_of(fetcher().fetch(site.url()))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (401, "does not let us"),
        (403, "does not let us"),
        (404, "no feed"),
        (418, "418"),
        (429, "later"),
        (503, "its own"),
    ],
)
def test_an_error_of_the_site_is_a_sentence(site: Site, code: int, words: str) -> None:
    site.pages["/feed"] = status(code, Retry_After="120")
    outcome = fetcher().fetch(site.url())
    assert words in sentence_of(outcome)
    assert isinstance(outcome, Unreachable)
    assert outcome.retry_after == "120"
