"""`gazette reader show`, `erase` and `leave-by-mail`."""

import json
from pathlib import Path

from sqlalchemy import select

from newsletter.catalogue.shelf import the_newsletter
from newsletter.commands.output import services
from newsletter.signing import Purpose
from newsletter.subscriptions.leaving_by_mail import leave_address
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.command_line import CommandLine
from tests.data import NOW, a_reader

ANNA = "anna@example.org"


def a_reader_of(line: CommandLine) -> Subscription:
    with line.database.write() as session:
        return a_reader(session, the_newsletter(session, None))


def leaving_mail(reader: Subscription) -> str:
    with services() as parts:
        token = parts.signer.token(Purpose.LEAVE, reader.id, reader.nonce)
    return f"From: anna@example.org\nTo: {leave_address(token, 'proof.example')}\n\nLeave."


def test_erasing_answers_with_a_receipt(line: CommandLine) -> None:
    a_reader_of(line)
    ended = line.run("reader", "erase", "Anna@Example.org")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "Erased."
    assert "  Subscriptions, with topics and rhythm: 1" in ended.out.splitlines()
    assert ANNA not in ended.out
    with line.database.read() as session:
        assert session.scalars(select(Subscriber)).all() == []


def test_the_receipt_is_one_document_for_programs(line: CommandLine) -> None:
    a_reader_of(line)
    with line.database.write() as session:
        suppress(session, ANNA, SuppressionReason.COMPLAINED, now=NOW)
    data = json.loads(line.run("reader", "erase", ANNA, "--json").out)
    assert data["removed"]["subscriptions"] == 1
    assert data["removed"]["reader"] == 1
    assert data["keeps_suppression"] is True
    assert data["erased_at"].endswith("Z")


def test_whoever_is_not_known_is_said_to_be(line: CommandLine) -> None:
    ended = line.run("reader", "erase", ANNA)
    assert (ended.code, ended.err) == (1, f"Nobody with the address {ANNA} is known; nothing was changed.\n")
    assert line.run("reader", "erase", "no address").code == 1
    assert line.run("reader", "erase").code == 2


def test_after_erasing_it_is_known_when_and_that_nobody_may_write(line: CommandLine) -> None:
    a_reader_of(line)
    with line.database.write() as session:
        suppress(session, ANNA, SuppressionReason.ASKED, now=NOW)
    assert "Nobody may write to this address: asked." in line.run("reader", "show", ANNA).out
    line.run("reader", "erase", ANNA)
    ended = line.run("reader", "show", ANNA)
    assert ended.code == 1
    assert f"Nobody with the address {ANNA} is known. A reader with it was erased on " in ended.err
    assert ended.err.endswith("Nobody may write to it: asked.\n")


def test_a_mail_that_is_piped_in_leaves(line: CommandLine, tmp_path: Path) -> None:
    reader = a_reader_of(line)
    mail = leaving_mail(reader)
    ended = line.run("reader", "leave-by-mail", "-", typed=mail)
    assert (ended.code, ended.out) == (0, "The reader has left; no more mail comes by this subscription.\n")
    file = tmp_path / "leave.eml"
    file.write_text(mail)
    assert line.run("reader", "leave-by-mail", str(file)).code == 0
    with line.database.read() as session:
        assert session.get_one(Subscription, reader.id).state == "unsubscribed"


def test_a_mail_that_is_none_of_ours_says_what_to_do(line: CommandLine) -> None:
    ended = line.run("reader", "leave-by-mail", "-", typed="To: post@proof.example\n\nHello.")
    assert ended.code == 1
    assert "Nothing was changed." in ended.err
    assert len(ended.err.splitlines()) == 1
    assert line.run("reader", "leave-by-mail", "/nowhere/at/all").code == 2


def test_after_erasing_a_mail_to_the_old_address_is_no_failure(line: CommandLine) -> None:
    mail = leaving_mail(a_reader_of(line))
    line.run("reader", "erase", ANNA)
    ended = line.run("reader", "leave-by-mail", "-", typed=mail)
    assert (ended.code, ended.out) == (0, "The subscription behind this address is gone; nothing needed doing.\n")


def test_an_address_is_invited_again_by_command(line: CommandLine) -> None:
    line.run("newsletter", "live")
    with line.database.write() as session:
        suppress(session, ANNA, SuppressionReason.COMPLAINED, now=NOW)
    ended = line.run("reader", "invite", ANNA, "--reason", "By letter.")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{ANNA} is asked once more")
    assert line.run("reader", "invite", ANNA).code == 2
