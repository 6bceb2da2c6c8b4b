"""The usual sign-up in one statement leaves what the long way leaves."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.database import Base, Database
from newsletter.delivery.deliveries import Delivery
from newsletter.subscriptions import fast_path, signup
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.signup import SignUp
from newsletter.subscriptions.subscribers import Cadence, Consent, Subscriber, Subscription, SubscriptionTopic
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.data import NOW, a_newsletter, topic_ids

EVIDENCE = Evidence("https://proof.example/form", "I agree.", "198.51.100.0/24", form="page", language="de")
CHOICES = [
    Choice(),
    Choice(cadence=Cadence.DAILY, weekday=2, hour=0, zone="Asia/Kolkata", wants_breaking=True, language="de"),
]
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite writes to one table at a time."""

RANDOM = {"confirm_nonce", "nonce"}


def rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """All that a sign-up writes, but for what is drawn by lot."""
    tables: tuple[type[Base], ...] = (Subscriber, Subscription, SubscriptionTopic, Consent, Delivery)
    return {
        table.__tablename__: [
            {name: value for name, value in row._mapping.items() if name not in RANDOM}
            for row in session.execute(select(*table.__table__.columns))
        ]
        for table in tables
    }


@on_postgresql
@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("topics", [(), ("science",), ("science", "technology")])
def test_the_short_way_and_the_long_one_leave_the_same(
    database: Database, choice: Choice, topics: tuple[str, ...]
) -> None:
    found = []
    for is_short in (True, False):
        with database.write() as session:
            newsletter = a_newsletter(session)
            ids = topic_ids(session, newsletter)
        chosen = Choice(frozenset(ids[each] for each in topics), *(getattr(choice, n) for n in NAMES))
        entered = SignUp("Anna@Example.org", chosen, EVIDENCE)
        if is_short:
            signup.take(database, newsletter, entered, now=NOW)
        else:
            with database.write() as session:
                signup.sign_up(session, newsletter, entered, now=NOW)
        with database.write() as session:
            found.append(rows(session))
            session.execute(
                text(
                    "TRUNCATE subscribers, subscriptions, subscription_topics, consents, deliveries, "
                    "newsletters, topics RESTART IDENTITY"
                )
            )
    assert found[0] == found[1]
    assert len(found[0]["deliveries"]) == 1


NAMES = ("cadence", "weekday", "hour", "zone", "wants_breaking", "language")


def took(database: Database, address: str) -> bool:
    """Whether the short way takes this address."""
    return fast_path.take_new_reader(database, 1, parse_address(address), Choice(), EVIDENCE, now=NOW)


def known(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All that sign-ups have written."""
    with database.read() as session:
        return rows(session)


@on_postgresql
def test_it_takes_nobody_who_is_known_or_must_not_be_written_to(database: Database) -> None:
    with database.write() as session:
        a_newsletter(session)
        suppress(session, "never@example.org", SuppressionReason.ASKED, now=NOW)
    assert took(database, "anna@example.org")
    before = known(database)
    assert not took(database, "ANNA@example.org")
    assert not took(database, "never@example.org")
    assert known(database) == before


@on_postgresql
def test_it_announces_the_mail_once_it_can_be_found(database_url: str) -> None:
    found: list[int] = []
    database = Database(database_url, announce=lambda _job: found.append(len(known(database)["deliveries"])))
    with database.write() as session:
        a_newsletter(session)
    assert took(database, "anna@example.org")
    assert not took(database, "anna@example.org")
    assert found == [1]
    database.close()


def test_sqlite_goes_the_long_way(database: Database) -> None:
    with database.write() as session:
        a_newsletter(session)
    assert took(database, "anna@example.org") is not database.is_sqlite
