"""Erasing a reader: nothing of the address is left anywhere, what must stay stays hashed, and a crash loses nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.catalogue.shelf import the_newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions.groups import InheritedHistory
from newsletter.errors import NotFoundError
from newsletter.local.forgetting import estate_of
from newsletter.local.mailbox_reader import mails
from newsletter.migrations.tables import METADATA
from newsletter.signing import Signer
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.privacy.erasing import clear_late_replies, last_erased_at
from newsletter.subscriptions.privacy.forgetting import forget
from newsletter.subscriptions.privacy.holdings import Gone, Holding
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.signup import SignUp, sign_up
from newsletter.subscriptions.subscribers import Consent, Subscriber
from newsletter.suppression.hashing import hash_with
from newsletter.suppression.suppressions import (
    Suppression,
    SuppressionReason,
    lift_bounces,
    may_ask,
    suppress,
    suppressed_among,
)
from newsletter.wiring import SUPPRESSED, Services
from tests.data import NOW
from tests.known_readers import (
    ANNA,
    EVIDENCE,
    FORMER,
    OTHERS,
    a_full_inbox,
    a_known_reader,
    dumped,
    without_others,
    written,
)


def erase_anna(parts: Services, anna: int) -> None:
    forget(parts.database, estate_of(parts), anna, form="command", now=NOW)


def test_after_erasing_the_address_is_nowhere_and_others_are_untouched(parts: Services) -> None:
    anna = a_known_reader(parts)
    a_full_inbox(parts.settings.inbox_dir)
    before = dumped(parts)
    assert ANNA in before
    assert FORMER in before
    erase_anna(parts, anna)
    left = dumped(parts)
    assert ANNA not in without_others(left)
    assert FORMER not in left
    assert OTHERS[0] in left
    for name, content in written(parts.settings.data_dir).items():
        assert ANNA not in without_others(content), name
        assert FORMER not in without_others(content), name
    assert sorted(each.recipient for each in mails(parts.settings.inbox_dir)) == sorted(OTHERS)


def test_what_waits_is_withheld_and_rows_stay_for_the_counts(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.read() as session:
        before = {row.id: row.state for row in session.scalars(select(Delivery))}
        theirs = set(session.scalars(select(Delivery.id).where(Delivery.subscriber_id == anna)))
    erase_anna(parts, anna)
    with parts.database.read() as session:
        after = {row.id: row for row in session.scalars(select(Delivery))}
        assert after.keys() == before.keys()
        for delivery_id in theirs:
            row = after[delivery_id]
            was_waiting = before[delivery_id] == DeliveryState.QUEUED
            assert row.state == (DeliveryState.WITHHELD if was_waiting else before[delivery_id])
            assert (row.subscriber_id, row.subscription_id) == (None, None)
            assert row.reply == ("the reader was erased" if was_waiting else None)
        assert all(after[other].state == before[other] for other in before.keys() - theirs)
        assert session.scalars(select(InheritedHistory.subscriber_id)).all() == [anna + 1]  # of the others


def test_two_erased_readers_of_one_edition_leave_two_rows(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.read() as session:
        other = session.scalars(select(Subscriber.id).where(Subscriber.address == OTHERS[0])).one()
        rows = len(session.scalars(select(Delivery.id)).all())
    erase_anna(parts, anna)
    erase_anna(parts, other)
    with parts.database.read() as session:
        assert len(session.scalars(select(Delivery.id)).all()) == rows


def test_a_keyed_hash_keeps_the_instants_of_agreeing_and_nothing_else(parts: Services) -> None:
    anna = a_known_reader(parts)
    erase_anna(parts, anna)
    with parts.database.read() as session:
        [erasure] = session.scalars(select(Erasure))
        assert [(act["newsletter_id"], act["act"]) for act in erasure.acts] == [(1, "requested"), (1, "confirmed")]
        assert datetime.fromisoformat(erasure.acts[0]["at"]) == NOW - timedelta(days=3)
        assert "192.0.2" not in str(erasure.acts)
        assert last_erased_at(session, parts.signer, ANNA) == NOW
        assert last_erased_at(session, parts.signer, OTHERS[0]) is None
        assert session.scalars(select(Consent.id)).all() == []


def test_an_erasing_is_still_found_after_the_key_was_renewed(parts: Services) -> None:
    erase_anna(parts, a_known_reader(parts))
    renewed = Signer(("a-new-key-that-is-long-enough-for-everybody-01", *parts.settings.secret_keys))
    with parts.database.read() as session:
        assert last_erased_at(session, renewed, ANNA) == NOW


def test_a_suppression_survives_without_the_address_and_still_holds(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.write() as session:
        suppress(session, ANNA, SuppressionReason.COMPLAINED, now=NOW)
    erase_anna(parts, anna)
    with parts.database.write() as session:
        assert not [key for key in session.scalars(select(Suppression.address_key)) if "@" in key]
        assert suppressed_among(session, [ANNA, FORMER, OTHERS[0]]) == {ANNA, FORMER}
        assert suppressed_among(session, [FORMER], but_for={SuppressionReason.BOUNCED}) == set()
        assert not may_ask(session, ANNA, now=NOW)
        assert may_ask(session, OTHERS[0], now=NOW)


def test_a_hashed_suppression_holds_after_the_key_was_renewed(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.write() as session:
        suppress(session, ANNA, SuppressionReason.ASKED, now=NOW)
    erase_anna(parts, anna)
    renewed = Signer(("a-new-key-that-is-long-enough-for-everybody-01", *parts.settings.secret_keys))
    hash_with(parts.database.engine, lambda key: renewed.digests(SUPPRESSED, key))
    with parts.database.read() as session:
        assert suppressed_among(session, [ANNA]) == {ANNA}


def test_a_bounce_that_was_hashed_is_asked_again_and_lifted_like_any_other(parts: Services) -> None:
    erase_anna(parts, a_known_reader(parts))
    with parts.database.write() as session:
        assert may_ask(session, FORMER, now=NOW)
        assert not may_ask(session, FORMER, now=NOW + timedelta(days=1))
        lift_bounces(session, FORMER)
        assert suppressed_among(session, [FORMER]) == set()


def test_who_was_erased_may_sign_up_anew_as_somebody_unknown(parts: Services) -> None:
    erase_anna(parts, a_known_reader(parts))
    with parts.database.write() as session:
        sign_up(session, the_newsletter(session, None), SignUp(ANNA, Choice(), EVIDENCE), now=NOW)
        assert [line.act for line in session.scalars(select(Consent))] == ["requested"]


def test_a_mail_on_the_wire_is_counted_and_what_the_relay_says_of_it_goes_too(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.write() as session:
        [waiting] = session.scalars(
            select(Delivery).where(
                Delivery.subscriber_id == anna, Delivery.state == "queued", Delivery.edition_id.is_(None)
            )
        )
        waiting.state = DeliveryState.SENDING
    erase_anna(parts, anna)
    with parts.database.write() as session:
        clear_late_replies(session, now=NOW)
        assert session.get_one(Delivery, waiting.id).state == "sending"
        session.execute(update(Delivery).where(Delivery.id == waiting.id).values(state="sent", reply=f"250 <{ANNA}>"))
    with parts.database.write() as session:
        clear_late_replies(session, now=NOW)
    assert ANNA not in without_others(dumped(parts))
    with parts.database.read() as session:
        [erasure] = session.scalars(select(Erasure))
        assert (erasure.in_flight, erasure.has_mail_in_flight) == ([], False)


def test_a_mail_of_which_nobody_knows_is_given_up_with_its_reader(parts: Services) -> None:
    anna = a_known_reader(parts)
    with parts.database.write() as session:
        session.execute(update(Delivery).where(Delivery.subscriber_id == anna).values(state="unknown"))
    erase_anna(parts, anna)
    with parts.database.read() as session:
        assert set(session.scalars(select(Delivery.state).where(Delivery.subscriber_id.is_(None)))) == {"failed"}


def failing(_session: Session, _subscriber: Subscriber, _now: datetime) -> Gone:
    """As if the machine stopped in the middle."""
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", [0, 2, 5])
def test_cut_off_in_the_middle_nothing_is_half_done_and_asking_again_erases_all(parts: Services, at: int) -> None:
    anna = a_known_reader(parts)
    a_full_inbox(parts.settings.inbox_dir)
    before, estate = dumped(parts), estate_of(parts)
    broken = Holding("broken", "Broken", lambda _session, _reader: [], failing)
    cut_off = replace(estate, holdings=[*estate.holdings[:at], broken, *estate.holdings[at:]])
    with pytest.raises(KeyboardInterrupt):
        forget(parts.database, cut_off, anna, form="command", now=NOW)
    assert dumped(parts) == before
    erase_anna(parts, anna)
    assert ANNA not in without_others(dumped(parts))


def test_erasing_twice_says_that_there_is_nobody(parts: Services) -> None:
    anna = a_known_reader(parts)
    erase_anna(parts, anna)
    with pytest.raises(NotFoundError, match="not known here any more"):
        erase_anna(parts, anna)
    with parts.database.read() as session:
        assert len(session.scalars(select(Erasure)).all()) == 1


def test_an_old_address_that_is_somebody_elses_now_stays(parts: Services) -> None:
    anna = a_known_reader(parts)
    a_full_inbox(parts.settings.inbox_dir)
    with parts.database.write() as session:
        session.add(Subscriber(address=FORMER, address_key=FORMER, created_at=NOW))
    erase_anna(parts, anna)
    assert FORMER in [each.recipient for each in mails(parts.settings.inbox_dir)]
    with parts.database.read() as session:
        assert session.scalars(select(Suppression.address_key)).all() == [FORMER]


# The tables with a column that leads to a reader, and what erasing does there.
KNOWN_TABLES = {
    "address_changes": "goes",
    "consents": "goes; the instants stay with a keyed hash",
    "deliveries": "stays for the counts, without its reader",
    "erasures": "is what stays",
    "inherited_histories": "goes",
    "import_rows": "goes; those of others that name the address are emptied",
    "mailbox_proofs": "goes",
    "past_confirmations": "goes: it is a keyed hash, and of the same reader",
    "subscribers": "goes",
    "subscription_topics": "goes",
    "subscriptions": "goes",
    "suppressions": "stays, with a keyed hash",
}
ABOUT_OTHERS = {"editors", "newsletters", "pictures"}


def test_every_table_that_leads_to_readers_has_its_part_in_erasing() -> None:
    """A table that fails here needs a `Holding` in `Services.holdings`, and then its line above."""
    found = {
        table.name
        for table in METADATA.sorted_tables
        if any("address" in column.name or column.name.startswith("subscri") for column in table.columns)
    }
    assert found - ABOUT_OTHERS == set(KNOWN_TABLES)


def test_no_row_leads_to_a_reader_who_was_erased(parts: Services) -> None:
    anna = a_known_reader(parts)
    erase_anna(parts, anna)
    for line in dumped(parts).splitlines():
        assert f"'subscriber_id': {anna}," not in line, line
