"""The embedded inbox over real SMTP: what it takes, how it keeps it, and what it refuses."""

import contextlib
import mailbox
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.local.inbox import LARGEST_MAIL
from newsletter.local.mailbox_reader import mails
from tests.servers import free_port, wait_for_port

ROOT = Path(__file__).parent.parent.parent.parent
ANNA, BEN, SENDER = "anna@example.org", "ben@example.org", "post@dailyproof.example"


class InboxServer:
    """The server as `./run` starts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newsletter.commands", "inbox-server", "--port", str(self.port)],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "GAZETTE_DATA_DIR": str(folder)},
            stderr=subprocess.PIPE,
        )
        wait_for_port(self.port, self.process)

    @property
    def maildir(self) -> Path:
        return self.folder / "inbox"

    def kept(self) -> list[bytes]:
        """Every mail, byte for byte."""
        return sorted(path.read_bytes() for path in (self.maildir / "new").iterdir())

    def connect(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="localhost", timeout=10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InboxServer]:
    made = InboxServer(tmp_path)
    yield made
    if made.process.returncode is None:
        assert made.stop() == 0


def a_mail(subject: str = "The digest", text: str = "Good morning.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, ANNA, subject
    message.set_content(text)
    return message


def conversation(port: int, *said: bytes, answers: int) -> list[bytes]:
    """Write everything at once, as pipelining clients do, and read so many answers."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"".join(said))
        file = connection.makefile("rb")
        lines: list[bytes] = []
        while len(lines) < answers:
            line = file.readline()
            assert line, lines
            if line[3:4] == b" ":
                lines.append(line.rstrip())
        return lines


def test_a_mail_lies_in_the_maildir_for_any_mail_reader(server: InboxServer) -> None:
    with server.connect() as smtp:
        smtp.send_message(a_mail("Grüße aus der Redaktion"))
    [key] = mailbox.Maildir(server.maildir, create=False).keys()
    message = mailbox.Maildir(server.maildir, create=False)[key]
    assert message["Delivered-To"] == ANNA
    assert message["Return-Path"] == f"<{SENDER}>"
    [summary] = mails(server.maildir)
    assert summary.subject == "Grüße aus der Redaktion"


def test_it_says_what_it_can_do(server: InboxServer) -> None:
    with server.connect() as smtp:
        smtp.ehlo()
        known = {"pipelining", "8bitmime", "smtputf8", "size"}
        assert known <= set(smtp.esmtp_features)
        assert smtp.esmtp_features["size"] == str(LARGEST_MAIL)


def test_every_recipient_has_a_copy_of_their_own(server: InboxServer) -> None:
    with server.connect() as smtp:
        smtp.sendmail(SENDER, [ANNA, BEN], a_mail().as_bytes())
    assert sorted(summary.recipient for summary in mails(server.maildir)) == [ANNA, BEN]


def test_lines_that_begin_with_a_dot_come_as_they_were_sent(server: InboxServer) -> None:
    text = b"Subject: dots\r\n\r\n.\r\n..two\r\n.leading\r\nthe end\r\n"
    with server.connect() as smtp:
        smtp.sendmail(SENDER, [ANNA], text)
    assert server.kept()[0].endswith(text)


def test_eight_bit_text_is_kept_byte_for_byte(server: InboxServer) -> None:
    content = "Subject: Zürich\r\n\r\nstraße, 東京\r\n".encode()
    with server.connect() as smtp:
        smtp.sendmail(SENDER, [ANNA], content, mail_options=["BODY=8BITMIME", "SMTPUTF8"])
    assert server.kept()[0].endswith(content)


def test_commands_sent_all_at_once_are_answered_one_by_one(server: InboxServer) -> None:
    envelope = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{ANNA}>\r\nDATA\r\n".encode()
    content = b"Subject: one\r\n\r\none\r\n.\r\n"
    answers = conversation(
        server.port, b"EHLO localhost\r\n", envelope, content, envelope, content, b"QUIT\r\n", answers=11
    )
    assert [line[:3] for line in answers] == [
        *(b"220", b"250"),
        *(b"250", b"250", b"354", b"250"),
        *(b"250", b"250", b"354", b"250"),
        b"221",
    ]
    assert len(server.kept()) == 2


def test_a_mail_that_is_too_big_is_refused_by_its_announced_size(server: InboxServer) -> None:
    with server.connect() as smtp:
        smtp.ehlo()
        code, _ = smtp.mail(SENDER, [f"SIZE={LARGEST_MAIL + 1}"])
    assert code == 552
    assert server.kept() == []


def test_a_mail_that_is_too_big_without_saying_so_is_refused_and_not_kept(server: InboxServer) -> None:
    content = b"Subject: big\r\n\r\n" + (b"x" * 998 + b"\r\n") * (LARGEST_MAIL // 1000 + 10)
    with server.connect() as smtp:
        smtp.ehlo()
        smtp.mail(SENDER)
        smtp.rcpt(ANNA)
        code, _ = smtp.data(content)
        assert code == 552
        smtp.rset()
        smtp.sendmail(SENDER, [ANNA], a_mail("small").as_bytes())
    assert [summary.subject for summary in mails(server.maildir)] == ["small"]


def test_a_mail_that_cannot_be_stored_is_deferred_and_leaves_nothing_behind(server: InboxServer) -> None:
    new = server.maildir / "new"
    new.rmdir()
    new.write_text("a file where the folder was, which stops even root")
    with server.connect() as smtp:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            smtp.sendmail(SENDER, [ANNA], a_mail().as_bytes())
        assert caught.value.smtp_code == 451
        assert list((server.maildir / "tmp").iterdir()) == []
        new.unlink()
        new.mkdir()
        smtp.sendmail(SENDER, [ANNA], a_mail().as_bytes())
    assert len(server.kept()) == 1


def test_odd_commands_are_refused_and_the_conversation_goes_on(server: InboxServer) -> None:
    answers = conversation(server.port, b"\xff\xfe\r\n", b"HELO x\r\n", b"QUIT\r\n", answers=4)
    assert [line[:1] for line in answers] == [b"2", b"5", b"2", b"2"]


def test_what_was_answered_before_the_end_is_kept(server: InboxServer) -> None:
    with contextlib.suppress(smtplib.SMTPServerDisconnected), server.connect() as smtp:
        smtp.sendmail(SENDER, [ANNA], a_mail().as_bytes())
        assert server.stop() == 0
    assert len(server.kept()) == 1


def test_a_taken_port_is_told_in_one_line(server: InboxServer) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "newsletter.commands", "inbox-server", "--port", str(server.port)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "GAZETTE_DATA_DIR": str(server.folder)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {server.port}" in done.stderr
