"""What files have brought goes: with its reader, and when its time is over."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.local.forgetting import estate_of
from newsletter.subscriptions.importing.erasing import blank_in_files
from newsletter.subscriptions.importing.forgetting import forget_what_is_old, is_due
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, RunState
from newsletter.subscriptions.privacy.forgetting import forget
from newsletter.subscriptions.privacy.holdings import OWN
from newsletter.subscriptions.subscribers import Subscriber
from newsletter.wiring import Services
from tests import import_files as files
from tests.conftest import StandingClock
from tests.import_files import a_file, a_wix_file
from tests.imports import begin_taking, counted, readers_of, rows_of, run_of, take_in, work_on

ANNA = "anna@example.org"


def erase(parts: Services, key: str) -> None:
    with parts.database.read() as session:
        reader_id = session.scalars(select(Subscriber.id).where(Subscriber.address_key == key)).one()
    forget(parts.database, estate_of(parts), reader_id, form="command", now=parts.clock.now())


def raw_in(parts: Services) -> str:
    with parts.database.read() as session:
        return "\n".join(session.scalars(select(ImportRow.raw)))


def forget_old(parts: Services) -> None:
    forget_what_is_old(parts.database, parts.imports.folder, now=parts.clock.now())


def test_erasing_reaches_raw_rows_and_those_of_others_that_name_the_address(house: Services) -> None:
    rows = [
        {"Email 1": ANNA, "First Name": "Anna"},
        {"Email 1": "ben@example.org", "Email 2": "Anna@Example.org"},
        {"Email 1": "no address, but anna@example.org"},
        {"Email 1": "joanna@example.org"},
    ]
    each = {"Email subscriber status": "Subscribed"}
    run = take_in(house, a_file(files.WIX, *({**row, **each} for row in rows)), subscribed="active")
    erase(house, ANNA)
    assert list(rows_of(house, run.id)) == [3, 4, 5]
    assert ANNA not in raw_in(house).lower().replace("joanna", "")
    assert "joanna@example.org" in raw_in(house)
    assert sorted(readers_of(house)) == ["ben@example.org", "joanna@example.org"]


def test_raw_rows_stand_in_a_readers_own_data(house: Services) -> None:
    take_in(house, a_wix_file((ANNA, "Subscribed", "Checkout")), subscribed="active")
    with house.database.read() as session:
        reader = session.scalars(select(Subscriber)).one()
        shown = {each.name: each.rows(session, reader) for each in house.holdings}
    (row,) = shown["imports"]
    assert (row["file"], row["from"], row["line"]) == ("readers.csv", "wix", 2)
    assert "Checkout" in str(row["row"])
    assert house.holdings[-1] is OWN[-1]  # the reader's own record goes last


def test_a_file_that_waits_does_not_bring_an_erased_reader_back(house: Services, clock: StandingClock) -> None:
    take_in(house, a_wix_file((ANNA, "Subscribed", "")), subscribed="active")
    text = a_wix_file((ANNA, "Subscribed", ""), ("joanna@example.org", "Subscribed", ""))
    waiting = counted(house, text)
    clock.pass_by(timedelta(hours=1))
    erase(house, ANNA)
    content = (house.imports.folder / waiting.stored_as).read_text()
    assert len(content) == len(text.replace("\r\n", "\n"))
    assert ANNA not in content.replace("joanna", "")
    begin_taking(house, waiting.id, {"subscribed": "active"})
    assert work_on(house, waiting.id).taken == {"unreadable": 1, "active": 1}
    assert list(readers_of(house)) == ["joanna@example.org"]


def test_who_was_erased_since_the_file_came_stays_out_even_where_the_file_was_not_reached(
    house: Services, clock: StandingClock
) -> None:
    take_in(house, a_wix_file((ANNA, "Subscribed", "")), subscribed="active")
    waiting = counted(house, a_wix_file((ANNA, "Subscribed", "")))
    before = (house.imports.folder / waiting.stored_as).read_bytes()
    clock.pass_by(timedelta(hours=1))
    erase(house, ANNA)
    (house.imports.folder / waiting.stored_as).write_bytes(before)
    begin_taking(house, waiting.id, {"subscribed": "active"})
    assert work_on(house, waiting.id).taken == {"erased": 1}
    assert readers_of(house) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("anna@example.org\n", "xxxxxxxxxxxxxxxx\n"),
        ("<ANNA@example.org>;", "<xxxxxxxxxxxxxxxx>;"),
        ("joanna@example.org, anna@example.org.au", "joanna@example.org, anna@example.org.au"),
        ("see anna@example.org.", "see xxxxxxxxxxxxxxxx."),
    ],
)
def test_only_the_whole_address_is_written_over(tmp_path: Path, text: str, left: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    blank_in_files(tmp_path, ANNA)
    assert (tmp_path / "a.csv").read_text() == left
    assert blank_in_files(tmp_path, ANNA) == 0


def test_a_file_that_nobody_took_in_goes_after_a_week(house: Services, clock: StandingClock) -> None:
    run = counted(house, a_wix_file((ANNA, "Subscribed", "")))
    clock.pass_by(timedelta(days=6))
    forget_old(house)
    assert run_of(house, run.id).state == RunState.CHECKED
    clock.pass_by(timedelta(days=2))
    with house.database.read() as session:
        assert is_due(session, now=clock.now())
    forget_old(house)
    assert (run_of(house, run.id).state, run_of(house, run.id).stored_as) == (RunState.FAILED, "")
    assert list(house.imports.folder.iterdir()) == []


def test_a_stray_file_goes_and_a_fresh_one_stays(house: Services, clock: StandingClock) -> None:
    house.imports.folder.mkdir()
    for name, age in [("old.csv", timedelta(days=8)), ("fresh.csv", timedelta(hours=1))]:
        path = house.imports.folder / name
        path.touch()
        at = (clock.now() - age).timestamp()
        os.utime(path, (at, at))
    forget_old(house)
    assert [path.name for path in house.imports.folder.iterdir()] == ["fresh.csv"]


def test_raw_rows_go_after_ninety_days_and_readers_stay(house: Services, clock: StandingClock) -> None:
    run = take_in(house, a_wix_file((ANNA, "Subscribed", "")), subscribed="active")
    clock.pass_by(timedelta(days=89))
    forget_old(house)
    assert len(rows_of(house, run.id)) == 1
    clock.pass_by(timedelta(days=2))
    forget_old(house)
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportRow)) == 0
        assert session.scalar(select(func.count(ImportRun.id))) == 1
        assert not is_due(session, now=clock.now())
    assert readers_of(house) == {ANNA: "active"}
