"""Staged readers are asked to confirm: one mail each, some each minute, only when an editor starts it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.errors import RefusedError
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.importing.asking import ask_due, start_asking, stop_asking, waiting
from newsletter.subscriptions.importing.records import ImportRun
from newsletter.subscriptions.importing.working import has_due
from newsletter.subscriptions.signup import confirm
from newsletter.subscriptions.subscribers import Consent, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppress
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import EVIDENCE, NOW, a_reader
from tests.import_files import a_wix_file
from tests.imports import readers_of, rows_of, run_of, take_in


def staged(parts: Services, number: int) -> int:
    """An import of which so many readers are to be asked."""
    rows = ((f"reader{n}@example.org", "Subscribed", "") for n in range(number))
    return take_in(parts, a_wix_file(*rows), subscribed="ask").id


def start(parts: Services, run_id: int) -> int:
    with parts.database.write() as session:
        return start_asking(session, session.get_one(ImportRun, run_id), by=1, now=parts.clock.now())


def ask(parts: Services, refused: frozenset[str] = frozenset()) -> None:
    """What the worker does when it is rung."""
    ask_due(parts.database, lambda key: key not in refused, now=parts.clock.now())


def mails(parts: Services) -> list[str]:
    with parts.database.read() as session:
        return list(session.scalars(select(Delivery.kind).order_by(Delivery.id)))


def left_to_ask(parts: Services, run_id: int) -> int:
    with parts.database.read() as session:
        return waiting(session, run_id)


def test_nobody_is_mailed_before_an_editor_starts_it(house: Services) -> None:
    staged(house, 3)
    ask(house)
    assert mails(house) == []
    assert readers_of(house) == {}


def test_each_gets_one_mail_and_reads_when_they_confirm(house: Services, clock: StandingClock) -> None:
    run_id = staged(house, 3)
    assert start(house, run_id) == 3
    for _ in range(3):
        ask(house)
        clock.pass_by(timedelta(hours=1))
    assert mails(house) == ["confirmation"] * 3
    assert set(readers_of(house).values()) == {"pending"}
    with house.database.write() as session:
        subscription = session.scalars(select(Subscription)).first()
        assert subscription is not None
        confirm(session, subscription, EVIDENCE, now=clock.now())
    assert sorted(readers_of(house).values()) == ["active", "pending", "pending"]


def test_the_evidence_says_that_an_import_asked(house: Services) -> None:
    start(house, staged(house, 1))
    ask(house)
    with house.database.read() as session:
        consent = session.scalars(select(Consent)).one()
    assert (consent.act, consent.form, consent.page) == ("requested", "import", "import of readers.csv (wix)")


def test_sixty_are_asked_in_a_minute(house: Services, clock: StandingClock, announced: list[Job]) -> None:
    run_id = staged(house, 130)
    announced.clear()
    start(house, run_id)
    assert announced == [Job(JobKind.IMPORT_READERS)]
    asked = []
    for _ in range(4):
        ask(house)
        ask(house)  # a second bell in the same minute
        asked.append(len(mails(house)))
        clock.pass_by(timedelta(minutes=1))
    assert asked == [60, 120, 130, 130]
    assert run_of(house, run_id).taken == {"staged": 0, "asked": 130}
    with house.database.read() as session:
        assert not has_due(session, now=clock.now())


def test_asking_can_be_stopped_and_started_again(house: Services, clock: StandingClock) -> None:
    run_id = staged(house, 70)
    start(house, run_id)
    ask(house)
    with house.database.write() as session:
        stop_asking(session.get_one(ImportRun, run_id))
    clock.pass_by(timedelta(hours=1))
    ask(house)
    assert left_to_ask(house, run_id) == 10
    start(house, run_id)
    ask(house)
    assert left_to_ask(house, run_id) == 0
    assert len(mails(house)) == 70


def test_what_came_between_is_respected(house: Services) -> None:
    run_id = staged(house, 4)
    with house.database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        suppress(session, "reader0@example.org", SuppressionReason.ASKED, now=NOW)
        a_reader(session, newsletter, "reader1@example.org")
    start(house, run_id)
    ask(house, refused=frozenset({"reader2@example.org"}))
    outcomes = [outcome for _, outcome in rows_of(house, run_id).values()]
    assert outcomes == ["kept_out", "known", "left_out", "asked"]
    assert mails(house) == ["confirmation"]


def test_an_address_that_stands_twice_is_asked_once(house: Services, clock: StandingClock) -> None:
    twice = [("anna@example.org", "Subscribed", ""), ("Anna@example.org", "Subscribed", "")]
    first = take_in(house, a_wix_file(*twice), subscribed="ask")
    second = take_in(house, a_wix_file(*twice), subscribed="ask")
    assert first.taken == {"staged": 1, "twice": 1}
    start(house, first.id)
    ask(house)
    clock.pass_by(timedelta(days=2))
    start(house, second.id)
    ask(house)
    assert mails(house) == ["confirmation"]


def test_it_is_refused_in_a_rehearsal_and_where_nobody_waits(house: Services) -> None:
    run_id = staged(house, 1)
    with house.database.write() as session:
        session.scalars(select(Newsletter)).one().live_at = None
    with pytest.raises(RefusedError, match="rehearsal"):
        start(house, run_id)
    with house.database.write() as session:
        session.scalars(select(Newsletter)).one().live_at = NOW
    start(house, run_id)
    ask(house)
    with pytest.raises(RefusedError, match="Nobody"):
        start(house, run_id)
