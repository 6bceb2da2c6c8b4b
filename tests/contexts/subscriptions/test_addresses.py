"""What counts as an address, and what makes two of them one."""

import pytest

from newsletter.subscriptions.addresses import AddressError, masked, parse_address


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        (" anna@example.org ", "anna@example.org"),
        ("Anna.Maria+news@Example.ORG", "Anna.Maria+news@example.org"),
        ("anna@bücher.de", "anna@xn--bcher-kva.de"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_what_people_type_becomes_an_address_for_the_envelope(typed: str, wire: str) -> None:
    assert parse_address(typed).wire == wire


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "anna@example..org",
        "anna@[127.0.0.1]",
        '"anna maria"@example.org',
        "anna(comment)@example.org",
        "alice@example.org)bob@evil.example",
        "anna@example.org,ben@example.org",
        "anna@example.org\r\nBcc: ben@example.org",
        "anna\t@example.org",
        "anna\x00@example.org",
        "anna\u2028@example.org",
        "änna@example.org",
        "Anna <anna@example.org>",
        "a" * 250 + "@example.org",
    ],
)
def test_what_mail_cannot_be_sent_to_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(AddressError, match=r"^[A-Z].*[.]$"):
        parse_address(typed)


def test_case_and_the_form_of_the_domain_do_not_make_two_readers_of_one() -> None:
    assert parse_address("Anna@Bücher.de").key == parse_address("anna@xn--bcher-kva.de").key


def test_dots_and_plus_signs_do() -> None:
    keys = {parse_address(typed).key for typed in ("anna@example.org", "an.na@example.org", "anna+x@example.org")}
    assert len(keys) == 3


def test_a_masked_address_tells_the_domain_and_not_the_person() -> None:
    assert masked("anna@example.org") == "a…@example.org"
