"""What HttpFetcher does not do: connect where it must not, read without end, trust an unknown certificate."""

import gzip
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import brotli  # type: ignore[import-untyped] # it ships no types
import pytest

from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import Fetched, Unreachable
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.fetching.resolving import Lookups
from tests.conftest import missing
from tests.loopback_site import FEED, Site, fetcher, page, sentence_of, status, without_end


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


# The address check.


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "0",
        "[::1]",
        "[::]",
    ],
)
def test_no_spelling_of_loopback_is_connected_to(site: Site, host: str) -> None:
    site.pages["/feed"] = page()
    guarded = HttpFetcher((), "Gazette/0.1", ports={site.port})
    sentence_of(guarded.fetch(site.url(host=host)))
    assert site.connections == 0


def test_a_private_network_can_be_allowed(site: Site) -> None:
    site.pages["/feed"] = page()
    assert isinstance(fetcher("10.0.0.0/8", "127.0.0.1").fetch(site.url()), Fetched)


def test_every_address_of_a_name_must_be_allowed(site: Site) -> None:
    site.pages["/feed"] = page()
    guarded = fetcher("127.0.0.1", ports={site.port}, resolve=lambda _host, _port: ["127.0.0.1", "127.0.0.2"])
    assert "not on the public internet" in sentence_of(guarded.fetch(site.url(host="two.example")))
    assert site.connections == 0


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked(site: Site) -> None:
    asked: list[str] = []

    def flips(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2" if len(asked) == 1 else "127.0.0.1"]

    with Site("127.0.0.2") as checked:
        checked.pages["/feed"] = page()
        outcome = fetcher("127.0.0.2", resolve=flips).fetch(checked.url(host="flips.example"))
        assert isinstance(outcome, Fetched)
        assert checked.requests[0]["Host"] == f"flips.example:{checked.port}"
    assert asked == ["flips.example"]


def test_the_next_address_is_tried_when_one_does_not_answer(site: Site) -> None:
    site.pages["/feed"] = page()
    both = fetcher(resolve=lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
    assert isinstance(both.fetch(site.url(host="two.example")), Fetched)


def test_other_ports_than_those_of_the_web_are_not_asked() -> None:
    public = HttpFetcher((), "Gazette/0.1", resolve=lambda _host, _port: ["93.184.215.14"])
    assert "ports 80 and 443" in sentence_of(public.fetch("http://public.example:6379/feed"))


def test_an_unknown_name_is_a_sentence() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert "nowhere.example is not known" in sentence_of(fetcher(resolve=unknown).fetch("http://nowhere.example/feed"))


def test_a_look_up_that_hangs_ends() -> None:
    answered = threading.Event()

    def hangs(_host: str, _port: int) -> list[str]:
        answered.wait(20)
        return []

    outcome = fetcher(resolve=hangs, total_seconds=0.2).fetch("http://slow.example/feed")
    answered.set()
    assert "slow.example took too long" in sentence_of(outcome)


def test_names_that_hang_do_not_pile_up() -> None:
    answered, running = threading.Event(), []

    def hangs(host: str, _port: int) -> list[str]:
        running.append(host)
        answered.wait(20)
        return []

    lookups = Lookups(hangs, most_at_once=2)
    for _each in range(5):
        with pytest.raises(TimeoutError):
            lookups.look_up("slow.example", 80, 0.05)
    assert len(running) == 2
    answered.set()


def test_many_threads_share_a_fetcher(site: Site) -> None:
    site.pages |= {f"/{n}": page(f"{n}".encode(), Set_Cookie=f"who={n}") for n in range(60)}
    one = fetcher()
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda n: one.fetch(site.url(f"/{n}")), range(60)))
    assert [each.content for each in found if isinstance(each, Fetched)] == [f"{n}".encode() for n in range(60)]
    assert not any("Cookie" in each for each in site.requests)


def test_proxies_of_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with Site() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        site.pages["/feed"] = page()
        assert isinstance(fetcher().fetch(site.url()), Fetched)
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "url", ["", "feed", "file:///etc/passwd", "http://", "http://[", "http://a:99999/", "http://a b/"]
)
def test_what_is_no_web_address_is_a_sentence(url: str) -> None:
    sentence_of(fetcher().fetch(url))


@pytest.mark.parametrize("entry", ["example.org", "10.0.0.0/99", "everything", "10.0.0.0/8;192.168.0.0/16"])
def test_an_allowed_network_that_is_none_is_refused_at_the_start(entry: str) -> None:
    with pytest.raises(GazetteError, match=r"^GAZETTE_FETCH_ALLOW: .* write it like 10\.0\.0\.0/8"):
        HttpFetcher((entry,), "Gazette/0.1")


# Bombs.


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


# TLS.


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate and its key for news.example, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        missing("There is no openssl here to make a certificate with.")
        raise AssertionError
    files = {name: tmp_path / name for name in ("key", "cert")}
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(files["key"]), "-out", str(files["cert"]), "-days", "2"),
            *("-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"),
        ],
        check=True,
        capture_output=True,
        timeout=20,
    )
    both = tmp_path / "both.pem"
    both.write_bytes(files["key"].read_bytes() + files["cert"].read_bytes())
    return both


@pytest.fixture
def secure_site(certificate: Path) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Site(tls=context) as made:
        made.pages["/feed"] = page()
        yield made


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_site: Site) -> None:
    outcome = fetcher(resolve=lambda _host, _port: ["127.0.0.1"]).fetch(f"https://news.example:{secure_site.port}/feed")
    assert "certificate of news.example is not valid" in sentence_of(outcome)
    assert not secure_site.requests


def test_the_certificate_is_checked_against_the_name_though_the_address_is_connected_to(
    secure_site: Site, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusting = fetcher(resolve=lambda _host, _port: ["127.0.0.1"])
    assert isinstance(trusting.fetch(f"https://news.example:{secure_site.port}/feed"), Fetched)
    assert "certificate" in sentence_of(trusting.fetch(f"https://other.example:{secure_site.port}/feed"))
