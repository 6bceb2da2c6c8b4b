"""Leaving by mail: the address in List-Unsubscribe, and the mail that comes to it."""

import string

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions.leaving_by_mail import LeftByMail, leave_address, leave_by_mail
from newsletter.subscriptions.subscribers import Consent, Subscription
from tests.data import NOW, a_newsletter, a_reader

SIGNER = Signer(("a-secret-for-tests-that-is-long-enough-0123456789",))


def leaving_address(reader: Subscription, signer: Signer = SIGNER) -> str:
    return leave_address(signer.token(Purpose.LEAVE, reader.id, reader.nonce), "proof.example")


def a_mail(header: str, *, subject: str = "Leave", sender: str = "Somebody <else@example.net>") -> bytes:
    lines = (f"From: {sender}", header, f"Subject: {subject}", "Message-ID: <1@example.net>", "", "Please.")
    return "\r\n".join(lines).encode()


def test_the_address_fits_into_every_envelope(database: Database) -> None:
    with database.write() as session:
        local, _, domain = leaving_address(a_reader(session, a_newsletter(session))).partition("@")
    assert domain == "proof.example"
    assert len(local) <= 64
    assert set(local) <= set(string.ascii_lowercase + string.digits + "+")


@pytest.mark.parametrize(
    "header",
    [
        "To: {}",
        "To: <{}>",
        "To: Leave <{}>, other@example.net",
        "Delivered-To: {}",
        "X-Original-To: {}",
        "Envelope-To: {}",
        "To: post@proof.example\r\nCc: {}",
    ],
)
def test_a_mail_to_the_address_leaves_whoever_sent_it(database: Database, header: str) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        mail = a_mail(header.format(leaving_address(reader)), subject="=?utf-8?q?anything?=")
        assert leave_by_mail(session, SIGNER, mail, now=NOW) is LeftByMail.LEFT
        assert (reader.state, reader.left_at) == ("unsubscribed", NOW)


def test_the_letters_of_the_address_may_be_folded(database: Database) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        mail = a_mail(f"To: {leaving_address(reader).upper()}")
        assert leave_by_mail(session, SIGNER, mail, now=NOW) is LeftByMail.LEFT


def test_the_server_may_say_for_whom_it_came(database: Database) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        mail = a_mail("To: undisclosed-recipients:;")
        assert leave_by_mail(session, SIGNER, mail, to=leaving_address(reader), now=NOW) is LeftByMail.LEFT


def test_the_same_mail_twice_is_one_change_and_nothing_is_answered(database: Database) -> None:
    with database.write() as session:
        mail = a_mail(f"To: {leaving_address(a_reader(session, a_newsletter(session)))}")
    for _ in range(2):
        with database.write() as session:
            assert leave_by_mail(session, SIGNER, mail, now=NOW) is LeftByMail.LEFT
    with database.read() as session:
        [line] = session.scalars(select(Consent))
        assert (line.act, line.form, line.wording) == ("withdrawn", "mail", "List-Unsubscribe: mailto")


def test_an_address_of_a_retired_key_leaves_too(database: Database) -> None:
    renewed = Signer(("b" * 40, "a-secret-for-tests-that-is-long-enough-0123456789"))
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        assert leave_by_mail(session, renewed, a_mail(f"To: {leaving_address(reader)}"), now=NOW) is LeftByMail.LEFT


def test_when_the_subscription_is_gone_there_is_nothing_to_do(database: Database) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        mail = a_mail(f"To: {leaving_address(reader)}")
        session.execute(delete(Subscription))
        session.expire_all()
        assert leave_by_mail(session, SIGNER, mail, now=NOW) is LeftByMail.GONE


def broken(session: Session, reader: Subscription) -> list[bytes]:
    """Mails that are not for us, are cut off, or were made by somebody else."""
    address = leaving_address(reader)
    forged = leaving_address(reader, Signer(("x" * 40,)))
    preferences = leave_address(SIGNER.token(Purpose.PREFERENCES, reader.id, reader.nonce), "proof.example")
    return [
        b"",
        b"\x00\xff" * 2_000,
        a_mail("To: post@proof.example"),
        a_mail("To: leave@proof.example"),
        a_mail("To: leave+@proof.example"),
        a_mail(f"To: {address[:30]}@proof.example"),
        a_mail(f"To: not{address}"),
        a_mail(f"To: {forged}"),
        a_mail(f"To: {preferences}"),
        a_mail(f"To: post@proof.example\r\nSubject: {address}"),
        a_mail("To: post@proof.example\r\n\r\nTo: " + address),
        a_mail("To: leave+" + "2" * 45 + "@proof.example"),
        a_mail("To: " + "leave+" * 30_000),
    ]


def test_any_other_mail_changes_nothing(database: Database) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        for mail in broken(session, reader):
            assert leave_by_mail(session, SIGNER, mail, now=NOW) is LeftByMail.UNKNOWN, mail[:200]
        assert reader.state == "active"
