"""A mail as bytes: what is written is what is read, and nothing more."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.mail import MailError, build

TEXT, HTML, BOUNDARY = "Good morning.\n", "<p>Good morning.</p>\n", "=_mark"
HEADERS = [
    ("From", "The Proof <post@proof.example>"),
    ("To", "anna@example.org"),
    ("Subject", "Under the ice shelf"),
    ("Message-ID", "<1@proof.example>"),
]
OURS = {"from", "to", "subject", "message-id", "mime-version", "content-type"}

# What people and feeds really give: all of Unicode but for lone surrogates, which no database takes.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
hostile = st.sampled_from(
    [
        "x\r\nBcc: eve@evil.example",
        "x\nBcc: eve@evil.example",
        "x\rBcc: eve@evil.example",
        "x\r\n\r\n<script>",
        "=?utf-8?q?x=0ABcc:_eve@evil.example?=",
        "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=",
        "=?utf-8?b?eApCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
        "x\u2028Bcc: eve@evil.example",
        "x\x0bBcc: eve@evil.example",
        "x\x00y",
        "y" * 2000,
        "ä" * 2000,
    ]
)


def built(
    *, subject: str = "Under the ice shelf", to: str = "anna@example.org", text: str = TEXT, html: str = HTML
) -> bytes:
    changed = {"Subject": subject, "To": to}
    return build([(name, changed.get(name, value)) for name, value in HEADERS], text=text, html=html, boundary=BOUNDARY)


def built_or_refused(**parts: str) -> bytes | None:
    """The bytes, or None where the mail was refused in the way that is agreed on."""
    try:
        return built(**parts)
    except MailError:
        return None


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text


def lines_of(text: str) -> list[str]:
    """A text by the line breaks that mail knows; how many stand at its very end does not matter."""
    return re.split(r"\r\n|\r|\n", re.sub(r"[\r\n]+\Z", "", text))


def test_a_mail_has_a_plain_and_an_html_part_of_equal_worth() -> None:
    message = read(built())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert lines_of(body_of(message, "plain")) == lines_of(TEXT)
    assert lines_of(body_of(message, "html")) == lines_of(HTML)
    assert {name.lower() for name in message} == OURS


def test_headers_stand_in_the_order_given() -> None:
    assert list(read(built()))[:4] == [name for name, _value in HEADERS]


@given(words, words, words)
def test_the_same_mail_is_the_same_to_the_byte(subject: str, text: str, html: str) -> None:
    assert built_or_refused(subject=subject, text=text, html=html) == built_or_refused(
        subject=subject, text=text, html=html
    )


@given(st.one_of(words, hostile), st.one_of(words, hostile), words, words)
def test_whatever_stands_in_a_header_no_header_is_added(subject: str, to: str, text: str, html: str) -> None:
    content = built_or_refused(subject=subject, to=to, text=text, html=html)
    if content is not None:
        for reader in (policy.compat32, policy.default):
            message = message_from_bytes(content, policy=reader)  # type: ignore[type-var]
            assert {name.lower() for name in message} == OURS
            assert len(message.keys()) == len(OURS)


@given(st.one_of(words, hostile), words, words)
def test_the_bytes_are_lines_that_every_server_takes(subject: str, text: str, html: str) -> None:
    content = built_or_refused(subject=subject, text=text, html=html)
    if content is not None:
        assert content.isascii()
        assert b"\0" not in content
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", content), "a bare CR or LF is read as a line by some"
        assert content.endswith(b"\r\n")
        assert max(map(len, content.split(b"\r\n"))) <= 998


@given(words, words)
def test_both_bodies_are_read_as_they_were_written(text: str, html: str) -> None:
    message = read(built(text=text, html=html))
    assert lines_of(body_of(message, "plain")) == lines_of(text)
    assert lines_of(body_of(message, "html")) == lines_of(html)


@given(st.text("ab .=\n\tä", max_size=400))
def test_lines_of_bodies_are_short(text: str) -> None:
    body = built(text=text).partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60))
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    content = built_or_refused(subject=subject)
    if content is not None and "=?" not in subject:
        assert str(read(content)["Subject"]) == subject


@pytest.mark.parametrize("subject", ["Größe, Maß & 💌", "مرحبا بالعالم", "long " * 60, "ends in a space "])
def test_subjects_of_all_scripts_and_lengths_can_be_written(subject: str) -> None:
    assert str(read(built(subject=subject))["Subject"]).split() == subject.split()


@pytest.mark.parametrize("value", ["x\r\nBcc: eve@evil.example", "x\nBcc: eve@evil.example"])
@pytest.mark.parametrize("name", ["Subject", "From", "To", "Message-ID", "List-Id", "X-Any"])
def test_a_line_break_in_a_header_refuses_the_mail(name: str, value: str) -> None:
    with pytest.raises(MailError, match=r"cannot be written|holds a line break"):
        build([(name, value)], text=TEXT, html=HTML, boundary=BOUNDARY)


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x0b", "\x0c", "\x1b", "\x7f"])
def test_a_control_character_in_a_header_refuses_the_mail(sign: str) -> None:
    with pytest.raises(MailError, match="control character"):
        built(subject=f"Under{sign}the ice shelf")


def test_an_encoded_line_break_refuses_the_mail_or_stays_encoded() -> None:
    for name in ("Subject", "From", "To"):
        value = "=?utf-8?q?x=0ABcc:_eve@evil.example?= <a@b.example>"
        try:
            content = build([(name, value)], text=TEXT, html=HTML, boundary=BOUNDARY)
        except MailError:
            continue
        assert not re.search(rb"^Bcc:", content, re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("to", ["", "@", "<", '"', "a@", ",", ";", "a b <", "\x00", "=?utf-8?q??="])
def test_a_value_that_the_standard_library_stumbles_over_refuses_this_mail_only(to: str) -> None:
    content = built_or_refused(to=to)
    assert content is None or {name.lower() for name in read(content)} == OURS


def test_text_that_looks_like_the_boundary_or_the_end_of_a_mail_is_only_text() -> None:
    text = f"--{BOUNDARY}\n--{BOUNDARY}--\n.\n..\nFrom here on\n"
    message = read(built(text=text))
    assert lines_of(body_of(message, "plain")) == lines_of(text)
    assert lines_of(body_of(message, "html")) == lines_of(HTML)
