"""Who asks, behind proxies that are named and before those that are not."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.client_address import ClientAddress, Proxies, client_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

INNER = (ip_network("10.0.0.0/8"), ip_network("127.0.0.1"), ip_network("fd00::/8"))
READER = "198.51.100.7"


def seen(proxies: Proxies, **environ: str) -> "WSGIEnvironment":
    """What an application behind these proxies sees."""
    found: WSGIEnvironment = {}

    def application(given: "WSGIEnvironment", _start: "StartResponse") -> Iterable[bytes]:
        found.update(given)
        return []

    list(ClientAddress(application, proxies)({"wsgi.url_scheme": "http", **environ}, lambda *_: lambda _: None))
    return found


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", READER, READER),
        ("10.1.1.1", f"{READER}, 10.2.2.2", READER),
        ("10.1.1.1", f"203.0.113.1, {READER}, 10.2.2.2", READER),  # its beginning was invented
        ("10.1.1.1", f"10.9.9.9, {READER}", READER),
        ("10.1.1.1", "10.2.2.2, 10.3.3.3", "10.2.2.2"),  # a reader within the house
        ("10.1.1.1", f"{READER}, nonsense", "10.1.1.1"),
        ("10.1.1.1", f"{READER}, unknown, 10.2.2.2", "10.2.2.2"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", f"{READER}:4711", READER),
        ("10.1.1.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.1.1.1", '"2001:db8::1"', "2001:db8::1"),
        ("::ffff:10.1.1.1", f"::ffff:{READER}", READER),
        ("fd00::1", READER, READER),
        (READER, "203.0.113.1", READER),  # the peer is no proxy of ours
        ("", "203.0.113.1", ""),
    ],
)
def test_behind_named_proxies_the_last_address_that_is_none_of_them_asks(
    peer: str, forwarded: str, client: str
) -> None:
    assert client_of(peer, forwarded, INNER) == client


@pytest.mark.parametrize(
    ("hops", "forwarded", "client"),
    [
        (0, READER, "10.1.1.1"),
        (1, f"203.0.113.1, {READER}", READER),
        (2, f"203.0.113.1, {READER}, 10.2.2.2", READER),
        (3, f"{READER}, 10.2.2.2", "10.1.1.1"),
        (1, f"{READER}, nonsense", "10.1.1.1"),
    ],
)
def test_counted_proxies_are_counted_from_the_right(hops: int, forwarded: str, client: str) -> None:
    assert client_of("10.1.1.1", forwarded, hops) == client


@given(st.lists(st.ip_addresses().map(str), max_size=5), st.text(alphabet='0123456789.:, []"', max_size=60))
def test_whatever_a_client_writes_itself_it_stays_the_client(invented: list[str], nonsense: str) -> None:
    chain = ", ".join([nonsense, *invented, READER])
    assert client_of("10.1.1.1", chain, INNER) == READER


def test_only_a_proxy_of_ours_says_the_scheme_and_nobody_the_host() -> None:
    sent = {"HTTP_X_FORWARDED_FOR": READER, "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "evil.example"}
    believed = seen(INNER, REMOTE_ADDR="10.1.1.1", HTTP_HOST="ours.example", **sent)
    assert (believed["REMOTE_ADDR"], believed["wsgi.url_scheme"]) == (READER, "https")
    assert believed["HTTP_HOST"] == "ours.example"
    other = seen(INNER, REMOTE_ADDR="203.0.113.9", **sent)
    assert (other["REMOTE_ADDR"], other["wsgi.url_scheme"]) == ("203.0.113.9", "http")


def test_a_proxy_that_nobody_named_is_told_once() -> None:
    application = ClientAddress(lambda _environ, _start: [], ())
    environ = {"REMOTE_ADDR": "172.18.0.1", "HTTP_X_FORWARDED_FOR": READER}
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            application(dict(environ), lambda *_: lambda _: None)
    assert [log["event"] for log in logs] == ["proxy_not_named"]
    assert READER not in str(logs)
