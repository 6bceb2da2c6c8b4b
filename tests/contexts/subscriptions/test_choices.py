"""Changing what one gets: what is kept keeps its history, what is chosen anew begins now."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.subscriptions import choices
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.subscribers import Cadence, Subscription
from tests.conftest import StandingClock
from tests.data import a_newsletter, a_reader, topic_ids


def change(
    session: Session, reader: Subscription, wanted: Collection[int], ids: Mapping[str, int], *, now: datetime
) -> None:
    wish = Choice(frozenset(wanted), Cadence.DAILY)
    choices.change(session, reader, wish, every_topic_id=list(ids.values()), now=now)


def test_topics_that_are_kept_keep_the_instant_since_when(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session, topics=("Science", "Technology", "AI"))
        reader = a_reader(session, newsletter, topics=("science", "ai"))
        ids = topic_ids(session, newsletter)
        since = choices.topics_chosen(session, reader.id)[ids["science"]]
        wanted = {ids["science"], ids["technology"]}
        change(session, reader, wanted, ids, now=clock.now())
        assert choices.topics_chosen(session, reader.id) == {ids["science"]: since, ids["technology"]: clock.now()}
        assert since < clock.now()
        assert reader.cadence == "daily"


def test_narrowing_from_all_topics_loses_nothing_that_waits(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        reader = a_reader(session, newsletter)
        ids = topic_ids(session, newsletter)
        change(session, reader, {ids["science"]}, ids, now=clock.now())
        assert choices.topics_chosen(session, reader.id) == {ids["science"]: reader.joined_at}


def test_widening_to_all_topics_brings_nothing_older_than_the_choice(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        reader = a_reader(session, newsletter, topics=("science",))
        ids = topic_ids(session, newsletter)
        change(session, reader, (), ids, now=clock.now())
        chosen = choices.topics_chosen(session, reader.id)
        assert chosen == {ids["science"]: reader.joined_at, ids["technology"]: clock.now()}
