"""Reading the embedded inbox: every mail shows, however odd it is."""

import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.local.mailbox_reader import InboxTotals, empty, mail, mails, totals
from newsletter.local.maildir import deliver


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    folder = tmp_path / "inbox"
    mailbox.Maildir(folder).close()
    return folder


def a_mail(subject: str = "Under the ice shelf", *, text: str = "Good morning.", html: str = "") -> bytes:
    message = EmailMessage()
    message["From"] = "The Proof <post@proof.example>"
    message["To"] = "anna@example.org"
    message["Date"] = "Fri, 27 Nov 2026 06:00:00 +0000"
    message["Subject"] = subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def put(maildir: Path, name: str, content: bytes, folder: str = "new") -> Path:
    """A mail under a name of our choice, as other programs write them."""
    path = maildir / folder / name
    path.write_bytes(content)
    return path


def subjects(maildir: Path, search: str = "") -> list[str]:
    return [summary.subject for summary in mails(maildir, search=search)]


def test_an_inbox_that_nothing_has_come_to_is_empty(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert mails(absent) == []
    assert totals(absent) == InboxTotals(0, None)
    assert mail(absent, "any") is None
    assert empty(absent) == 0


def test_a_mail_that_was_delivered_is_listed_and_opened(maildir: Path) -> None:
    content = a_mail(html="<p>Good morning.</p>")
    [key] = deliver(maildir, [content])
    [summary] = mails(maildir)
    assert (summary.key, summary.subject, summary.size, summary.is_new) == (
        key,
        "Under the ice shelf",
        len(content),
        True,
    )
    assert (summary.sender, summary.recipient) == ("The Proof <post@proof.example>", "anna@example.org")
    view = mail(maildir, key)
    assert view is not None
    assert view.summary == summary
    assert (view.to, view.date) == ("anna@example.org", "Fri, 27 Nov 2026 06:00:00 +0000")
    assert (view.text, view.html) == ("Good morning.\n", "<p>Good morning.</p>\n")
    assert view.raw == content
    assert view.headers[0] == ("From", "The Proof <post@proof.example>")


def test_the_newest_comes_first_also_within_a_second(maildir: Path) -> None:
    for name, subject in [
        ("1795759200.M5P1Q1.host", "second"),
        ("1795759200.M5P1Q0.host", "first"),
        ("1795759200.M40P1Q2.host", "third"),
        ("1795759300.M1P1Q0.host", "last"),
        ("odd-name", "no time at all"),
    ]:
        put(maildir, name, a_mail(subject))
    assert subjects(maildir) == ["last", "third", "second", "first", "no time at all"]
    assert [each.subject for each in mails(maildir, limit=2)] == ["last", "third"]


def test_mails_delivered_together_stand_in_their_order(maildir: Path) -> None:
    deliver(maildir, [a_mail(f"number {number}") for number in range(5)])
    assert subjects(maildir) == [f"number {number}" for number in (4, 3, 2, 1, 0)]


def test_the_time_of_a_mail_is_the_one_at_which_it_came(maildir: Path) -> None:
    put(maildir, "1795759200.M250000P1Q0.host", a_mail())
    [summary] = mails(maildir)
    came = datetime(2026, 11, 27, 6, 0, 0, 250_000, tzinfo=UTC)
    assert summary.received_at == came
    assert totals(maildir) == InboxTotals(1, came)


def test_totals_tell_how_many_and_since_when(maildir: Path) -> None:
    put(maildir, "1795759200.M1P1Q0.host", a_mail())
    put(maildir, "1795759999.M1P1Q0.host", a_mail(), "cur")
    assert totals(maildir) == InboxTotals(2, datetime(2026, 11, 27, 6, 0, 0, 1, tzinfo=UTC))


def test_a_mail_that_another_program_has_read_stays_and_is_not_new(maildir: Path) -> None:
    put(maildir, "1795759200.M1P1Q0.host:2,S", a_mail("read"), "cur")
    put(maildir, "1795759100.M1P1Q0.host:2,", a_mail("seen in a list only"), "cur")
    assert [(each.subject, each.is_new) for each in mails(maildir)] == [("read", False), ("seen in a list only", True)]
    assert mail(maildir, "1795759200.M1P1Q0.host") is not None, "the key is the same before and after"


def test_whose_copy_it_is_stands_in_the_envelope(maildir: Path) -> None:
    deliver(maildir, [b"Delivered-To: ben@example.org\r\n" + a_mail()])
    [summary] = mails(maildir)
    assert summary.recipient == "ben@example.org"


# --- Odd mails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nx", "Grüße"),
        (b"Subject: =?iso-8859-1?q?Gr=FC=DFe?= aus =?utf-8?b?S8O2bG4=?=\r\n\r\nx", "Grüße aus Köln"),
        ("Subject: Grüße\r\n\r\nx".encode(), "Grüße"),
        (b"Subject: Gr\xfc\xdfe\r\n\r\nx", "Gr��e"),
        (b"Subject: =?no-such-charset?q?Hello?=\r\n\r\nx", "Hello"),
        (b"Subject: =?utf-8?b?a?=\r\n\r\nx", "=?utf-8?b?a?="),
        (b"Subject: one\r\n two\r\n\tthree\r\n\r\nx", "one two three"),
        (b"Subject:\r\n\r\nx", "(no subject)"),
        (b"Subject:   \r\n\r\nx", "(no subject)"),
        (b"\r\nno headers at all", "(no subject)"),
        (b"", "(no subject)"),
        (b"\xff\xfe\x00\x01", "(no subject)"),
    ],
)
def test_an_odd_header_hides_no_mail(maildir: Path, raw: bytes, subject: str) -> None:
    put(maildir, "1795759200.M1P1Q0.host", raw)
    put(maildir, "1795759100.M1P1Q0.host", a_mail("the other one"))
    found = subjects(maildir)
    assert len(found) == 2
    assert " ".join(found[0].split()) == subject
    assert found[1] == "the other one"
    view = mail(maildir, "1795759200.M1P1Q0.host")
    assert view is not None
    assert view.raw == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'Content-Type: text/plain; charset="no-such"\r\n\r\nhello', "hello"),
        (b'Content-Type: text/plain; charset="utf-8"\r\n\r\ngr\xfc\xdfe', "grüße"),
        (b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=", "hello"),
        (b"Content-Transfer-Encoding: base64\r\n\r\n!!!", ""),
        (b"Content-Transfer-Encoding: no-such\r\n\r\nhello", "hello"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n\r\nhel=\r\nlo=C3", "helloÃ"),
    ],
)
def test_an_odd_body_is_shown_as_well_as_can_be(maildir: Path, raw: bytes, text: str) -> None:
    put(maildir, "1795759200.M1P1Q0.host", raw)
    view = mail(maildir, "1795759200.M1P1Q0.host")
    assert view is not None
    assert (view.text, view.html) == (text, None)


def test_an_attachment_is_no_body(maildir: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "with a file"
    message.set_content("The body.")
    message.add_attachment("<p>a file</p>", subtype="html", filename="page.html")
    [key] = deliver(maildir, [message.as_bytes()])
    view = mail(maildir, key)
    assert view is not None
    assert (view.text, view.html) == ("The body.\n", None)


def test_a_large_mail_is_listed_by_its_head_alone_and_opened_whole(maildir: Path) -> None:
    content = a_mail("large", text="word " * 40_000)
    [key] = deliver(maildir, [content])
    assert [(each.subject, each.size) for each in mails(maildir)] == [("large", len(content))]
    view = mail(maildir, key)
    assert view is not None
    assert view.raw == content


def test_files_that_are_no_mails_are_passed_over(maildir: Path) -> None:
    put(maildir, ".hidden", a_mail("hidden"))
    (maildir / "new" / "a-folder").mkdir()
    (maildir / "new" / "1795759200.M1P1Q0.link").symlink_to("/etc/hostname")
    assert mails(maildir) == []
    assert mail(maildir, "1795759200.M1P1Q0.link") is None


# --- Search ---------------------------------------------------------------------------------------


def test_a_search_finds_the_mails_that_hold_every_word_whatever_its_case(maildir: Path) -> None:
    deliver(maildir, [a_mail("Under the ice shelf", text="a river"), a_mail("Bees agree", text="Ice cream and rivers")])
    assert subjects(maildir, "ICE river") == ["Bees agree", "Under the ice shelf"]
    assert subjects(maildir, "ice shelf") == ["Under the ice shelf"]
    assert subjects(maildir, "ANNA@EXAMPLE.ORG bees") == ["Bees agree"]
    assert subjects(maildir, "proof.example") == ["Bees agree", "Under the ice shelf"]
    assert subjects(maildir, "nowhere") == []
    assert len(subjects(maildir, "   ")) == 2


def test_a_search_looks_into_html_where_there_is_no_text(maildir: Path) -> None:
    deliver(maildir, [b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>glacier</p>"])
    assert subjects(maildir, "glacier") == ["x"]


def test_a_search_goes_on_to_the_oldest_mail(maildir: Path) -> None:
    put(maildir, "1795759100.M1P1Q0.host", a_mail("the old one", text="needle"))
    deliver(maildir, [a_mail(f"number {number}") for number in range(8)])
    assert [each.subject for each in mails(maildir, limit=2, search="needle")] == ["the old one"]


# --- Keys and emptying ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", ".", "..", "../secret", "/etc/hostname", "new/x", "x\0y", "1795759200"])
def test_no_key_leads_out_of_the_inbox(maildir: Path, key: str) -> None:
    (maildir / "secret").write_bytes(a_mail("secret"))
    put(maildir, "1795759200.M1P1Q0.host", a_mail())
    assert mail(maildir, key) is None


def test_emptying_deletes_every_mail_and_says_how_many(maildir: Path) -> None:
    deliver(maildir, [a_mail(), a_mail()])
    put(maildir, "1795759200.M1P1Q0.host:2,S", a_mail(), "cur")
    assert empty(maildir) == 3
    assert mails(maildir) == []
    assert empty(maildir) == 0
    deliver(maildir, [a_mail("afterwards")])
    assert subjects(maildir) == ["afterwards"]


def test_what_we_keep_the_standard_library_can_read_too(maildir: Path) -> None:
    [key] = deliver(maildir, [a_mail()])
    box = mailbox.Maildir(maildir)
    assert [message["Subject"] for message in box] == ["Under the ice shelf"]
    assert list(box.keys()) == [key]
    box.close()
