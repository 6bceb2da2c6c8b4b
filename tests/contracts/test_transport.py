"""What every transport promises: SMTP against a real scripted server, and the fake that other tests rely on."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outcomes import Accepted, Deferred, Outcome, Refused, Scope, Unknown
from newsletter.delivery.transports.protocol import Answer, Transport
from newsletter.delivery.transports.relay_address import RelayAddress
from newsletter.delivery.transports.smtp import SmtpTransport
from tests.fakes import FakeTransport
from tests.servers import free_port
from tests.smtp_script import CERTIFICATE, HANG_UP, HANG_UP_AFTERWARDS, SILENCE, ScriptedRelay, Step

LATER = Deferred("451 later")
NEVER = Refused("550 no such user")
CLOSING = Deferred("421 closing", Scope.RELAY)
LOST = Unknown("no answer")
PASSWORD = "s3cret/+phrase"
SMALL = b"Subject: x\r\n\r\nHello.\r\n"


def a_mail(number: int, content: bytes = SMALL) -> OutgoingMail:
    return OutgoingMail(number, 1, "post@proof.example", f"r{number}@example.org", content)


def some_mails(count: int) -> list[OutgoingMail]:
    return [a_mail(number) for number in range(1, count + 1)]


@dataclass
class Pulled:
    """Mails to be pulled one by one, and which of them were."""

    mails: list[OutgoingMail]
    pulled: list[OutgoingMail] = field(default_factory=list)

    def __iter__(self) -> Iterator[OutgoingMail]:
        for mail in self.mails:
            self.pulled.append(mail)
            yield mail


def transmitted(transport: Transport, mails: list[OutgoingMail]) -> list[Answer]:
    return list(transport.transmit(iter(mails)))


def outcomes(answers: list[Answer]) -> list[Outcome]:
    return [answer.outcome for answer in answers]


# --- Every transport ------------------------------------------------------------------------------

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


# --- SMTP -----------------------------------------------------------------------------------------


def smtp_to(
    relay: ScriptedRelay, *, user: str = "", connect_seconds: float = 10, answer_seconds: float = 10, tls: str = ""
) -> SmtpTransport:
    address = RelayAddress("127.0.0.1", relay.port, tls or relay.tls, user, PASSWORD if user else "")
    return SmtpTransport(address, helo="news.test", connect_seconds=connect_seconds, answer_seconds=answer_seconds)


@pytest.fixture
def relay() -> Iterator[ScriptedRelay]:
    """A relay that does as it is told."""
    with ScriptedRelay() as made:
        yield made


@pytest.fixture
def encrypted_relay(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedRelay]:
    """A relay with TLS whose certificate this machine trusts, as operators make it trust their own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with ScriptedRelay(tls=request.param) as made:
        yield made


each_tls = pytest.mark.parametrize("encrypted_relay", ["starttls", "implicit"], indirect=True)


@contextlib.contextmanager
def used(transport: SmtpTransport) -> Iterator[SmtpTransport]:
    """A transport that is closed at the end."""
    try:
        yield transport
    finally:
        transport.close()


def one(transport: SmtpTransport, mail: OutgoingMail | None = None) -> Answer:
    """The only answer there is to one mail."""
    with used(transport):
        [answer] = transmitted(transport, [mail or a_mail(1)])
    return answer


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


@each_tls
def test_mail_goes_encrypted_to_a_relay_whose_certificate_is_trusted(encrypted_relay: ScriptedRelay) -> None:
    encrypted_relay.offers = ("AUTH PLAIN LOGIN",)
    assert isinstance(one(smtp_to(encrypted_relay, user="gazette")).outcome, Accepted)
    assert [taken.was_encrypted for taken in encrypted_relay.taken] == [True]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_self_signed_certificate_is_refused(tls: str) -> None:
    with ScriptedRelay(tls=tls) as relay:
        answer = one(smtp_to(relay, user="gazette"))
        assert answer.mail is None
        assert "certificate is not trusted (self-signed certificate)" in answer.outcome.reply
        assert relay.taken == []
        assert not [line for line in relay.said if line.startswith(("AUTH", "MAIL"))]


@each_tls
def test_a_certificate_for_another_name_is_refused(encrypted_relay: ScriptedRelay) -> None:
    address = RelayAddress("127.0.0.2", encrypted_relay.port, encrypted_relay.tls, "", "")
    encrypted_relay.also_listen_on("127.0.0.2")
    answer = one(SmtpTransport(address, helo="news.test", connect_seconds=10))
    assert answer.mail is None
    assert "certificate is not trusted" in answer.outcome.reply
    assert encrypted_relay.taken == []


def test_a_relay_that_offers_no_tls_gets_no_mail_and_no_password(relay: ScriptedRelay) -> None:
    relay.offers = ("AUTH PLAIN LOGIN",)
    answer = one(smtp_to(relay, user="gazette", tls="starttls"))
    assert answer.mail is None
    assert "starttls" in answer.outcome.reply.lower()
    assert [line.split(" ")[0].upper() for line in relay.said] == ["EHLO"]


def test_a_relay_that_offers_no_login_gets_no_mail(relay: ScriptedRelay) -> None:
    answer = one(smtp_to(relay, user="gazette"))
    assert answer.mail is None
    assert relay.taken == []


def test_a_relay_that_repeats_the_password_does_not_bring_it_into_an_outcome(relay: ScriptedRelay) -> None:
    relay.offers = ("AUTH PLAIN",)
    told = "AGdhemV0dGUAczNjcmV0LytwaHJhc2U="
    relay.then(Step.AUTH, f"535 5.7.8 not you: {told} means {PASSWORD}")
    answer = one(smtp_to(relay, user="gazette"))
    assert f"AUTH PLAIN {told}" in relay.said
    assert "535 5.7.8 not you: *** means ***" in answer.outcome.reply
    assert PASSWORD not in repr(RelayAddress("h", 25, "none", "u", PASSWORD))


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
