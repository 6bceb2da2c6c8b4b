"""What a relay answers, and where in the conversation, decides what becomes of a mail."""

import pytest

from newsletter.delivery.outcomes import Accepted, Deferred, Outcome, Refused, Scope, Unknown
from tests.smtp_script import HANG_UP, ScriptedRelay, Step
from tests.transmissions import SMALL, Pulled, a_mail, one, smtp_to, some_mails, used

BEFORE_A_MAIL = [Step.CONNECT, Step.EHLO, Step.STARTTLS, Step.AUTH]


@pytest.mark.parametrize("code", [421, 454, 535, 554])
@pytest.mark.parametrize("encrypted_relay", ["starttls"], indirect=True)
@pytest.mark.parametrize("step", BEFORE_A_MAIL)
def test_a_refusal_before_a_mail_is_named_pulls_nothing(encrypted_relay: ScriptedRelay, step: Step, code: int) -> None:
    encrypted_relay.offers = ("AUTH PLAIN LOGIN",)
    encrypted_relay.then(step, *[f"{code} not you"] * 3)
    pulled = Pulled(some_mails(2))
    with used(smtp_to(encrypted_relay, user="gazette")) as transport:
        [answer] = transport.transmit(iter(pulled))
    assert answer.mail is None
    assert isinstance(answer.outcome, Deferred)
    assert answer.outcome.scope is Scope.RELAY
    assert f"{code}" in answer.outcome.reply
    assert pulled.pulled == []


@pytest.mark.parametrize("encrypted_relay", ["starttls"], indirect=True)
@pytest.mark.parametrize("step", BEFORE_A_MAIL)
def test_a_hang_up_before_a_mail_is_named_pulls_nothing(encrypted_relay: ScriptedRelay, step: Step) -> None:
    encrypted_relay.offers = ("AUTH PLAIN LOGIN",)
    encrypted_relay.then(step, HANG_UP)
    pulled = Pulled(some_mails(2))
    with used(smtp_to(encrypted_relay, user="gazette")) as transport:
        [answer] = transport.transmit(iter(pulled))
    assert (answer.mail, pulled.pulled) == (None, [])
    assert isinstance(answer.outcome, Deferred)
    assert answer.outcome.scope is Scope.RELAY


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        (Step.MAIL, "450 4.7.1 not now", Deferred("450 4.7.1 not now", Scope.RELAY)),
        (Step.MAIL, "550 5.7.1 not from you", Deferred("550 5.7.1 not from you", Scope.RELAY)),
        (Step.MAIL, "421 4.3.2 closing", Deferred("421 4.3.2 closing", Scope.RELAY)),
        (Step.RCPT, "450 4.2.0 greylisted", Deferred("450 4.2.0 greylisted")),
        (Step.RCPT, "550 5.1.1 no such user", Refused("550 5.1.1 no such user")),
        (Step.RCPT, "421 4.3.2 closing", Deferred("421 4.3.2 closing", Scope.RELAY)),
        (Step.DATA, "451 4.3.0 later", Deferred("451 4.3.0 later")),
        (Step.DATA, "554 5.5.1 no", Refused("554 5.5.1 no")),
        (Step.DOT, "452 4.3.1 full", Deferred("452 4.3.1 full")),
        (Step.DOT, "554 5.7.1 spam", Refused("554 5.7.1 spam")),
        (Step.DOT, "421 4.3.2 closing", Deferred("421 4.3.2 closing", Scope.RELAY)),
        (Step.DOT, "250 2.0.0 queued as 7", Accepted("250 2.0.0 queued as 7")),
    ],
)
def test_an_answer_is_judged_by_where_it_came(relay: ScriptedRelay, step: Step, reply: str, expected: Outcome) -> None:
    relay.then(step, reply)
    answer = one(smtp_to(relay))
    assert answer.mail == a_mail(1)
    assert answer.outcome == expected


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA])
@pytest.mark.parametrize("reply", ["354 go ahead", "what?", "199 odd", HANG_UP])
def test_nonsense_or_a_hang_up_before_the_dot_leaves_the_mail_untried(
    relay: ScriptedRelay, step: Step, reply: str
) -> None:
    if (step, reply) == (Step.DATA, "354 go ahead"):
        reply = "250 this is no invitation"
    relay.then(step, reply)
    answer = one(smtp_to(relay))
    assert isinstance(answer.outcome, Deferred)
    assert answer.outcome.scope is Scope.RELAY
    assert relay.taken == []


@pytest.mark.parametrize("reply", ["354 go on", "what?", HANG_UP])
def test_nonsense_or_a_hang_up_after_the_dot_leaves_it_unknown(relay: ScriptedRelay, reply: str) -> None:
    relay.then(Step.DOT, reply)
    assert isinstance(one(smtp_to(relay)).outcome, Unknown)
    assert len(relay.taken) == 1


def test_a_hang_up_in_the_middle_of_a_mail_was_before_its_dot(relay: ScriptedRelay) -> None:
    relay.then(Step.BODY, HANG_UP)
    larger_than_all_buffers = SMALL + b"and more\r\n" * 4_000_000
    answer = one(smtp_to(relay), a_mail(1, larger_than_all_buffers))
    assert isinstance(answer.outcome, Deferred)
    assert answer.outcome.scope is Scope.RELAY
