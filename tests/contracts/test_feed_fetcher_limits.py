"""What HttpFetcher does not do: connect where it must not, read without end, trust an unknown certificate."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from newsletter.errors import GazetteError
from newsletter.feeds.fetching.fetcher import Fetched
from newsletter.feeds.fetching.http import HttpFetcher
from newsletter.feeds.fetching.resolving import Lookups
from tests.conftest import missing
from tests.loopback_site import Site, fetcher, page, sentence_of


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
