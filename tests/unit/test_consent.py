"""What is kept of where somebody was when they agreed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscriptions.consent import consent_sentence, shortened_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        (None, ""),
        ("", ""),
        ("unknown", ""),
        ("192.0.2.77, 10.0.0.1", ""),
        ("192.0.2.77:8080", ""),
        ("192.0.2.0/24", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address: str | None, network: str) -> None:
    assert shortened_network(address) == network


@given(st.ip_addresses())
def test_what_is_kept_holds_the_address_and_many_others(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    network = ipaddress.ip_network(shortened_network(str(address)))
    assert (getattr(address, "ipv4_mapped", None) or address) in network
    assert network.num_addresses >= 256
    assert shortened_network(str(network.network_address)) == str(network)


@given(st.text(max_size=40))
def test_whatever_a_proxy_says_is_a_network_or_nothing(text: str) -> None:
    found = shortened_network(text)
    assert found == "" or ipaddress.ip_network(found)


def test_an_older_address_in_a_newer_form_is_cut_like_itself() -> None:
    assert shortened_network("::ffff:192.0.2.77") == "192.0.2.0/24"


def test_the_consent_sentence_names_the_newsletter_and_how_to_leave() -> None:
    sentence = consent_sentence("The Proof")
    assert "The Proof" in sentence
    assert "leave" in sentence
