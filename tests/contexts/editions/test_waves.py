"""Waves: each reader at their own instant, once, and one digest after an outage."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.editions import sorting
from newsletter.editions.editions import Edition, EditionState
from newsletter.editions.groups import ReaderGroup
from newsletter.jobs import Job, JobKind
from newsletter.subscriptions.choices import Choice, change, take_cadence
from newsletter.subscriptions.leaving import leave
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState
from tests.conftest import StandingClock
from tests.data import EVIDENCE, NOW, a_newsletter, a_reader, an_article, topic_ids
from tests.edition_runs import FRIDAY, digests, go_out, settle_all, tick

IN_TOKYO = datetime(2026, 11, 26, 22, 0, tzinfo=UTC)  # Friday, seven
IN_NEW_YORK = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def a_newsletter_of_the_world(database: Database) -> None:
    """Readers in Berlin, Tokyo and New York, and an article."""
    with database.write() as session:
        newsletter = a_newsletter(session)
        for name, zone in (("berlin", ""), ("tokyo", "Asia/Tokyo"), ("new-york", "America/New_York")):
            a_reader(session, newsletter, f"{name}@example.org").zone = zone
        an_article(session, newsletter)


def test_one_edition_comes_to_each_zone_at_its_own_hour(database: Database, clock: StandingClock) -> None:
    a_newsletter_of_the_world(database)
    tick(database, clock)
    with database.read() as session:
        [edition] = session.scalars(select(Edition))
        assert (edition.send_at, edition.cutoff_at) == (IN_TOKYO, IN_TOKYO - timedelta(hours=1))
    for at, readers in ((IN_TOKYO, [2]), (FRIDAY, [2, 1]), (IN_NEW_YORK, [2, 1, 3])):
        go_out(database, clock, at - timedelta(minutes=1))
        assert list(digests(database)) == readers[:-1]
        go_out(database, clock, at)
        assert list(digests(database)) == readers
    settle_all(database, DeliveryState.SENT)
    tick(database, clock)
    with database.read() as session:
        edition = session.get_one(Edition, 1)
        assert (edition.state, edition.number) == (EditionState.SENT, 1)


def test_who_moves_west_on_the_day_gets_it_once(database: Database, clock: StandingClock) -> None:
    a_newsletter_of_the_world(database)
    tick(database, clock)
    go_out(database, clock, IN_TOKYO)
    go_out(database, clock, FRIDAY)
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        chosen = Choice(zone="America/New_York")
        every = topic_ids(session, newsletter).values()
        change(session, session.get_one(Subscription, 1), chosen, every_topic_id=every, now=FRIDAY + timedelta(hours=1))
    go_out(database, clock, IN_NEW_YORK)
    assert digests(database) == {1: [[1]], 2: [[1]], 3: [[1]]}


def test_three_days_without_a_scheduler_bring_one_digest_with_all_of_it(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, cadence=Cadence.DAILY)
    tick(database, clock)
    with database.write() as session:
        for day in range(3):
            released_at = NOW + timedelta(hours=1, days=day)
            an_article(session, the_newsletter(session, None), f"Day {day}", released_at=released_at)
    go_out(database, clock, NOW + timedelta(days=3))
    assert digests(database) == {1: [[3, 2, 1]]}
    with database.read() as session:
        query = select(Edition).where(Edition.cadence == "daily").order_by(Edition.local_date)
        reasons = [(each.state, each.reason or "") for each in session.scalars(query)]
    assert [state for state, _ in reasons] == ["skipped", "skipped", "sending", "collecting"]
    assert all("the next one is due by now" in reason for _, reason in reasons[:2])


def test_a_zone_that_is_known_no_more_is_taken_for_the_newsletters(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter).zone = "Europe/Atlantis"
        a_reader(session, newsletter, "ben@example.org")
        an_article(session, newsletter)
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[1]], 2: [[1]]}


def test_another_cadence_from_the_page_about_leaving_takes_effect(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, cadence=Cadence.DAILY)
        an_article(session, newsletter)
    sorting.sort_all(database, clock)
    with database.write() as session:
        take_cadence(session, session.get_one(Subscription, 1), Cadence.WEEKLY, now=NOW)
    tick(database, clock)
    go_out(database, clock, NOW + timedelta(days=1))
    assert digests(database) == {}
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[1]]}


def test_who_comes_back_in_any_way_is_sorted_in_anew(database: Database, clock: StandingClock) -> None:
    """Written by whatever sets the state: the group from before would know nothing of what came since."""
    with database.write() as session:
        a_reader(session, a_newsletter(session))
    sorting.sort_all(database, clock)
    with database.write() as session:
        subscription = session.get_one(Subscription, 1)
        assert subscription.group_id is not None
        leave(session, subscription, EVIDENCE, now=NOW)
    with database.write() as session:
        subscription = session.get_one(Subscription, 1)
        subscription.state = SubscriptionState.ACTIVE
        take_cadence(session, subscription, Cadence.DAILY, now=NOW)
    with database.read() as session:
        assert session.get_one(Subscription, 1).group_id is None


def test_groups_that_an_edition_made_alike_are_merged(
    database: Database, clock: StandingClock, announced: list[Job]
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    tick(database, clock)
    go_out(database, clock, FRIDAY)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        a_reader(session, the_newsletter(session, None), "ben@example.org", joined_at=FRIDAY - timedelta(days=100))
        an_article(session, the_newsletter(session, None), "Ferry", released_at=FRIDAY + timedelta(days=1))
    tick(database, clock)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ReaderGroup)) == 2, (
            "the new one is owed the first article"
        )
    go_out(database, clock, FRIDAY + timedelta(days=7))
    assert Job(JobKind.MERGE_GROUPS, 1) in announced
    sorting.merge_all(database, 1)
    with database.read() as session:
        [group] = session.scalars(select(ReaderGroup))
        assert set(session.scalars(select(Subscription.group_id))) == {group.id}
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        an_article(session, the_newsletter(session, None), "Lift", released_at=FRIDAY + timedelta(days=8))
    go_out(database, clock, FRIDAY + timedelta(days=14))
    assert digests(database) == {1: [[1], [2], [3]], 2: [[2, 1], [3]]}
