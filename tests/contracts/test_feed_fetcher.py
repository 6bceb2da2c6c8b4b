"""What every FeedFetcher promises, and what HttpFetcher promises beyond it, against a real server on loopback."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest

from newsletter.errors import GazetteError
from newsletter.feeds.fetching import FeedFetcher, Fetched, Gone, HttpFetcher, Unchanged, Unreachable
from newsletter.feeds.items import FeedError
from newsletter.feeds.parsing import parse
from tests.conftest import missing
from tests.fake_feeds import FakeFetcher, item, rss

FEED = rss(item()).encode()
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A web server on loopback that answers as a test wrote down, and counts who comes."""

    address: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    pages: dict[str, Answer] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(dict(self.headers.items()))
                with suppress(OSError):  # the fetcher may hang up at any time
                    site.pages.get(self.path, status(404))(self)

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


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        yield made


# What both promise.


@dataclass
class Publisher:
    """A fetcher and a way to put a feed where it finds it."""

    fetcher: FeedFetcher
    url: str
    publish: Callable[[bytes, str], None]
    end: Callable[[], None]


@pytest.fixture(params=["http", "fake"])
def publisher(request: pytest.FixtureRequest, site: Site) -> Publisher:
    if request.param == "fake":
        fake, url = FakeFetcher(), "https://proof.example/feed"
        return Publisher(
            fake,
            url,
            lambda body, etag: fake.publish_feed(url, body, etag=etag),
            lambda: fake.publish(url, Gone("It has ended (410).")),
        )
    return Publisher(
        fetcher(),
        site.url(),
        lambda body, etag: site.pages.update({"/feed": page(body, ETag=etag, Content_Type="application/rss+xml")}),
        lambda: site.pages.update({"/feed": status(410)}),
    )


def test_a_feed_is_given_with_its_mark_and_where_it_was_found(publisher: Publisher) -> None:
    publisher.publish(FEED, '"one"')
    found = publisher.fetcher.fetch(publisher.url)
    assert found == Fetched(FEED, "application/rss+xml", publisher.url, etag='"one"')


def test_nothing_new_costs_no_content(publisher: Publisher) -> None:
    publisher.publish(FEED, '"one"')
    assert publisher.fetcher.fetch(publisher.url, etag='"one"') == Unchanged()


def test_another_mark_brings_the_content(publisher: Publisher) -> None:
    publisher.publish(FEED, '"two"')
    assert isinstance(publisher.fetcher.fetch(publisher.url, etag='"one"'), Fetched)


def test_no_feed_is_a_sentence(publisher: Publisher) -> None:
    assert "(404)" in sentence_of(publisher.fetcher.fetch(publisher.url))


def test_a_feed_that_has_ended_says_so(publisher: Publisher) -> None:
    publisher.end()
    outcome = publisher.fetcher.fetch(publisher.url)
    assert isinstance(outcome, Gone)
    assert "ended" in outcome.sentence


# What is sent.


def test_a_request_says_who_asks_and_sends_both_marks(site: Site) -> None:
    fetcher().fetch(site.url(), etag='"x"', last_modified="Tue, 24 Nov 2026 09:00:00 GMT")
    (sent,) = site.requests
    assert sent["User-Agent"] == "Gazette/0.1"
    assert sent["Host"] == f"127.0.0.1:{site.port}"
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"x"', "Tue, 24 Nov 2026 09:00:00 GMT")


def test_a_mark_that_no_request_can_carry_is_left_out(site: Site) -> None:
    site.pages["/feed"] = page()
    assert isinstance(fetcher().fetch(site.url(), etag='"é\n"'), Fetched)
    assert "If-None-Match" not in site.requests[0]


def test_cookies_are_not_kept(site: Site) -> None:
    site.pages["/feed"] = page(Set_Cookie="who=you")
    one = fetcher()
    one.fetch(site.url())
    one.fetch(site.url())
    assert "Cookie" not in site.requests[1]


def test_not_modified_without_being_asked_is_no_answer(site: Site) -> None:
    site.pages["/feed"] = status(304)
    assert "304" in sentence_of(fetcher().fetch(site.url()))


# Redirects.


def test_a_move_for_good_is_told(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/new", 301), "/new": leads_to("/newer", 308), "/newer": page()}
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.moved_to == found.url == site.url("/newer")


def test_a_detour_is_followed_and_not_remembered(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/new", 301), "/new": leads_to("/today", 302), "/today": page()}
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert (found.url, found.moved_to) == (site.url("/today"), site.url("/new"))


def test_a_detour_before_a_move_makes_it_a_detour(site: Site) -> None:
    site.pages |= {"/feed": leads_to("/today", 307), "/today": leads_to("/new", 301), "/new": page()}
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.moved_to is None


def test_five_redirects_are_followed_and_no_more(site: Site) -> None:
    site.pages |= {f"/{n}": leads_to(f"/{n + 1}") for n in range(6)} | {"/6": page()}
    assert isinstance(fetcher().fetch(site.url("/1")), Fetched)
    assert "without end" in sentence_of(fetcher().fetch(site.url("/0")))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/feed", "http://a:b@127.0.0.1/feed", "http://"]
)
def test_a_redirect_leads_to_the_web_only(site: Site, target: str) -> None:
    site.pages["/feed"] = leads_to(target)
    sentence_of(fetcher().fetch(site.url()))


def test_a_redirect_to_a_private_address_is_not_followed(site: Site) -> None:
    with Site("127.0.0.2") as private:
        private.pages["/feed"] = page()
        site.pages["/feed"] = leads_to(private.url())
        outcome = fetcher("127.0.0.1", ports={private.port}).fetch(site.url())
        assert "not on the public internet" in sentence_of(outcome)
        assert private.connections == 0


# The address check.


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "0", "0.0.0.0"],
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

    with Site("127.0.0.2") as other:
        # The same port on both addresses, so that only the address tells them apart.
        with socket.create_server(("127.0.0.1", other.port)) as trap:
            trap.settimeout(0)
            other.pages["/feed"] = page()
            outcome = fetcher("127.0.0.2", resolve=flips).fetch(other.url(host="flips.example"))
            assert isinstance(outcome, Fetched)
            assert other.requests[0]["Host"] == f"flips.example:{other.port}"
            with pytest.raises(BlockingIOError):
                trap.accept()
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


def test_a_gzip_bomb_is_not_unpacked(site: Site) -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = b"".join([*(bomb.compress(b" " * 1_000_000) for _each in range(200)), bomb.flush()])
    site.pages["/feed"] = page(packed, Content_Encoding="gzip")
    assert "looks like an attack" in sentence_of(fetcher().fetch(site.url()))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip", "identity", ""])
def test_packed_feeds_are_unpacked(site: Site, encoding: str) -> None:
    packed = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(FEED)
    site.pages["/feed"] = page(packed, Content_Encoding=encoding)
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert found.content == FEED


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"not gzip", "gzip"), (b"x" * 99, "deflate"), (FEED, "br"), (FEED, "gzip, gzip")]
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


# With the parser.


def test_a_feed_with_a_wrong_encoding_named_is_read(site: Site) -> None:
    site.pages["/feed"] = page(rss(item("Größe")).encode(), Content_Type="text/xml; charset=iso-8859-1")
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    assert parse(found.content, found.content_type, found.url).items[0].title == "Größe"


def test_a_web_page_is_no_feed(site: Site) -> None:
    site.pages["/feed"] = page(b"<!DOCTYPE html><html><body>News</body></html>", Content_Type="text/html")
    found = fetcher().fetch(site.url())
    assert isinstance(found, Fetched)
    with pytest.raises(FeedError, match="web page, not a feed"):
        parse(found.content, found.content_type, found.url)


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
