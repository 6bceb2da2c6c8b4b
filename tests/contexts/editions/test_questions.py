"""What an editor is asked before an edition goes out, and the sending hours that late ones keep to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.editions import answering
from newsletter.editions.editions import Edition, EditionState
from newsletter.errors import RefusedError
from newsletter.subscriptions.subscribers import Cadence
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader, an_article, an_editor
from tests.edition_runs import FRIDAY, digests, go_out, tick

HOUR = timedelta(hours=1)


def a_newsroom(database: Database, *, asks_approval: bool = False, cadence: Cadence = Cadence.WEEKLY) -> None:
    """A newsletter with an editor, a reader and an article."""
    with database.write() as session:
        newsletter = a_newsletter(session)
        newsletter.asks_approval = asks_approval
        an_editor(session)
        a_reader(session, newsletter, cadence=cadence)
        an_article(session, newsletter, released_at=FRIDAY - 20 * HOUR)


def edition(database: Database) -> tuple[str, str]:
    """How the first edition stands, and why."""
    with database.read() as session:
        found = session.get_one(Edition, 1)
        return found.state, found.reason or ""


def questions(database: Database) -> int:
    """How many mails asked an editor."""
    with database.read() as session:
        return len(session.scalars(select(Delivery.id).where(Delivery.kind == MailKind.EDITION_QUESTION)).all())


def test_a_run_that_is_more_than_a_day_late_asks_and_is_skipped_without_an_answer(
    database: Database, clock: StandingClock
) -> None:
    a_newsroom(database)
    tick(database, clock)
    late = FRIDAY + 25 * HOUR
    asked = []
    for after in (0, 1, 2, 3, 12, 23):
        go_out(database, clock, late + after * HOUR)
        asked.append(questions(database))
        assert edition(database)[0] == EditionState.WAITING
    assert asked == [1, 1, 2, 2, 3, 3]
    go_out(database, clock, late + 24 * HOUR)
    assert edition(database) == (
        EditionState.SKIPPED,
        "It could not start in time, and no editor answered within 24 hours. Its articles wait.",
    )
    assert digests(database) == {}
    go_out(database, clock, FRIDAY + timedelta(days=7))
    assert digests(database) == {1: [[1]]}


def test_a_late_run_goes_when_an_editor_says_so_in_the_sending_hours(database: Database, clock: StandingClock) -> None:
    a_newsroom(database)
    tick(database, clock)
    at_night = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)  # eleven in Berlin
    go_out(database, clock, at_night)
    with database.write() as session:
        answering.let_go(session, session.get_one(Edition, 1), editor_id=1, now=clock.now())
    go_out(database, clock, at_night + HOUR)
    assert edition(database)[0] == EditionState.CLOSED
    assert digests(database) == {}
    go_out(database, clock, at_night + 7 * HOUR)  # six
    assert digests(database) == {1: [[1]]}


def test_what_nobody_wants_any_more_is_skipped_and_its_articles_wait(database: Database, clock: StandingClock) -> None:
    a_newsroom(database)
    tick(database, clock)
    go_out(database, clock, FRIDAY + 30 * HOUR)
    with database.write() as session:
        answering.keep_back(session, session.get_one(Edition, 1), "Maren Oduya", now=clock.now())
    assert edition(database)[1].startswith("Maren Oduya decided")
    with database.write() as session:
        found = session.get_one(Edition, 1)
        with pytest.raises(RefusedError, match="waits for no answer any more"):
            answering.let_go(session, found, editor_id=1, now=clock.now())
        with pytest.raises(RefusedError, match="waits for no answer any more"):
            answering.keep_back(session, found, "Ben", now=clock.now())
    go_out(database, clock, FRIDAY + timedelta(days=7))
    assert digests(database) == {1: [[1]]}


def test_the_next_run_overtakes_one_that_waits_for_an_answer(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, cadence=Cadence.DAILY)
    tick(database, clock)
    go_out(database, clock, FRIDAY - 24 * HOUR + 13 * HOUR)  # Thursday's is thirteen hours late
    with database.read() as session:
        waiting = session.scalars(select(Edition).where(Edition.state == EditionState.WAITING)).all()
        assert [each.cadence for each in waiting] == [Cadence.DAILY]
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[1]]}
    with database.read() as session:
        reasons = session.scalars(select(Edition.reason).where(Edition.state == EditionState.SKIPPED)).all()
    assert [reason for reason in reasons if reason and "the next one is due by now" in reason]


def test_an_edition_that_needs_approval_goes_out_at_its_hour_once_it_has_it(
    database: Database, clock: StandingClock
) -> None:
    a_newsroom(database, asks_approval=True)
    tick(database, clock)
    go_out(database, clock, FRIDAY - HOUR)
    assert questions(database) == 1
    with database.write() as session:
        answering.let_go(session, session.get_one(Edition, 1), editor_id=1, now=clock.now())
    go_out(database, clock, FRIDAY - timedelta(minutes=1))
    assert digests(database) == {}
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[1]]}


def test_without_approval_it_waits_reminds_and_is_skipped(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, asks_approval=True)
    tick(database, clock)
    for after, asked in ((-1, 1), (0, 1), (1, 2), (11, 3), (22, 3)):
        go_out(database, clock, FRIDAY + after * HOUR)
        assert questions(database) == asked
        assert digests(database) == {}
    go_out(database, clock, FRIDAY + 23 * HOUR)
    assert edition(database) == (
        EditionState.SKIPPED,
        "No editor approved it within 24 hours. Its articles wait for the next one.",
    )


def test_who_comes_late_at_night_by_the_clock_of_their_zone_waits_for_the_morning(
    database: Database, clock: StandingClock
) -> None:
    """An outage from before seven in Berlin until noon: in Auckland it is one at night by then."""
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        a_reader(session, newsletter, "auckland@example.org").zone = "Pacific/Auckland"
        an_article(session, newsletter)
    tick(database, clock)
    noon = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    go_out(database, clock, noon)
    assert digests(database) == {1: [[1]]}
    go_out(database, clock, noon + 4 * HOUR)
    assert digests(database) == {1: [[1]]}
    go_out(database, clock, noon + 5 * HOUR)  # six in Auckland
    assert digests(database) == {1: [[1]], 2: [[1]]}


def test_a_newsletter_may_send_at_any_hour(database: Database, clock: StandingClock) -> None:
    a_newsroom(database)
    with database.write() as session:
        newsletter = session.get_one(Newsletter, 1)
        newsletter.sends_from, newsletter.sends_until = 0, 24
    tick(database, clock)
    go_out(database, clock, FRIDAY + 17 * HOUR)  # midnight
    assert digests(database) == {1: [[1]]}


def test_a_question_that_was_answered_asks_nobody_any_more(database: Database, clock: StandingClock) -> None:
    a_newsroom(database, asks_approval=True)
    tick(database, clock)
    go_out(database, clock, FRIDAY - HOUR)
    with database.write() as session:
        answering.let_go(session, session.get_one(Edition, 1), editor_id=1, now=clock.now())
    for after in (1, 5, 30):
        go_out(database, clock, FRIDAY + after * HOUR)
    assert questions(database) == 1
