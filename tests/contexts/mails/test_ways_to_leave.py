"""Every mail that comes by itself leads out, by a press and by a mail; and the link to one's own data."""

from email.utils import getaddresses
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Withhold
from newsletter.delivery.kinds import MailKind
from newsletter.subscriptions.leaving_by_mail import LeftByMail, leave_by_mail
from newsletter.subscriptions.privacy.proving import send_fresh_link
from newsletter.subscriptions.subscribers import MailboxProof
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.composed_mails import SIGNER, a_composer, a_variant, body, composed, read, to_reader
from tests.data import NOW, a_newsletter, a_reader


@pytest.mark.parametrize("kind", [MailKind.WELCOME, MailKind.DIGEST])
def test_a_mail_to_the_address_in_the_header_leaves(database: Database, kind: MailKind) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        reader = a_reader(session, newsletter)
        variant = a_variant(session, newsletter) if kind is MailKind.DIGEST else None
        header = read(composed(session, to_reader(session, kind, reader, variant)))["List-Unsubscribe"]
        one_click, mailto = (each.strip("<> ") for each in str(header).split(","))
        assert urlsplit(one_click).scheme == "https"
        address = urlsplit(mailto).path
        assert getaddresses([address]) == [("", address)]
        assert len(address.partition("@")[0]) <= 64
        assert leave_by_mail(session, SIGNER, f"To: {address}\r\n\r\n".encode(), now=NOW) is LeftByMail.LEFT
        assert reader.state == "unsubscribed"


def a_fresh_link(session: Session) -> Delivery:
    reader = a_reader(session, a_newsletter(session))
    send_fresh_link(session, reader, now=NOW)
    return session.scalars(select(Delivery)).one()


def test_the_fresh_link_says_until_when_it_works_and_has_no_one_click(database: Database) -> None:
    with database.write() as session:
        message = read(composed(session, a_fresh_link(session)))
        [proof] = session.scalars(select(MailboxProof))
        url = a_composer().links.own(proof.id, proof.nonce)
    assert message["To"] == "anna@example.org"
    assert message["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        written = " ".join(body(message, part).split())
        assert url in written
        assert "Tuesday 24 November, 16:00 (Berlin time)" in written
        assert "/unsubscribe/" not in written


def test_a_fresh_link_that_works_no_more_does_not_go_out(database: Database) -> None:
    with database.write() as session:
        row = a_fresh_link(session)
        assert a_composer()(session, row, NOW + defaults.FRESH_LINK_LIFETIME) == Withhold("the link has expired")
        suppress(session, "anna@example.org", SuppressionReason.COMPLAINED, now=NOW)
        withheld = a_composer()(session, row, NOW)
        assert isinstance(withheld, Withhold)
        session.delete(session.scalars(select(MailboxProof)).one())
        session.flush()
        assert a_composer()(session, row, NOW) == Withhold("the reader's record is gone")
