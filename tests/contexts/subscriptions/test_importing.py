"""Readers from other systems: who is taken in, who is asked, who stays out, and what evidence is kept."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.errors import RefusedError
from newsletter.subscriptions.importing import runs
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, RunState
from newsletter.subscriptions.subscribers import (
    Cadence,
    Consent,
    Subscriber,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)
from newsletter.suppression.suppressions import Suppression, SuppressionReason, hash_address, suppress
from newsletter.wiring import Services
from tests import import_files as files
from tests.data import NOW, a_newsletter, a_reader, topic_ids
from tests.import_files import a_file, a_mailchimp_row, a_wix_file
from tests.imports import (
    REASON,
    begin_taking,
    counted,
    readers_of,
    rows_of,
    run_of,
    statuses_in,
    take_in,
    work_on,
)

MIXED = a_wix_file(
    ("anna@example.org", "Subscribed", "Subscribe form"),
    ("ben@example.org", "Unsubscribed", "Subscribe form"),
    ("cem@example.org", "Never subscribed", "Checkout"),
    ("no address", "Subscribed", "Subscribe form"),
    ("dora@example.org", "Subscribed", "Import"),
)


def the_newsletter(session: Session) -> Newsletter:
    return session.scalars(select(Newsletter)).one()


def mails_in(parts: Services) -> int:
    with parts.database.read() as session:
        return session.scalar(select(func.count(Delivery.id))) or 0


def suppressions_in(parts: Services) -> dict[str, str]:
    with parts.database.read() as session:
        return dict(session.execute(select(Suppression.address_key, Suppression.reason)).all())


def test_counting_takes_nobody_in(house: Services) -> None:
    run = counted(house, MIXED)
    assert run.state == RunState.CHECKED
    assert (run.product, run.counts["rows"], run.counts["unreadable"]) == ("wix", 5, 1)
    assert statuses_in(run) == {
        "subscribed Subscribe form": 1,
        "subscribed Import": 1,
        "unsubscribed": 1,
        "never Checkout": 1,
    }
    assert run.counts["examples"] == [[5, "A mail address has an @ in it, like anna@example.org; please check it."]]
    assert readers_of(house) == {}
    assert suppressions_in(house) == {}
    assert mails_in(house) == 0


def test_what_is_known_here_is_counted(house: Services) -> None:
    with house.database.write() as session:
        a_reader(session, the_newsletter(session))
        suppress(session, "dora@example.org", SuppressionReason.ASKED, now=NOW)
    run = counted(house, MIXED)
    assert (run.counts["known"], run.counts["kept_out"]) == (1, 1)


def test_without_choices_the_cautious_ones_hold(house: Services) -> None:
    run = take_in(house, MIXED)
    assert run.state == RunState.DONE
    assert run.taken == {"staged": 2, "suppressed": 1, "left_out": 1, "unreadable": 1}
    assert readers_of(house) == {}
    assert suppressions_in(house) == {"ben@example.org": "imported"}
    assert mails_in(house) == 0


def test_whoever_is_declared_reads_from_now_on_with_the_declaration_as_evidence(house: Services) -> None:
    take_in(house, MIXED, "contacts.csv", **{"subscribed/Import": "active", "never": "leave"})
    assert readers_of(house) == {"dora@example.org": "active"}
    with house.database.read() as session:
        subscription = session.scalars(select(Subscription)).one()
        consent = session.scalars(select(Consent)).one()
    assert (subscription.joined_at, subscription.cadence) == (NOW, Cadence.WEEKLY)
    assert len({subscription.nonce, subscription.confirm_nonce}) == 2
    assert (consent.act, consent.form, consent.at, consent.editor_id) == ("confirmed", "import", NOW, 1)
    assert consent.wording == f"Declared by Maren Oduya: {REASON}"
    assert consent.page == "import of contacts.csv (wix)"
    assert mails_in(house) == 0


def test_the_evidence_of_the_file_is_kept_with_its_instants_and_networks(house: Services) -> None:
    take_in(house, a_file(files.MAILCHIMP, a_mailchimp_row("anna@example.org")), proven="active")
    with house.database.read() as session:
        asked, confirmed = session.scalars(select(Consent).order_by(Consent.id)).all()
        subscription = session.scalars(select(Subscription)).one()
    assert (asked.act, asked.at, asked.network) == (
        "requested",
        datetime(2021, 3, 4, 10, 11, 12, tzinfo=UTC),
        "192.0.2.0/24",
    )
    assert (confirmed.act, confirmed.at, confirmed.network) == (
        "confirmed",
        datetime(2021, 3, 4, 10, 15, tzinfo=UTC),
        "198.51.100.0/24",
    )
    assert (subscription.requested_at, subscription.joined_at) == (asked.at, NOW)


def test_nobody_reads_at_once_without_an_editor_who_says_why(house: Services) -> None:
    run = counted(house, a_file(files.MAILCHIMP, a_mailchimp_row("anna@example.org")))
    for declared_by, reason in [(None, REASON), (1, "  "), (None, "")]:
        with house.database.write() as session:
            found = session.get_one(ImportRun, run.id)
            with pytest.raises(RefusedError, match="who declares"):
                runs.start(session, found, {}, declared_by=declared_by, reason=reason, now=NOW)
    assert run_of(house, run.id).state == RunState.CHECKED


@pytest.mark.parametrize("wish", ["active", "ask", "leave", "nonsense"])
def test_nobody_can_choose_for_those_who_left(house: Services, wish: str) -> None:
    run = counted(house, MIXED)
    with pytest.raises(RefusedError, match="can be one of: suppress"):
        begin_taking(house, run.id, {"unsubscribed": wish})
    with pytest.raises(RefusedError, match="no status"):
        begin_taking(house, run.id, {"happy": "active"})


def test_suppressed_addresses_never_come_back(house: Services) -> None:
    with house.database.write() as session:
        for address, reason in [("anna@example.org", "complained"), ("dora@example.org", "asked")]:
            suppress(session, address, SuppressionReason(reason), now=NOW)
        hash_address(session, "dora@example.org")  # she was erased; a keyed hash is what stays
    run = take_in(house, MIXED, subscribed="active", never="active")
    assert readers_of(house) == {"cem@example.org": "active"}
    assert run.taken["kept_out"] == 2


def test_bounces_and_complaints_of_the_other_system_hold_here(house: Services) -> None:
    take_in(house, a_file(files.MAILCHIMP_CLEANED, {"Email Address": "gone@example.org"}))
    rows = [{"email": "cross@example.org", "subscriber_type": "complained"}]
    take_in(house, a_file(files.BUTTONDOWN, *rows))
    assert suppressions_in(house) == {"gone@example.org": "bounced", "cross@example.org": "complained"}


def test_who_reads_here_already_or_has_left_here_stays_so(house: Services) -> None:
    with house.database.write() as session:
        newsletter = the_newsletter(session)
        a_reader(session, newsletter, cadence=Cadence.DAILY)
        a_reader(session, newsletter, "dora@example.org", state=SubscriptionState.UNSUBSCRIBED)
    run = take_in(house, MIXED, subscribed="active")
    assert readers_of(house) == {"anna@example.org": "active", "dora@example.org": "unsubscribed"}
    assert (run.taken["known"], run.taken["left_here"]) == (1, 1)
    with house.database.read() as session:
        assert session.scalars(select(Subscription.cadence).where(Subscription.state == "active")).one() == "daily"
        assert session.scalars(select(Consent)).all() == []


def test_a_reader_of_another_newsletter_gets_a_subscription_and_no_second_record(house: Services) -> None:
    run = counted(house, MIXED)
    with house.database.write() as session:
        a_reader(session, a_newsletter(session, "Other"))
    begin_taking(house, run.id, {"subscribed": "active"})
    work_on(house, run.id)
    with house.database.read() as session:
        keys = session.scalars(select(Subscriber.address_key)).all()
        number = session.scalar(select(func.count(Subscription.id)))
    assert sorted(keys) == ["anna@example.org", "dora@example.org"]
    assert number == 3


def test_who_left_there_and_confirmed_here_since_goes_on_reading(house: Services) -> None:
    with house.database.write() as session:
        own = a_reader(session, the_newsletter(session), "ben@example.org")
        session.add(
            Consent(subscription_id=own.id, act="confirmed", at=NOW, wording="", page="/n/the-proof", network="")
        )
    run = take_in(house, MIXED)
    assert readers_of(house)["ben@example.org"] == "active"
    assert suppressions_in(house) == {}
    assert run.taken["known"] == 1


def test_who_left_there_after_coming_here_by_a_file_leaves_here_too(house: Services) -> None:
    take_in(house, a_wix_file(("ben@example.org", "Subscribed", "")), subscribed="active")
    take_in(house, MIXED)
    assert readers_of(house)["ben@example.org"] == "unsubscribed"
    assert suppressions_in(house) == {"ben@example.org": "imported"}
    with house.database.read() as session:
        assert session.scalars(select(Consent.act).order_by(Consent.id)).all() == ["confirmed", "withdrawn"]


def test_an_address_that_stands_twice_counts_once_and_leaving_wins(house: Services) -> None:
    text = a_wix_file(
        ("anna@example.org", "Subscribed", ""),
        ("ANNA@example.org", "Subscribed", ""),
        ("ben@example.org", "Subscribed", ""),
        ("ben@example.org", "Unsubscribed", ""),
    )
    run = take_in(house, text, subscribed="active")
    assert readers_of(house) == {"anna@example.org": "active"}
    assert run.taken == {"active": 1, "twice": 1, "kept_out": 1, "suppressed": 1}


def test_what_was_chosen_there_is_chosen_here_as_far_as_it_can_be(house: Services) -> None:
    row = a_mailchimp_row("anna@example.org", TIMEZONE="Asia/Kolkata", TAGS='"Science","Unknown label"')
    take_in(house, a_file(files.MAILCHIMP, row), proven="active")
    with house.database.read() as session:
        subscription = session.scalars(select(Subscription)).one()
        chosen = session.scalars(select(SubscriptionTopic.topic_id)).all()
        ids = topic_ids(session, the_newsletter(session))
    assert subscription.zone == "Asia/Kolkata"
    assert chosen == [ids["science"]]


def test_addresses_that_the_newsletter_refuses_stay_out_with_the_reason(house: Services) -> None:
    run = take_in(house, a_wix_file(("anna@mailinator.com", "Subscribed", "")), subscribed="active")
    assert run.taken == {"left_out": 1}
    with house.database.read() as session:
        assert "last for minutes" in session.scalars(select(ImportRow.note)).one()


def test_every_row_is_kept_as_it_came_with_what_became_of_it(house: Services) -> None:
    run = take_in(house, MIXED)
    assert rows_of(house, run.id) == {
        2: ("anna@example.org", "staged"),
        3: ("ben@example.org", "suppressed"),
        4: ("cem@example.org", "left_out"),
        5: ("", "unreadable"),
        6: ("dora@example.org", "staged"),
    }


def test_a_file_is_deleted_when_it_is_taken_in(house: Services) -> None:
    run = take_in(house, MIXED)
    assert list(house.imports.folder.iterdir()) == []
    assert run.stored_as == ""


def test_importing_the_same_file_again_changes_nothing(house: Services) -> None:
    take_in(house, MIXED, subscribed="active")
    before = readers_of(house)
    run = take_in(house, MIXED, subscribed="active")
    assert readers_of(house) == before
    assert run.taken == {"known": 2, "kept_out": 1, "left_out": 1, "unreadable": 1}
    with house.database.read() as session:
        assert session.scalar(select(func.count(Consent.id))) == 2
