"""What a relay's reply means, by where in the conversation it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.outcomes import (
    Accepted,
    Deferred,
    Outcome,
    Phase,
    Refused,
    Scope,
    Unknown,
    broken_off,
    ends_the_conversation,
    is_out_of_turn,
    outcome_of,
    reply_text,
)

BEFORE_THE_RECIPIENT = (Phase.CONNECT, Phase.GREETING, Phase.TLS, Phase.LOGIN, Phase.MAIL)
phases = st.sampled_from(Phase)
codes = st.integers(-1, 999)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("code", [200, 220, 235, 250, 251, 252, 299])
def test_a_success_is_a_success_in_every_phase(phase: Phase, code: int) -> None:
    assert outcome_of(phase, code, "ok") == Accepted(f"{code} ok")


@pytest.mark.parametrize("phase", BEFORE_THE_RECIPIENT)
@pytest.mark.parametrize("code", [421, 450, 454, 500, 530, 535, 550, 554])
def test_before_the_recipient_is_named_every_refusal_concerns_us_and_the_mail_waits(phase: Phase, code: int) -> None:
    assert outcome_of(phase, code, "no") == Deferred(f"{code} no", Scope.RELAY)


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.DOT])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (421, Deferred("421 so", Scope.RELAY)),
        (450, Deferred("450 so")),
        (451, Deferred("451 so")),
        (452, Deferred("452 so")),
        (521, Refused("521 so")),
        (550, Refused("550 so")),
        (552, Refused("552 so")),
        (554, Refused("554 so")),
        (556, Refused("556 so")),
    ],
)
def test_afterwards_a_refusal_concerns_this_mail(phase: Phase, code: int, expected: Outcome) -> None:
    assert outcome_of(phase, code, "so") == expected


@given(phases, st.sampled_from([-1, 0, 99, 100, 199, 300, 334, 354, 600, 999]))
def test_nonsense_never_fails_a_mail_for_good(phase: Phase, code: int) -> None:
    outcome = outcome_of(phase, code, "what?")
    if phase is Phase.DOT:
        assert isinstance(outcome, Unknown)
    else:
        assert isinstance(outcome, Deferred)
        assert outcome.scope is Scope.RELAY


@given(phases, codes, st.text(max_size=60))
def test_only_a_five_hundred_about_the_recipient_or_the_mail_is_final(phase: Phase, code: int, text: str) -> None:
    outcome = outcome_of(phase, code, text)
    assert isinstance(outcome, Refused) == (500 <= code <= 599 and phase not in BEFORE_THE_RECIPIENT)
    assert isinstance(outcome, Accepted) == (200 <= code <= 299)


@given(phases, codes)
def test_only_after_the_dot_can_it_be_unknown(phase: Phase, code: int) -> None:
    assert isinstance(outcome_of(phase, code, "x"), Unknown) == (phase is Phase.DOT and is_out_of_turn(code))


@pytest.mark.parametrize("phase", list(Phase))
def test_a_connection_that_broke_off_left_the_mail_untried_unless_the_dot_was_said(phase: Phase) -> None:
    outcome = broken_off(phase, "connection reset")
    if phase is Phase.DOT:
        assert outcome == Unknown("no answer after the mail was handed over (connection reset)")
    else:
        assert outcome == Deferred("the connection broke off (connection reset)", Scope.RELAY)


def test_nothing_can_be_said_after_a_farewell_or_after_nonsense() -> None:
    assert [code for code in (220, 250, 450, 550, 554, 421, 354, -1) if ends_the_conversation(code)] == [421, 354, -1]


@given(st.integers(-1, 999), st.one_of(st.text(), st.binary()))
def test_a_reply_is_one_bounded_line_whatever_the_relay_says(code: int, text: bytes | str) -> None:
    line = reply_text(code, text)
    assert len(line) <= 500
    assert line.startswith(str(code))
    assert not any(ord(letter) < 32 or ord(letter) == 127 for letter in line)


def test_a_reply_of_several_lines_becomes_one() -> None:
    assert reply_text(550, b"5.1.1 no such user\r\n5.1.1 see https://relay.example") == (
        "550 5.1.1 no such user 5.1.1 see https://relay.example"
    )
    assert reply_text(550, b"gr\xfc\xdfe") == "550 gr��e"
