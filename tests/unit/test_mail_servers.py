"""Whether a domain takes mail, by what its name servers say."""

import pytest

from newsletter.subscriptions.mail_servers import TakesMail, takes_mail
from newsletter.subscriptions.resolving import Silence
from tests.fake_resolver import Answers, FakeResolver

NAME = "example.org"
NONE, SILENT = Silence.NO_SUCH_RECORD, Silence.NO_ANSWER


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"example.org MX": ("10 mx.example.org.",)}, TakesMail.YES),
        ({"example.org MX": ("20 b.example.org.", "10 a.example.org.")}, TakesMail.YES),
        ({"example.org MX": ("0 .",)}, TakesMail.NO),
        ({"example.org MX": ("0 .", "10 mx.example.org.")}, TakesMail.YES),  # a mistake, and no certain no
        ({}, TakesMail.NO),
        ({"example.org MX": SILENT}, TakesMail.UNKNOWN),
        ({"example.org MX": NONE, "example.org A": ("192.0.2.1",)}, TakesMail.YES),
        ({"example.org MX": NONE, "example.org A": NONE, "example.org AAAA": ("2001:db8::1",)}, TakesMail.YES),
        ({"example.org MX": NONE, "example.org A": NONE, "example.org AAAA": NONE}, TakesMail.NO),
        ({"example.org MX": NONE, "example.org A": SILENT, "example.org AAAA": NONE}, TakesMail.UNKNOWN),
        ({"example.org MX": NONE, "example.org A": NONE, "example.org AAAA": SILENT}, TakesMail.UNKNOWN),
    ],
)
def test_only_what_is_certain_is_a_no(answers: Answers, expected: TakesMail) -> None:
    assert takes_mail(FakeResolver(answers), NAME) is expected
