"""Which addresses may be connected to."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.fetching.network import AddressCheck, is_public, plain_address

NOT_PUBLIC = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254", "169.254.169.254"),  # noqa: S104
    *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.10", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1"),
    *(
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "::ffff:0:7f00:1",
    ),
]
PUBLIC = ["1.1.1.1", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:2800:21f:cb07::1", "2a00::1"]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_not_permitted(text: str) -> None:
    assert not AddressCheck(()).permits(plain_address(text), 80)


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_permitted_at_the_ports_of_the_web(text: str) -> None:
    check = AddressCheck(())
    assert check.permits(plain_address(text), 80)
    assert check.permits(plain_address(text), 443)
    assert not check.permits(plain_address(text), 25)


def test_an_allowed_network_is_permitted_at_every_port_and_no_other() -> None:
    check = AddressCheck(("10.0.0.0/8", "192.168.1.20", "fd00::/8"))
    assert check.permits(plain_address("10.200.0.1"), 8080)
    assert check.permits(plain_address("::ffff:10.200.0.1"), 8080)
    assert check.permits(plain_address("192.168.1.20"), 80)
    assert check.permits(plain_address("fd12::1"), 80)
    assert not check.permits(plain_address("192.168.1.21"), 80)
    assert not check.permits(plain_address("127.0.0.1"), 80)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_within_ipv6_is_no_way_round(address: object) -> None:
    text = str(address)
    assert AddressCheck(()).permits(plain_address(f"::ffff:{text}"), 80) == is_public(ip_address(text))
    for prefix in ("64:ff9b::", "::"):
        assert not is_public(ip_address(f"{prefix}{text}"))
