"""Connections and what goes over them: one for many mails, opened again when lost, every byte as it was."""

import pytest

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import Accepted, Deferred, Refused
from tests.smtp_script import HANG_UP, HANG_UP_AFTERWARDS, ScriptedRelay, Step
from tests.transmissions import SMALL, a_mail, one, outcomes, smtp_to, some_mails, transmitted, used


def test_a_refused_mail_leaves_the_connection_clean_for_the_next(relay: ScriptedRelay) -> None:
    relay.then(Step.RCPT, "550 5.1.1 no such user").then(Step.DATA, "451 later")
    with used(smtp_to(relay)) as transport:
        kinds = [type(outcome) for outcome in outcomes(transmitted(transport, some_mails(3)))]
    assert kinds == [Refused, Deferred, Accepted]
    assert relay.connections == 1
    assert relay.said.count("RSET") + relay.said.count("rset") == 2


def test_one_connection_carries_many_mails_without_asking_between_them(relay: ScriptedRelay) -> None:
    with used(smtp_to(relay)) as transport:
        transmitted(transport, some_mails(3))
        transmitted(transport, some_mails(3))
    assert relay.connections == 1
    assert len(relay.taken) == 6
    verbs = [line.split(" ")[0].upper() for line in relay.said]
    assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 6, "QUIT"]


@pytest.mark.parametrize("farewell", [HANG_UP, HANG_UP_AFTERWARDS + "421 4.7.0 enough mails on this connection"])
def test_a_connection_that_the_relay_closed_meanwhile_is_opened_again(relay: ScriptedRelay, farewell: str) -> None:
    relay.then(Step.MAIL, "250 ok", farewell)
    with used(smtp_to(relay)) as transport:
        answers = transmitted(transport, some_mails(3))
    assert [type(outcome) for outcome in outcomes(answers)] == [Accepted] * 3
    assert relay.connections == 2
    assert [taken.recipient for taken in relay.taken] == [f"r{number}@example.org" for number in (1, 2, 3)]


def test_a_connection_closed_again_and_again_is_trouble(relay: ScriptedRelay) -> None:
    relay.then(Step.MAIL, "250 ok", HANG_UP, HANG_UP)
    with used(smtp_to(relay)) as transport:
        answers = transmitted(transport, some_mails(3))
    assert [type(outcome) for outcome in outcomes(answers)] == [Accepted, Deferred]
    assert relay.connections == 2


def test_a_connection_that_died_after_a_deferral_is_opened_again(relay: ScriptedRelay) -> None:
    relay.then(Step.DOT, "451 later").then(Step.RSET, HANG_UP)
    with used(smtp_to(relay)) as transport:
        answers = transmitted(transport, some_mails(2))
    assert [type(outcome) for outcome in outcomes(answers)] == [Deferred, Accepted]
    assert relay.connections == 2


@pytest.mark.parametrize(
    "body", [b".\r\n", b"..\r\n", b".one\r\n\r\n.two\r\n", b"one\r\n.\r\ntwo\r\n", b"a." + b"b" * 900 + b"\r\n"]
)
def test_lines_that_begin_with_a_dot_arrive_as_they_were(relay: ScriptedRelay, body: bytes) -> None:
    for content in (b"Subject: x\r\n\r\n" + body, body):
        assert isinstance(one(smtp_to(relay), a_mail(1, content)).outcome, Accepted)
        lines = relay.taken.pop().wire.splitlines(keepends=True)
        assert b"".join(line[1:] if line.startswith(b".") else line for line in lines) == content


def test_content_without_an_end_of_line_gets_one(relay: ScriptedRelay) -> None:
    one(smtp_to(relay), a_mail(1, b"Subject: x\r\n\r\nHello."))
    assert relay.taken[0].wire == b"Subject: x\r\n\r\nHello.\r\n"


def test_the_envelope_arrives_as_it_was_and_we_greet_by_our_name(relay: ScriptedRelay) -> None:
    one(smtp_to(relay))
    assert (relay.taken[0].sender, relay.taken[0].recipient) == ("post@proof.example", "r1@example.org")
    assert relay.said[0].lower() == "ehlo news.test"


@pytest.mark.parametrize(
    "recipient", ["a@example.org>\r\nRCPT TO:<b@example.org", "a@example.org> SIZE=1", "größe@example.org"]
)
def test_an_address_that_cannot_be_said_fails_alone(relay: ScriptedRelay, recipient: str) -> None:
    poisoned = OutgoingMail(1, 1, "post@proof.example", recipient, SMALL)
    with used(smtp_to(relay)) as transport:
        answers = transmitted(transport, [poisoned, a_mail(2)])
    assert [type(outcome) for outcome in outcomes(answers)] == [Refused, Accepted]
    assert [taken.recipient for taken in relay.taken] == ["r2@example.org"]
