r"""The public suite of `is_email` (isemail.info, version 3.05), judged by what a reader can mean.

The suite asks what RFC 5321 and RFC 5322 allow anywhere in a message; a form asks to which address somebody wants
mail. So what the suite calls plainly valid is taken, with and without blanks around it, and everything else is
refused with a sentence: errors, and also what is allowed but never anybody's address on a form (comments, folding,
quoted local parts, addresses of machines, domains without a dot).
"""

from typing import Final

import pytest

from newsletter.subscriptions.addresses import AddressError, parse_address

LOCAL: Final = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghiklm"  # 64 octets
LABEL: Final = LOCAL[:-1]  # 63

VALID: Final = (
    "test@iana.org",
    "test@nominet.org.uk",
    "test@about.museum",
    "a@iana.org",
    "test.test@iana.org",
    "!#$%&`*+/=?^`{|}~@iana.org",
    "123@iana.org",
    "test@123.com",
    f"{LOCAL}@iana.org",
    "test@mason-dixon.com",
    "test@c--n.com",
    "test@xn--hxajbheg2az3al.xn--jxalpdlp",
    "xn--test@iana.org",
    # Valid in form; whether such a domain exists is asked of the name servers, not of the form.
    "test@e.com",
    f"test@{LABEL}.com",
    "test@iana.co-uk",
    "test@test.com",
    "test@nic.no",
)
BLANKS_AROUND: Final = (" test@iana.org", "test@iana.org ")
NO_ADDRESS: Final = (
    "",
    "test",
    "@",
    "test@",
    "@io",
    "@iana.org",
    ".test@iana.org",
    "test.@iana.org",
    "test..iana.org",
    "test_exa-mple.com",
    r"test\@test@iana.org",
    f"{LOCAL}n@iana.org",
    f"test@{LABEL}m.com",
    "test@-iana.org",
    "test@iana-.com",
    "test@.iana.org",
    "test@iana.org.",
    "test@iana..com",
    f"{LOCAL}@{LABEL}.{LABEL}.{LABEL[:-2]}j",
    f"a@{LABEL}.{LABEL}.{LABEL}.{LABEL[:-3]}.hijk",
    '"""@iana.org',
    r'"\"@iana.org',
    'test"@iana.org',
    '"test@iana.org',
    '"test"test@iana.org',
    'test"text"@iana.org',
    '"test""test"@iana.org',
    '"test\0"@iana.org',
    "test@a[255.255.255.255]",
    "((comment)test@iana.org",
    "test(comment)test@iana.org",
    "test@iana.org-",
    "(test@iana.org",
    "test@(iana.org",
    "test@[1.2.3.4",
    r"(comment\)test@iana.org",
    r"test@iana.org(comment\)",
    "test@iana.org(comment\\",
    "test@[RFC-5322]-domain-literal]",
    "test@[RFC-5322-[domain-literal]",
    r"test@[RFC-5322-domain-literal\]",
    "test@[RFC-5322-domain-literal\\",
    "\u007f@iana.org",
    "test@\u007f.org",
    "\a@iana.org",
    "test@\a.org",
    '"\rtest"@iana.org',
    "(\r)test@iana.org",
    "test@iana.org(\r)",
    '"\n"@iana.org',
    "(\n)test@iana.org",
    '"test\\©"@iana.org',
    "test@iana/icann.org",
)
ALLOWED_YET_NOT_ON_A_FORM: Final = (
    "test@io",
    "test@org",
    "test@iana.123",
    "test@255.255.255.255",
    '"test"@iana.org',
    '""@iana.org',
    r'"\a"@iana.org',
    r'"\""@iana.org',
    r'"\\"@iana.org',
    '"test".test@iana.org',
    '"test"."test"@iana.org',
    r'"test\ test"@iana.org',
    '"abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghj"@iana.org',
    "test@[255.255.255.255]",
    "test@[255.255.255]",
    "test@[255.255.255.256]",
    "test@[1111:2222:3333:4444:5555:6666:7777:8888]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:8888]",
    "test@[IPv6:1111:2222:3333:4444:5555:6666:7777:888G]",
    "test@[IPv6:::]",
    "test@[IPv6:1::2:]",
    "test@[IPv6:1111:2222:3333:4444::255.255.255.255]",
    "test@[RFC-5322-domain-literal]",
    "test@[RFC 5322 domain literal]",
    "test@[RFC-5322-domain-literal] (comment)",
    "test@[RFC-5322-\\\a-domain-literal]",
    " test @iana.org",
    "test@ iana .com",
    "test . test@iana.org",
    "(comment)test@iana.org",
    "(comment(comment))test@iana.org",
    "test@(comment)iana.org",
    "test@(comment)[255.255.255.255]",
    f"(comment){LOCAL}@iana.org",
    "()test@iana.org",
    "test.(comment)test@iana.org",
    "\r\n \r\ntest@iana.org x",
    "test\r\n @iana.org",
    "test@iana.org\r\n x",
)
FOLDED: Final = (
    "\r\n test@iana.org",
    " \r\n test@iana.org",
    "test@iana.org\r\n ",
    "test@iana.org \r\n\r\n",
    "test@iana.org\n",
    "\rtest@iana.org",
)


@pytest.mark.parametrize("typed", VALID)
def test_what_the_suite_calls_valid_is_taken_as_it_is(typed: str) -> None:
    assert parse_address(typed).wire == typed


@pytest.mark.parametrize("typed", [*BLANKS_AROUND, *FOLDED])
def test_blanks_and_line_ends_around_an_address_are_a_slip_of_copying(typed: str) -> None:
    assert parse_address(typed).wire == "test@iana.org"


@pytest.mark.parametrize("typed", [*NO_ADDRESS, *ALLOWED_YET_NOT_ON_A_FORM])
def test_everything_else_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(typed)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert len(sentence.splitlines()) == 1
