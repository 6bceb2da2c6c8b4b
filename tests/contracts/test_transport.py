"""What every transport promises: SMTP against a real scripted server, and the fake that other tests rely on."""

import contextlib
from collections.abc import Callable, Iterator

import pytest

from newsletter.delivery.outcomes import Accepted, Deferred, Outcome, Refused, Scope, Unknown
from newsletter.delivery.transports.protocol import Transport
from newsletter.delivery.transports.relay_address import RelayAddress
from newsletter.delivery.transports.smtp import SmtpTransport
from tests.fakes import FakeTransport
from tests.servers import free_port
from tests.smtp_script import HANG_UP, ScriptedRelay, Step
from tests.transmissions import Pulled, outcomes, smtp_to, some_mails, transmitted

LATER = Deferred("451 later")
NEVER = Refused("550 no such user")
CLOSING = Deferred("421 closing", Scope.RELAY)
LOST = Unknown("no answer")

Maker = Callable[[list[Outcome | None]], Transport]


def scripted(relay: ScriptedRelay, wanted: list[Outcome | None]) -> None:
    """Make a relay bring about these outcomes, one mail each; None is an accepted one."""
    for outcome in wanted:
        match outcome:
            case None | Accepted():
                relay.then(Step.DOT, "250 2.0.0 taken")
            case Unknown():
                relay.then(Step.DOT, HANG_UP)
            case Refused(reply) | Deferred(reply):
                relay.then(Step.DOT, reply)


@pytest.fixture(params=["smtp", "fake"])
def make(request: pytest.FixtureRequest) -> Iterator[Maker]:
    """Makes a transport whose mails meet the outcomes given."""
    with contextlib.ExitStack() as stack:

        def make_smtp(wanted: list[Outcome | None]) -> Transport:
            relay = stack.enter_context(ScriptedRelay())
            scripted(relay, wanted)
            transport = smtp_to(relay)
            stack.callback(transport.close)
            return transport

        def make_fake(wanted: list[Outcome | None]) -> Transport:
            return FakeTransport([outcome or Accepted("250 2.0.0 taken") for outcome in wanted])

        yield make_smtp if request.param == "smtp" else make_fake


@pytest.fixture(params=["smtp", "fake"])
def absent(request: pytest.FixtureRequest) -> Transport:
    """A transport to a relay that is not there."""
    if request.param == "fake":
        return FakeTransport(is_down=True)
    return SmtpTransport(RelayAddress("127.0.0.1", free_port(), "none", "", ""), helo="news.test")


def test_every_mail_that_is_pulled_has_one_answer(make: Maker) -> None:
    mails = some_mails(5)
    answers = transmitted(make([None, LATER, NEVER, LOST, None]), mails)
    assert [answer.mail for answer in answers] == mails
    kinds = [type(outcome) for outcome in outcomes(answers)]
    assert kinds == [Accepted, Deferred, Refused, Unknown, Accepted]


def test_without_mails_there_is_nothing_to_answer(make: Maker) -> None:
    assert transmitted(make([]), []) == []


def test_a_mail_is_pulled_only_when_the_one_before_has_its_answer(make: Maker) -> None:
    pulled = Pulled(some_mails(3))
    for number, _answer in enumerate(make([]).transmit(iter(pulled)), start=1):
        assert len(pulled.pulled) == number


def test_nothing_is_pulled_when_no_connection_stands(absent: Transport) -> None:
    pulled = Pulled(some_mails(3))
    [answer] = absent.transmit(iter(pulled))
    assert answer.mail is None
    assert isinstance(answer.outcome, Deferred)
    assert answer.outcome.scope is Scope.RELAY
    assert pulled.pulled == []


def test_an_outcome_that_concerns_the_relay_ends_the_iteration(make: Maker) -> None:
    pulled = Pulled(some_mails(4))
    answers = list(make([None, CLOSING]).transmit(iter(pulled)))
    assert [type(outcome) for outcome in outcomes(answers)] == [Accepted, Deferred]
    assert pulled.pulled == pulled.mails[:2]


def test_after_trouble_the_same_transport_works_again(make: Maker) -> None:
    transport = make([CLOSING])
    assert len(transmitted(transport, some_mails(2))) == 1
    assert [type(outcome) for outcome in outcomes(transmitted(transport, some_mails(2)))] == [Accepted, Accepted]


def test_a_closed_transport_can_be_used_again_and_closed_twice(make: Maker) -> None:
    transport = make([])
    transmitted(transport, some_mails(1))
    transport.close()
    transport.close()
    assert len(transmitted(transport, some_mails(1))) == 1


def test_ending_a_transport_that_never_began_does_nothing(make: Maker) -> None:
    transport = make([])
    transport.abort()
    transport.close()
