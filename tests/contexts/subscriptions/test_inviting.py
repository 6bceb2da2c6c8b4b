"""*Invite again*: the only way back after a complaint, and only by an editor's word and the owner's press."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.errors import RefusedError
from newsletter.mails import gathering
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.inviting import invite_again
from newsletter.subscriptions.signup import confirm
from newsletter.subscriptions.subscribers import Consent, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppress, suppressed_among, suppression_reason
from tests.data import NOW, a_newsletter, a_reader

ANNA = parse_address("anna@example.org")


def kinds(database: Database) -> list[str]:
    """The mails in the outbox."""
    with database.read() as session:
        return list(session.scalars(select(Delivery.kind).order_by(Delivery.id)))


@pytest.mark.parametrize("why", list(SuppressionReason))
def test_whatever_kept_us_is_lifted_and_the_owner_is_asked(database: Database, why: SuppressionReason) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        suppress(session, ANNA.key, why, now=NOW)
    with database.write() as session:
        invite_again(session, newsletter, ANNA, "She wrote to us on Monday.", by=7, now=NOW)
    with database.read() as session:
        subscription = session.scalars(select(Subscription)).one()
        consent = session.scalars(select(Consent)).one()
        assert subscription.state == "pending"
        assert (consent.form, consent.wording, consent.editor_id) == ("invite", "She wrote to us on Monday.", 7)
        assert not suppressed_among(session, [ANNA.key])
        assert gathering.is_brought(session, subscription.id)
    assert kinds(database) == ["confirmation"]


def test_who_had_left_reads_again_after_the_press_and_not_before(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        reader = a_reader(session, newsletter)
        reader.state, reader.left_at = "unsubscribed", NOW - timedelta(days=2)
        suppress(session, ANNA.key, SuppressionReason.COMPLAINED, now=NOW)
    with database.write() as session:
        invite_again(session, newsletter, ANNA, "By telephone.", by=None, now=NOW)
        found = session.get_one(Subscription, reader.id)
        assert found.state == "pending"
        confirm(session, found, Evidence("", "Yes", ""), now=NOW)
        assert found.state == "active"


def test_who_reads_and_complained_hears_that_mails_come_again(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        suppress(session, ANNA.key, SuppressionReason.COMPLAINED, now=NOW)
    with database.write() as session:
        invite_again(session, newsletter, ANNA, "It was a slip.", by=None, now=NOW)
    assert kinds(database) == ["already_subscribed"]


def test_it_is_refused_with_nothing_changed(database: Database) -> None:
    with database.write() as session:
        newsletter, rehearsal = a_newsletter(session), a_newsletter(session, "Not Yet", is_live=False)
        a_reader(session, newsletter, "ben@example.org")
        suppress(session, ANNA.key, SuppressionReason.COMPLAINED, now=NOW)
    cases = [
        (newsletter, ANNA, "  ", "how you know"),
        (rehearsal, ANNA, "By letter.", "in rehearsal"),
        (newsletter, parse_address("ben@example.org"), "By letter.", "reads The Proof already"),
    ]
    for where, whom, reason, sentence in cases:
        with pytest.raises(RefusedError, match=sentence), database.write() as session:
            invite_again(session, where, whom, reason, by=None, now=NOW)
    with database.read() as session:
        assert suppression_reason(session, ANNA.key) == SuppressionReason.COMPLAINED
    assert kinds(database) == []


def test_nobody_is_asked_more_often_than_by_a_form(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
    with database.write() as session:
        invite_again(session, newsletter, ANNA, "By letter.", by=None, now=NOW)
    with database.write() as session:
        suppress(session, ANNA.key, SuppressionReason.COMPLAINED, now=NOW)
    with pytest.raises(RefusedError, match="several times of late"), database.write() as session:
        invite_again(session, newsletter, ANNA, "By letter.", by=None, now=NOW + timedelta(minutes=1))
    with database.read() as session:
        assert suppressed_among(session, [ANNA.key])
