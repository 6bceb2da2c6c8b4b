"""How long a transport waits for a silent relay, and how an abort wakes it."""

import threading

import pytest

from newsletter.delivery.outcomes import Accepted, Deferred, Scope, Unknown
from newsletter.delivery.transports.protocol import Answer
from newsletter.delivery.transports.smtp import SmtpTransport
from tests.smtp_script import SILENCE, ScriptedRelay, Step
from tests.transmissions import a_mail, each_tls, one, outcomes, smtp_to, some_mails, transmitted, used


@pytest.mark.parametrize("step", [Step.CONNECT, Step.EHLO])
def test_a_silent_relay_is_given_up_before_a_mail_is_named(relay: ScriptedRelay, step: Step) -> None:
    relay.then(step, SILENCE)
    answer = one(smtp_to(relay, connect_seconds=0.2))
    assert answer.mail is None
    assert "timed out" in answer.outcome.reply


def test_silence_after_the_dot_is_unknown_in_the_end(relay: ScriptedRelay) -> None:
    relay.then(Step.DOT, SILENCE)
    assert isinstance(one(smtp_to(relay, answer_seconds=0.3)).outcome, Unknown)


def test_after_a_greeting_in_time_the_answer_may_take_longer(relay: ScriptedRelay) -> None:
    relay.slow_down(Step.DOT, 0.6)
    assert isinstance(one(smtp_to(relay, connect_seconds=0.3)).outcome, Accepted)


def test_saying_goodbye_does_not_wait_for_a_silent_relay(relay: ScriptedRelay) -> None:
    relay.then(Step.QUIT, SILENCE)
    transport = smtp_to(relay, answer_seconds=60)
    transmitted(transport, some_mails(1))
    farewell = threading.Thread(target=transport.close)
    farewell.start()
    farewell.join(8)
    assert not farewell.is_alive()


def aborted(relay: ScriptedRelay, step: Step, transport: SmtpTransport) -> list[Answer]:
    """What a transmission answers that is aborted while a relay is silent at a step."""
    relay.then(step, SILENCE)
    answers: list[Answer] = []
    work = threading.Thread(target=lambda: answers.extend(transmitted(transport, some_mails(1))))
    work.start()
    relay.wait_for(step)
    transport.abort()
    work.join(5)
    assert not work.is_alive(), "abort wakes whoever waits"
    transport.close()
    return answers


def test_abort_between_two_mails_opens_no_new_connection(relay: ScriptedRelay) -> None:
    relay.then(Step.MAIL, "250 ok", SILENCE)
    transport = smtp_to(relay, answer_seconds=60)
    answers: list[Answer] = []
    work = threading.Thread(target=lambda: answers.extend(transmitted(transport, some_mails(3))))
    work.start()
    relay.wait_for(Step.MAIL, times=2)
    transport.abort()
    work.join(5)
    assert not work.is_alive()
    assert [type(outcome) for outcome in outcomes(answers)] == [Accepted, Deferred]
    assert relay.connections == 1


def test_after_an_abort_the_same_transport_works_again(relay: ScriptedRelay) -> None:
    with used(smtp_to(relay)) as transport:
        transmitted(transport, some_mails(1))
        transport.abort()
        assert [type(outcome) for outcome in outcomes(transmitted(transport, some_mails(2)))] == [Accepted, Accepted]


def test_abort_makes_a_mail_that_waits_for_its_answer_unknown(relay: ScriptedRelay) -> None:
    [answer] = aborted(relay, Step.DOT, smtp_to(relay, answer_seconds=60))
    assert answer.mail == a_mail(1)
    assert isinstance(answer.outcome, Unknown)


@each_tls
def test_abort_wakes_an_encrypted_conversation_too(encrypted_relay: ScriptedRelay) -> None:
    [answer] = aborted(encrypted_relay, Step.DOT, smtp_to(encrypted_relay, answer_seconds=60))
    assert isinstance(answer.outcome, Unknown)


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA])
def test_abort_before_the_dot_leaves_the_mail_untried(relay: ScriptedRelay, step: Step) -> None:
    [answer] = aborted(relay, step, smtp_to(relay, answer_seconds=60))
    assert isinstance(answer.outcome, Deferred)
    assert answer.outcome.scope is Scope.RELAY


@pytest.mark.parametrize("step", [Step.CONNECT, Step.EHLO])
def test_abort_wakes_a_transport_that_is_still_connecting(relay: ScriptedRelay, step: Step) -> None:
    [answer] = aborted(relay, step, smtp_to(relay, connect_seconds=60))
    assert answer.mail is None
