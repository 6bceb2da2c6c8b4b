"""The resolver of the world outside, against a real name server on loopback."""

import socket
import time

import dns.rcode

from newsletter.subscriptions.name_servers import NameServers
from newsletter.subscriptions.resolving import Silence
from tests.fake_resolver import name_server


def test_records_come_as_text() -> None:
    with name_server({"example.org. MX": ("10 mx.example.org.",)}) as where:
        assert NameServers([where]).records("example.org", "MX") == ("10 mx.example.org.",)


def test_a_null_mx_is_kept_as_it_is() -> None:
    with name_server({"example.com. MX": ("0 .",)}) as where:
        assert NameServers([where]).records("example.com", "MX") == ("0 .",)


def test_a_name_that_nobody_has_and_one_without_such_a_record_are_told_apart() -> None:
    with name_server({"example.org. A": ()}) as where:
        assert NameServers([where]).records("nobody.example.org", "MX") is Silence.NO_SUCH_NAME
        assert NameServers([where]).records("example.org", "A") is Silence.NO_SUCH_RECORD


def test_a_server_in_trouble_tells_nothing() -> None:
    with name_server({"example.org. MX": dns.rcode.SERVFAIL, "example.com. MX": dns.rcode.REFUSED}) as where:
        assert NameServers([where]).records("example.org", "MX") is Silence.NO_ANSWER
        assert NameServers([where]).records("example.com", "MX") is Silence.NO_ANSWER


def test_a_silent_server_is_waited_for_two_seconds_and_not_longer() -> None:
    began_at = time.monotonic()
    with name_server({"example.org. MX": None}) as where:
        assert NameServers([where]).records("example.org", "MX") is Silence.NO_ANSWER
    assert time.monotonic() - began_at < 3


def test_where_nobody_listens_nothing_is_known() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spare:
        spare.bind(("127.0.0.1", 0))
        where = spare.getsockname()
    assert NameServers([where]).records("example.org", "MX") is Silence.NO_ANSWER


def test_what_cannot_be_a_name_is_asked_of_nobody() -> None:
    with name_server({}) as where:
        for name in ("a..b", "x" * 64 + ".org", ""):
            assert NameServers([where]).records(name, "MX") in {Silence.NO_ANSWER, Silence.NO_SUCH_NAME}
