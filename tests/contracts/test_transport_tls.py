"""Certificates and passwords: nothing goes to a relay that is not the right one, or not encrypted as it should be."""

import pytest

from newsletter.delivery.outcomes import Accepted
from newsletter.delivery.transports.relay_address import RelayAddress
from newsletter.delivery.transports.smtp import SmtpTransport
from tests.smtp_script import ScriptedRelay, Step
from tests.transmissions import PASSWORD, each_tls, one, smtp_to


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
