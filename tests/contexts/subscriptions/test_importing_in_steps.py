"""The work of an import: in steps, cut off and gone on with, by several workers, over any bytes."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import RefusedError
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.importing import runs, working
from newsletter.subscriptions.importing.records import ImportRun, RunState
from newsletter.subscriptions.importing.working import has_due, steps, work
from newsletter.subscriptions.subscribers import (
    Cadence,
    Subscription,
)
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import NOW, a_reader
from tests.import_files import a_wix_file
from tests.imports import (
    REASON,
    begin_taking,
    bring,
    counted,
    readers_of,
    rows_of,
    run_of,
    statuses_in,
    take_in,
    work_on,
)

MIXED = a_wix_file(("anna@example.org", "Subscribed", "Form"), ("ben@example.org", "Unsubscribed", ""))


def the_newsletter(session: Session) -> Newsletter:
    return session.scalars(select(Newsletter)).one()


def numbered(rows: int) -> str:
    return a_wix_file(*((f"reader{n}@example.org", "Subscribed", "") for n in range(rows)))


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rows a step, so that a small file has many."""
    monkeypatch.setattr(working, "ROWS_AT_ONCE", 10)


def test_an_import_that_was_cut_off_goes_on_and_takes_everybody_in_once(house: Services, small_steps: None) -> None:
    run = counted(house, numbered(95))
    begin_taking(house, run.id, {"subscribed": "active"})
    for step, _ in enumerate(steps(house.imports, run.id)):
        if step == 3:
            break  # as a worker that is killed between two steps
    middle = run_of(house, run.id)
    assert (middle.state, middle.line, middle.taken) == (RunState.TAKING, 41, {"active": 40})
    assert work_on(house, run.id).taken == {"active": 95}
    assert len(readers_of(house)) == 95


def test_two_workers_on_one_file_take_everybody_in_once(house: Services, small_steps: None) -> None:
    run = counted(house, numbered(200))
    begin_taking(house, run.id, {"subscribed": "active"})
    together = threading.Barrier(2)

    def help_along() -> None:
        together.wait()
        while run_of(house, run.id).state == RunState.TAKING:
            for _ in steps(house.imports, run.id):
                pass

    workers = [threading.Thread(target=help_along) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert run_of(house, run.id).taken == {"active": 200}
    assert len(readers_of(house)) == 200
    assert len(rows_of(house, run.id)) == 200


def test_a_worker_that_is_to_stop_stops_after_a_step(house: Services, small_steps: None) -> None:
    run_id = bring(house, numbered(50))
    work(house.imports, seconds=60, is_stopping=lambda: True)
    assert run_of(house, run_id).counts["rows"] == 10
    work(house.imports, seconds=60)
    assert run_of(house, run_id).state == RunState.CHECKED


def test_a_file_that_comes_rings_and_is_due_until_it_is_done(house: Services, announced: list[Job]) -> None:
    run_id = bring(house, MIXED)
    assert announced == [Job(JobKind.IMPORT_READERS)]
    with house.database.read() as session:
        assert has_due(session, now=NOW)
    work_on(house, run_id)
    with house.database.read() as session:
        assert not has_due(session, now=NOW)


def test_a_file_that_is_gone_ends_the_import_in_a_sentence(house: Services) -> None:
    run_id = bring(house, MIXED)
    (house.imports.folder / run_of(house, run_id).stored_as).unlink()
    run = work_on(house, run_id)
    assert run.state == RunState.FAILED
    assert "not here any more" in run.trouble


def test_columns_named_otherwise_are_counted_anew(house: Services) -> None:
    run = counted(house, "Who,Where,What\nAnna,anna@example.org,yes\n")
    assert run.mapping == {"Where": "address"}
    with house.database.write() as session:
        runs.read_as(session, session.get_one(ImportRun, run.id), "", {"what": "status"}, how="here")
    run = work_on(house, run.id)
    assert run.mapping == {"Where": "address", "What": "status"}
    assert statuses_in(run) == {"subscribed": 1}


def test_a_file_without_addresses_waits_for_an_editor_to_name_them(house: Services) -> None:
    run = counted(house, "Who,Where\nAnna,at home\n")
    assert (run.state, runs.has_addresses(run)) == (RunState.CHECKED, False)
    with pytest.raises(RefusedError, match="mail addresses"), house.database.write() as session:
        runs.start(session, session.get_one(ImportRun, run.id), {}, declared_by=1, reason=REASON, now=NOW)


def test_an_import_that_has_begun_cannot_be_chosen_or_dropped_again(house: Services, small_steps: None) -> None:
    run = counted(house, numbered(30))
    begin_taking(house, run.id, {"subscribed": "ask"})
    for change in (
        lambda session, found: runs.start(session, found, {}, declared_by=1, reason=REASON, now=NOW),
        lambda session, found: runs.read_as(session, found, "csv", {}, how="here"),
        lambda session, found: runs.drop(session, found, house.imports.folder),
    ):
        with pytest.raises(RefusedError), house.database.write() as session:
            change(session, session.get_one(ImportRun, run.id))
    assert work_on(house, run.id).taken == {"staged": 30}


def test_a_dropped_file_leaves_nothing(house: Services) -> None:
    run = counted(house, MIXED)
    with house.database.write() as session:
        runs.drop(session, session.get_one(ImportRun, run.id), house.imports.folder)
    assert list(house.imports.folder.iterdir()) == []
    with house.database.read() as session:
        assert session.scalars(select(ImportRun)).all() == []


def wait_until_somebody_waits(parts: Services) -> None:
    """Until a transaction of this database waits for another one."""
    ends_at = time.monotonic() + 30
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while time.monotonic() < ends_at:
        with parts.database.read() as session:
            if session.scalar(waits):
                return
    raise AssertionError("nobody waited for the other transaction")


def test_a_sign_up_in_the_same_instant_wins_and_the_step_is_done_again(house: Services) -> None:
    if house.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time: nobody comes between")
    run = counted(house, numbered(20))
    begin_taking(house, run.id, {"subscribed": "active"})
    importing = threading.Thread(target=work_on, args=(house, run.id))
    with house.database.write() as session:
        a_reader(session, the_newsletter(session), "reader7@example.org", cadence=Cadence.DAILY)
        importing.start()
        wait_until_somebody_waits(house)
    importing.join(60)
    assert run_of(house, run.id).taken == {"active": 19, "known": 1}
    with house.database.read() as session:
        assert session.scalar(select(func.count(Subscription.id))) == 20


def test_bad_bytes_of_every_kind_are_named_by_line_and_nothing_else_is_lost(house: Services) -> None:
    good = [f"reader{n}@example.org,{n}\n".encode() for n in range(300)]
    good[50] = b'broken@example.org,"never closed\n'
    good[100] = b"nul\x00@example.org,1\n"
    good[150] = "fine@example.org,Zoë\n".encode("cp1252")
    good[200] = b"too,many,cells\n"
    good[250] = b"\xff\xfe\xfd@example.org,1\n"
    run = take_in(house, b"email,name\n" + b"".join(good), subscribed="active")
    assert run.taken == {"active": 296, "unreadable": 4}
    unreadable = [line for line, (_, outcome) in rows_of(house, run.id).items() if outcome == "unreadable"]
    assert unreadable == [52, 102, 202, 252]
    assert "fine@example.org" in readers_of(house)


def test_too_many_sources_are_counted_and_chosen_together(house: Services) -> None:
    run = counted(house, a_wix_file(*((f"reader{n}@example.org", "Subscribed", f"Source {n}") for n in range(200))))
    assert len(run.counts["groups"]) == 61
    assert statuses_in(run)["subscribed other sources"] == 140
    begin_taking(house, run.id, {"subscribed": "leave", "subscribed/other sources": "active"})
    assert work_on(house, run.id).taken == {"left_out": 60, "active": 140}


def test_imports_of_long_ago_are_no_work(house: Services, clock: StandingClock) -> None:
    take_in(house, MIXED)
    clock.pass_by(timedelta(days=30))
    with house.database.read() as session:
        assert not has_due(session, now=clock.now())
