"""A calendar that is changed holds for every edition whose list is still open, and loses nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.editions import proofs
from newsletter.editions.cadence import local_instant
from newsletter.editions.editions import Edition, EditionState
from newsletter.editions.rescheduling import CalendarChoice, set_calendar
from newsletter.errors import RefusedError
from newsletter.subscriptions.subscribers import Cadence
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader, an_article, an_editor
from tests.edition_runs import FRIDAY, digests, go_out, tick

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHOICE = CalendarChoice(
    weekday=4,
    is_weekday_fixed=True,
    hour=7,
    zone="Europe/Berlin",
    month_day=1,
    sends_from=6,
    sends_until=21,
    blackout_dates="",
    on_blackout="skip",
    asks_approval=False,
    article_order="spread",
    minimum_articles=1,
)


def a_newsroom(database: Database, clock: StandingClock) -> None:
    """A weekly reader at the newsletter's hour, one at noon, a daily one; and an article."""
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        a_reader(session, newsletter, "noon@example.org").hour = 12
        a_reader(session, newsletter, "daily@example.org", cadence=Cadence.DAILY)
        an_article(session, newsletter)
    tick(database, clock)


def change(database: Database, clock: StandingClock, **changed: object) -> None:
    with database.write() as session:
        set_calendar(session, 1, replace(CHOICE, **changed), now=clock.now())


def weekly(database: Database) -> list[tuple[date | None, str, datetime]]:
    """The weekly editions: their date, how they stand, and when they begin."""
    with database.read() as session:
        query = select(Edition).where(Edition.cadence == "weekly").order_by(Edition.send_at)
        return [(each.local_date, each.state, each.send_at) for each in session.scalars(query)]


def test_another_hour_holds_for_the_next_edition_and_for_those_who_chose_none(
    database: Database, clock: StandingClock
) -> None:
    a_newsroom(database, clock)
    change(database, clock, hour=18)
    noon = FRIDAY + 5 * HOUR
    assert weekly(database) == [(date(2026, 11, 27), EditionState.COLLECTING, noon)]
    for at, readers in ((FRIDAY, {3}), (noon, {2, 3}), (FRIDAY + 11 * HOUR, {1, 2, 3})):
        go_out(database, clock, at)
        assert set(digests(database)) - {3} == readers - {3}


def test_another_weekday_takes_the_place_of_the_old_one(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, clock)
    change(database, clock, weekday=2)
    assert [each[:2] for each in weekly(database)] == [(date(2026, 11, 25), EditionState.COLLECTING)]
    go_out(database, clock, FRIDAY - 2 * DAY)
    go_out(database, clock, FRIDAY)
    assert digests(database)[1] == [[1]]


def test_an_hour_that_is_over_today_lets_todays_edition_come_as_planned(
    database: Database, clock: StandingClock
) -> None:
    a_newsroom(database, clock)
    clock.at = FRIDAY - 2 * HOUR
    tick(database, clock)
    change(database, clock, hour=4)
    go_out(database, clock, FRIDAY)
    assert digests(database)[1] == [[1]]
    assert [each[0] for each in weekly(database)] == [date(2026, 11, 27), date(2026, 12, 4)]
    assert weekly(database)[1][2] == local_instant(date(2026, 12, 4), 4, "Europe/Berlin")


def test_a_blackout_date_is_shown_beforehand_and_taken_back(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, clock)
    change(database, clock, blackout_dates="27 November A feast")
    with database.read() as session:
        edition = session.scalars(select(Edition).where(Edition.cadence == "weekly")).first()
        assert edition is not None
        assert (edition.state, edition.reason) == (
            EditionState.SKIPPED,
            "No digest goes out that day: A feast. The next one has its articles.",
        )
    change(database, clock)
    assert [each[1] for each in weekly(database)] == [EditionState.COLLECTING]
    go_out(database, clock, FRIDAY)
    assert digests(database)[1] == [[1]]


def test_what_a_blackout_date_leaves_out_comes_with_the_next_digest(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, clock)
    change(database, clock, blackout_dates="2026-11-27")
    go_out(database, clock, FRIDAY)
    assert 1 not in digests(database)
    go_out(database, clock, FRIDAY + 7 * DAY)
    assert digests(database)[1] == [[1]]


@pytest.mark.parametrize(("way", "at"), [("before", FRIDAY - DAY), ("after", FRIDAY + DAY)])
def test_a_digest_of_a_blackout_date_is_moved_with_all_its_waves(
    database: Database, clock: StandingClock, way: str, at: datetime
) -> None:
    a_newsroom(database, clock)
    change(database, clock, blackout_dates="2026-11-27", on_blackout=way)
    assert weekly(database) == [(date(2026, 11, 27), EditionState.COLLECTING, at)]
    go_out(database, clock, at)
    assert digests(database)[1] == [[1]]
    assert 2 not in digests(database)
    go_out(database, clock, at + 5 * HOUR)
    assert digests(database)[2] == [[1]]


def test_an_edition_of_a_day_that_is_none_any_more_stays_where_a_test_was_sent_of_it(
    database: Database, clock: StandingClock
) -> None:
    a_newsroom(database, clock)
    with database.write() as session:
        editor = an_editor(session)
        newsletter = session.get_one(Newsletter, 1)
        assert proofs.queue_test_send(session, newsletter, editor.id, now=clock.now())
    change(database, clock, weekday=2)
    assert [each[:2] for each in weekly(database)] == [
        (date(2026, 11, 25), EditionState.COLLECTING),
        (date(2026, 11, 27), EditionState.SKIPPED),
    ]


def test_an_edition_of_which_a_test_was_sent_comes_back_with_its_day(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, clock)
    with database.write() as session:
        editor = an_editor(session)
        assert proofs.queue_test_send(session, session.get_one(Newsletter, 1), editor.id, now=clock.now())
    change(database, clock, blackout_dates="27 November A feast")
    with database.read() as session:
        [edition] = session.scalars(select(Edition).where(Edition.cadence == "weekly"))
        assert (edition.state, edition.reason) == (
            EditionState.SKIPPED,
            "No digest goes out that day: A feast. The next one has its articles.",
        )
    change(database, clock)
    go_out(database, clock, FRIDAY)
    assert digests(database)[1] == [[1]]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"zone": "Mars/Olympus"}, "Mars/Olympus is not known"),
        ({"hour": 24}, "no such hour"),
        ({"weekday": 7}, "weekday"),
        ({"month_day": 0}, "day of the month"),
        ({"sends_from": 21, "sends_until": 6}, "must begin before they end"),
        ({"minimum_articles": 0}, "fewest articles"),
        ({"minimum_articles": 9}, "from 1 to 8"),
        ({"on_blackout": "sideways"}, "left out"),
        ({"article_order": "loudest"}, "no such order"),
        ({"blackout_dates": "Christmas"}, "Christmas"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    database: Database, clock: StandingClock, changed: dict[str, object], said: str
) -> None:
    a_newsroom(database, clock)
    before = weekly(database)
    with pytest.raises(RefusedError, match=said):
        change(database, clock, **changed)
    assert weekly(database) == before
    assert before[0][2] == datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
