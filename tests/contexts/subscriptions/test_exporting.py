"""All readers of a newsletter go out as a table, and come in again elsewhere as they were."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.subscriptions import exporting
from newsletter.subscriptions.exporting import COLUMNS, as_line, cells_of, readers
from newsletter.subscriptions.subscribers import (
    Cadence,
    Consent,
    Subscriber,
    Subscription,
    SubscriptionState,
    SubscriptionTopic,
)
from newsletter.suppression.suppressions import Suppression, SuppressionReason, suppress
from newsletter.wiring import Services
from tests.data import NOW, a_newsletter, a_reader
from tests.imports import counted, readers_of, statuses_in, take_in


def exported(parts: Services) -> list[dict[str, object]]:
    with parts.database.read() as session:
        newsletter_id = session.scalars(select(Newsletter.id).order_by(Newsletter.id)).first()
    assert newsletter_id is not None
    return [dict(each) for each in readers(parts.database, newsletter_id)]


def table(parts: Services) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows(cells_of(each) for each in exported(parts))
    return written.getvalue()


def some_readers(parts: Services) -> None:
    """An active reader with choices and evidence, one who has left, one who is pending, one who bounced."""
    with parts.database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        newsletter.is_weekday_fixed = False
        own = a_reader(session, newsletter, "+anna@example.org", topics=("science",), cadence=Cadence.DAILY)
        own.hour, own.weekday, own.zone, own.wants_breaking = 9, 2, "Asia/Kolkata", True
        for act, at in [("requested", NOW - timedelta(days=9)), ("confirmed", NOW - timedelta(days=8))]:
            session.add(Consent(subscription_id=own.id, act=act, at=at, wording="", page="/", network="192.0.2.0/24"))
        a_reader(session, newsletter, "ben@example.org", state=SubscriptionState.UNSUBSCRIBED)
        a_reader(session, newsletter, "cem@example.org", state=SubscriptionState.PENDING)
        a_reader(session, newsletter, "dora@example.org")
        suppress(session, "dora@example.org", SuppressionReason.BOUNCED, now=NOW)


def test_every_reader_is_there_with_choices_and_evidence(house: Services) -> None:
    some_readers(house)
    found = exported(house)
    assert [(each["address"], each["status"]) for each in found] == [
        ("+anna@example.org", "active"),
        ("ben@example.org", "unsubscribed"),
        ("cem@example.org", "pending"),
        ("dora@example.org", "bounced"),
    ]
    anna = found[0]
    assert (anna["topics"], anna["hour"], anna["confirmed_at"]) == ("science", 9, NOW - timedelta(days=8))
    assert json.loads(as_line(anna))["confirmed_at"] == "2026-11-16T09:00:00Z"


def test_only_readers_of_this_newsletter_are_there(house: Services) -> None:
    with house.database.write() as session:
        a_reader(session, a_newsletter(session, "Other"))
    assert exported(house) == []


def test_no_reader_is_lost_where_one_piece_ends(house: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_AT_ONCE", 2)
    with house.database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        for number in range(6):
            a_reader(session, newsletter, f"reader{number}@example.org")
    assert [each["address"] for each in exported(house)] == [f"reader{n}@example.org" for n in range(6)]


def test_no_cell_is_taken_for_a_formula(house: Services) -> None:
    some_readers(house)
    assert "'+anna@example.org" in table(house)


def test_what_was_exported_comes_in_again_as_it_was(house: Services) -> None:
    some_readers(house)
    text, before = table(house), exported(house)
    with house.database.write() as session:
        for rows in (Consent, SubscriptionTopic, Subscription, Subscriber, Suppression):
            session.execute(delete(rows))
    run = counted(house, text)
    assert run.product == "gazette"
    assert statuses_in(run) == {"subscribed proven": 1, "unsubscribed": 1, "unconfirmed": 1, "bounced": 1}
    take_in(house, text, proven="active")
    assert readers_of(house) == {"+anna@example.org": "active"}
    after = exported(house)[0]
    # Those who have left come in as suppressions; of the others only the day since which they read here is new.
    assert {**before[0], "joined_at": None, "requested_at": None} == {**after, "joined_at": None, "requested_at": None}
    with house.database.read() as session:
        reasons = dict(session.execute(select(Suppression.address_key, Suppression.reason)).all())
    assert reasons == {"ben@example.org": "imported", "dora@example.org": "bounced"}
