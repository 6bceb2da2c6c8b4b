"""Confirmations to domains that take no mail are withheld; what nobody knows goes out."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Sending
from newsletter.delivery.kinds import Lane, MailKind
from newsletter.delivery.sending import send_due
from newsletter.subscriptions.mail_servers import TakesMail
from newsletter.subscriptions.reaching import Reach
from newsletter.subscriptions.resolving import Silence
from newsletter.subscriptions.subscribers import SubscriptionState
from tests.composed_mails import a_composer, to_reader
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader
from tests.fake_resolver import FakeResolver
from tests.fakes import FakeTransport

KNOWN = {"example.org MX": ("10 mx.example.org.",), "null.example MX": ("0 .",)}


@pytest.fixture
def resolver() -> FakeResolver:
    return FakeResolver(KNOWN)


@pytest.fixture
def reach(resolver: FakeResolver, clock: StandingClock) -> Iterator[Reach]:
    made = Reach(resolver, clock)
    yield made
    made.close()


def a_sending(database: Database, clock: StandingClock, reach: Reach) -> Sending:
    """What a worker sends with, but for the wire."""
    return Sending(
        database=database,
        transport=FakeTransport(),
        compose=replace(a_composer(), reach=reach),
        on_final=lambda _session, _id, _state: None,
        clock=clock,
        lease=timedelta(seconds=30),
        foresee=reach.look_up,
    )


def queue(database: Database, kind: MailKind, *addresses: str) -> None:
    """A mail of this kind on its way to each address."""
    state = SubscriptionState.PENDING if kind is MailKind.CONFIRMATION else SubscriptionState.ACTIVE
    with database.write() as session:
        newsletter = a_newsletter(session)
        for address in addresses:
            to_reader(session, kind, a_reader(session, newsletter, address, state=state, joined_at=NOW))


def send(sending: Sending) -> None:
    send_due(sending, Lane.URGENT, seconds=30, is_stopping=lambda: False)


def results(database: Database) -> list[tuple[str, str | None]]:
    """What became of every delivery, and why."""
    with database.read() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id))
        return [(row.state, None if row.state == "sent" else row.reply) for row in rows]


def test_where_no_mail_can_arrive_none_is_sent(
    database: Database, clock: StandingClock, reach: Reach, resolver: FakeResolver
) -> None:
    queue(database, MailKind.CONFIRMATION, "anna@example.org", "ben@null.example", "cem@nobody.example")
    send(a_sending(database, clock, reach))
    withheld = ("withheld", "its domain takes no mail, or does not exist")
    assert results(database) == [("sent", None), withheld, withheld]
    assert sorted(resolver.asked) == ["example.org MX", "nobody.example MX", "null.example MX"]


def test_what_name_servers_do_not_answer_goes_out(database: Database, clock: StandingClock) -> None:
    reach = Reach(FakeResolver({"example.org MX": Silence.NO_ANSWER}), clock)
    queue(database, MailKind.CONFIRMATION, "anna@example.org")
    send(a_sending(database, clock, reach))
    reach.close()
    assert results(database) == [("sent", None)]


def test_only_first_mails_are_asked_for(
    database: Database, clock: StandingClock, reach: Reach, resolver: FakeResolver
) -> None:
    queue(database, MailKind.WELCOME, "cem@nobody.example")
    send(a_sending(database, clock, reach))
    assert results(database) == [("sent", None)]
    assert resolver.asked == []


def test_a_domain_with_letters_of_its_own_is_asked_for_as_name_servers_know_it(
    database: Database, clock: StandingClock, reach: Reach, resolver: FakeResolver
) -> None:
    with database.write() as session:
        reader = a_reader(
            session, a_newsletter(session), "anna@xn--bcher-kva.example", state=SubscriptionState.PENDING, joined_at=NOW
        )
        to_reader(session, MailKind.CONFIRMATION, reader)
    send(a_sending(database, clock, reach))
    assert resolver.asked == ["xn--bcher-kva.example MX"]
    assert [state for state, _ in results(database)] == ["withheld"]


def test_an_answer_is_believed_for_a_while_and_then_asked_for_again(
    clock: StandingClock, reach: Reach, resolver: FakeResolver
) -> None:
    reach.ask(["example.org", "nobody.example"])
    clock.pass_by(timedelta(minutes=9))
    reach.ask(["example.org", "nobody.example"])
    assert len(resolver.asked) == 2
    clock.pass_by(timedelta(minutes=2))
    assert reach.of("nobody.example") is TakesMail.UNKNOWN, "what was mended meanwhile is not refused"
    reach.ask(["example.org", "nobody.example"])
    assert resolver.asked[2:] == ["nobody.example MX"]
    assert reach.of("example.org") is TakesMail.YES


def test_name_servers_that_hang_hold_up_the_first_mails_for_two_seconds_and_no_others(
    database: Database, clock: StandingClock
) -> None:
    gate = threading.Event()
    resolver = FakeResolver(KNOWN, gate=gate)
    reach = Reach(resolver, clock)
    queue(database, MailKind.CONFIRMATION, *(f"anna@{number}.example" for number in range(60)))
    began_at = time.monotonic()
    send(a_sending(database, clock, reach))
    took = time.monotonic() - began_at
    gate.set()
    reach.close()
    assert {state for state, _ in results(database)} == {"sent"}
    assert took < 4, "three batches; the first waited, the others passed by"
    assert len(resolver.asked) <= 32


def test_after_half_a_minute_name_servers_are_asked_again(database: Database, clock: StandingClock) -> None:
    resolver = FakeResolver({f"{number}.example MX": Silence.NO_ANSWER for number in range(3)})
    reach = Reach(resolver, clock)
    sending = a_sending(database, clock, reach)
    queue(database, MailKind.CONFIRMATION, *(f"anna@{number}.example" for number in range(3)))
    send(sending)
    queue_again(database, "ben@later.example")
    send(sending)
    assert len(resolver.asked) == 3
    clock.pass_by(timedelta(seconds=31))
    queue_again(database, "cem@later.example")
    send(sending)
    reach.close()
    assert resolver.asked[3:] == ["later.example MX"]
    assert [state for state, _ in results(database)] == ["sent"] * 4 + ["withheld"]


def queue_again(database: Database, address: str) -> None:
    """One more confirmation of a newsletter that is there."""
    with database.write() as session:
        newsletter = a_newsletter(session, f"For {address}")
        reader = a_reader(session, newsletter, address, state=SubscriptionState.PENDING, joined_at=NOW)
        to_reader(session, MailKind.CONFIRMATION, reader)
