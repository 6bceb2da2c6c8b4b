"""Header fields hold, whatever a newsletter or an article is called."""

import re
from collections import Counter
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import MailError, build
from newsletter.language import shortened
from newsletter.mails.cleaning import one_line
from newsletter.mails.fields import Field, phrase, unstructured, verbatim
from newsletter.mails.headers import Heading, Sender, on_the_wire, sender_of
from tests.golden.facts import AT

URL = "https://newsletters.some-longer-newsroom.example.org/unsubscribe/" + "A" * 38
ODD_NAMES = [
    "",
    'Doe, "Jane" <x@evil.example>',
    "Die Prüfung, täglich",
    '.<O\'Neil> & "=Sø"',
    "a\r\nBcc: all@evil.example",
    "=?utf-8?q?=0D=0ABcc=3A_all=40evil.example?=",
    "The \U0001f469\u200d\U0001f680 Proof",
    "\u202eתוכחה יומית",
    "back\\slash (comment) [x]; group: a, b;",
    "a" * 5000,
    "ä " * 2500,
    "\ud800 half",
    "one\u2028two\x00three",
]


def a_heading(
    name: str = "The Daily Proof", subject: str = "Under the ice", kind: MailKind = MailKind.DIGEST
) -> Heading:
    """The header of a digest, unless said otherwise."""
    return Heading(
        kind=kind,
        sender=sender_of(name, "post@dailyproof.example", "editors@dailyproof.example"),
        to="ines@example.org",
        subject=subject,
        at=AT,
        mark="0123456789abcdef" * 2,
        campaign="e12",
        slug="daily-proof",
        one_click_url=URL if kind in {MailKind.DIGEST, MailKind.WELCOME} else None,
    )


def written(heading: Heading) -> bytes:
    """The mail under this header."""
    return build(heading.fields(), text="text", html="<p>html</p>", boundary="=_b")


def read(content: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def raw(content: bytes, name: str) -> str:
    """A header field as it stands on the wire, unfolded."""
    head = content.split(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
    [value] = [line.partition(": ")[2] for line in head.split("\r\n") if line.startswith(f"{name}: ")]
    return value


def shown_name(content: bytes) -> str:
    """The sender's name as mail programs show it; Python's own address parser parts encoded words by spaces."""
    name = raw(content, "From").rpartition("<")[0].strip()
    if name.startswith('"'):
        return name[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return str(make_header(decode_header(name)))


@given(st.text(max_size=300))
def test_no_name_and_no_subject_adds_a_header_or_breaks_a_line(odd: str) -> None:
    assert_holds(odd)


@pytest.mark.parametrize("odd", ODD_NAMES)
def test_names_known_to_be_odd_hold(odd: str) -> None:
    assert_holds(odd)


def assert_holds(odd: str) -> None:
    """A mail of a newsletter and with a lead of this name is read back as it was meant."""
    subject = shortened(one_line(odd), 120)
    heading = a_heading(odd, subject)
    content = written(heading)
    message = read(content)
    meant = Counter(name for name, _ in heading.fields()) + Counter(["MIME-Version", "Content-Type"])
    assert Counter(message.keys()) == meant
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert all(not value.defects for value in message.values())
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert message["Subject"] == subject
    assert str(make_header(decode_header(raw(content, "Subject")))) == subject
    [sender] = message["From"].addresses
    assert sender.addr_spec == "post@dailyproof.example"
    assert shown_name(content) == shortened(one_line(odd), 100)
    assert message["List-Id"].endswith("<daily-proof.dailyproof.example>")


@given(st.text(min_size=1, max_size=200))
@example("é" * 200)
@example("\U0001f469" * 60)
def test_encoded_words_are_short_and_cut_between_letters(odd: str) -> None:
    for token in phrase(one_line(odd)):
        if token.startswith("=?"):
            assert len(token) <= 75
            [(decoded, charset)] = decode_header(token)
            assert isinstance(decoded, bytes)
            decoded.decode(charset or "ascii")


def test_the_one_click_address_stays_an_address_however_long_it_is() -> None:
    """RFC 2369 allows no encoded word there, and mailboxes would show no button."""
    content = written(a_heading())
    assert f"\r\nList-Unsubscribe: <{URL}>\r\n".encode() in content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content


def test_leaving_by_mail_stands_behind_the_one_click_address() -> None:
    content = written(replace(a_heading(), leave_address="leave+abc@dailyproof.example"))
    ways = raw(content, "List-Unsubscribe").split()
    assert ways == [f"<{URL}>,", "<mailto:leave+abc@dailyproof.example?subject=Leave>"]


def test_the_date_has_a_numeric_zone_and_the_message_id_our_domain() -> None:
    content = written(a_heading())
    assert raw(content, "Date") == "Sun, 29 Nov 2026 09:00:00 +0000"
    assert raw(content, "Message-ID") == f"<{'0123456789abcdef' * 2}@dailyproof.example>"


def test_the_list_keeps_its_identity_when_it_gets_another_name() -> None:
    one, other = (raw(written(a_heading(name)), "List-Id") for name in ("The Daily Proof", "Die Prüfung"))
    assert one == "The Daily Proof <daily-proof.dailyproof.example>"
    assert one.rpartition("<")[2] == other.rpartition("<")[2]


def test_the_feedback_id_names_no_person_and_ends_in_the_same_sender() -> None:
    for kind in MailKind:
        value = raw(written(a_heading(kind=kind)), "Feedback-ID")
        assert re.fullmatch(r"e12:daily-proof:[a-z_]+:gazette", value)


@pytest.mark.parametrize("kind", list(MailKind))
def test_each_kind_has_the_headers_that_are_due(kind: MailKind) -> None:
    names = [name for name, _ in a_heading(kind=kind).fields()]
    assert names[:6] == ["From", "To", "Reply-To", "Subject", "Date", "Message-ID"]
    assert names[-1] == "X-Auto-Response-Suppress"
    assert "Auto-Submitted" in names
    assert ("Precedence" in names) is (kind is MailKind.DIGEST)
    assert ("List-Unsubscribe-Post" in names) is (kind in {MailKind.DIGEST, MailKind.WELCOME})
    assert ("List-Id" in names) is (kind in {MailKind.DIGEST, MailKind.WELCOME, MailKind.PROOF})


@pytest.mark.parametrize("value", ["a\r\nBcc: x@evil.example", "a\nb", "a\x00b", "a\x7fb", "ä"])
def test_a_raw_value_that_is_not_plain_is_refused_and_not_mended(value: str) -> None:
    with pytest.raises(MailError):
        verbatim("X-Test", value)


@pytest.mark.parametrize("value", ["a\r\nBcc: x@evil.example", "a\nb"])
def test_a_subject_with_a_line_break_never_becomes_two_lines(value: str) -> None:
    field = unstructured("Subject", value)
    assert isinstance(field, Field)
    assert not set(field) & set("\r\n")
    with pytest.raises(MailError):
        Field("Subject", [value])


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c d", "a b@example.org", "a@exämple .org", "x@y\r\nBcc: z"])
def test_what_is_no_address_makes_no_mail(address: str) -> None:
    with pytest.raises(MailError):
        on_the_wire(address)


def test_a_sender_in_a_network_of_its_own_may_write() -> None:
    assert Sender("x", on_the_wire("gazette@desk.local"), "").domain == "desk.local"
    assert on_the_wire("gazette@localhost") == "gazette@localhost"
