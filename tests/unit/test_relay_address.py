"""Where the relay is, as an operator writes it; and the wire form of a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.transports.relay_address import RelayAddress, relay_address
from newsletter.delivery.transports.smtp import _dotted
from newsletter.errors import GazetteError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay.example:587?tls=starttls", ("relay.example", 587, "starttls")),
        ("smtp://relay.example", ("relay.example", 587, "starttls")),
        ("smtp://relay.example:25?tls=none", ("relay.example", 25, "none")),
        ("smtps://relay.example", ("relay.example", 465, "implicit")),
        ("smtps://relay.example:4650?tls=none", ("relay.example", 4650, "implicit")),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "none")),
        ("smtp://localhost", ("localhost", 587, "none")),
        ("smtp://[::1]:2525", ("::1", 2525, "none")),
        ("smtp://127.0.0.1:2525?tls=starttls", ("127.0.0.1", 2525, "starttls")),
        ("SMTP://Relay.Example", ("relay.example", 587, "starttls")),
    ],
)
def test_a_relay_is_written_as_a_url(url: str, expected: tuple[str, int, str]) -> None:
    address = relay_address(url)
    assert (address.host, address.port, address.tls) == expected
    assert (address.user, address.password) == ("", "")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "relay.example:587",
        "http://relay.example",
        "smtp://",
        "smtp:///path",
        "smtp://:587",
        "smtp://relay.example:99999",
        "smtp://relay.example:many",
        "smtp://[::1",
        "smtp://user:pa/ss@relay.example",
    ],
)
def test_what_is_no_relay_has_its_sentence(url: str) -> None:
    with pytest.raises(GazetteError) as caught:
        relay_address(url)
    assert str(caught.value) == (
        "GAZETTE_SMTP_URL: write it like smtp://mail.example.org:587?tls=starttls or smtps://mail.example.org, "
        "or leave it empty to use the local inbox."
    )
    assert "pa/ss" not in str(caught.value)


@pytest.mark.parametrize("tls", ["maybe", "off", "false", "STARTTLS"])
def test_a_kind_of_tls_that_is_unknown_is_never_taken_for_none(tls: str) -> None:
    with pytest.raises(GazetteError, match="tls is starttls or none"):
        relay_address(f"smtp://relay.example?tls={tls}")


def test_name_and_password_may_stand_in_the_url_or_apart() -> None:
    address = relay_address("smtp://post%40proof.example:a%2Fb+c@relay.example")
    assert (address.user, address.password) == ("post@proof.example", "a/b+c")
    address = relay_address("smtp://in-url:in-url@relay.example", user="apart", password="a/b+c@d")
    assert (address.user, address.password) == ("apart", "a/b+c@d")


def test_a_password_that_login_cannot_say_is_refused_without_being_told() -> None:
    for url, password in (("smtp://relay.example", "größe"), ("smtp://u:gr%C3%B6%C3%9Fe@relay.example", "")):
        with pytest.raises(GazetteError, match="letters beyond ASCII") as caught:
            relay_address(url, user="gazette", password=password)
        assert "größe" not in str(caught.value)


def test_a_password_does_not_show_in_print() -> None:
    assert "s3cret" not in repr(RelayAddress("relay.example", 587, "starttls", "gazette", "s3cret"))


def unstuffed(wire: bytes) -> bytes:
    """What a server makes of the bytes after DATA (RFC 5321, section 4.5.2)."""
    assert wire.endswith(b"\r\n.\r\n")
    lines = wire[: -len(b".\r\n")].split(b"\r\n")
    assert b"." not in lines, "the end would be seen too early"
    return b"\r\n".join(line.removeprefix(b".") for line in lines)


@given(st.lists(st.sampled_from([b"", b".", b"..", b".a", b"a.", b"a", b"..b", b"a" * 998])))
def test_dots_at_line_starts_survive_the_wire(lines: list[bytes]) -> None:
    content = b"".join(line + b"\r\n" for line in lines) or b"\r\n"
    assert unstuffed(_dotted(content)) == content


def test_the_end_of_a_mail_is_a_line_of_its_own() -> None:
    assert _dotted(b"x") == b"x\r\n.\r\n"
    assert _dotted(b"x\r\n") == b"x\r\n.\r\n"
    assert _dotted(b".") == b"..\r\n.\r\n"
    assert _dotted(b"a\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n").count(b"\r\n.\r\n") == 1
