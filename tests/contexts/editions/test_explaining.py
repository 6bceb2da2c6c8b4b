"""Why was this sent, or not: for each reader and article the one true reason."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.editions.explaining import Explanation, Why, explain
from newsletter.feeds.articles import Article, Decision
from newsletter.feeds.deciding import decide
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article
from tests.edition_runs import FRIDAY, send_now, settle_all, tick


@pytest.fixture
def ready(database: Database) -> Database:
    """A reader of science, and an article in it."""
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, topics=("science",))
        an_article(session, newsletter)
    return database


def asked(database: Database, clock: StandingClock, article_id: int = 1) -> Explanation:
    with database.read() as session:
        subscription = session.get_one(Subscription, 1)
        return explain(session, subscription, session.get_one(Article, article_id), now=clock.now())


def test_what_is_due_comes_with_the_next_digest(ready: Database, clock: StandingClock) -> None:
    assert asked(ready, clock) == Explanation(
        Why.NEXT, "It is due: it comes with their digest of 27 November 2026, 07:00."
    )


def test_what_was_sent_was_sent(ready: Database, clock: StandingClock) -> None:
    send_now(ready, clock)
    assert asked(ready, clock).why is Why.UNDER_WAY
    settle_all(ready, DeliveryState.SENT)
    found = asked(ready, clock)
    assert (found.why, found.delivery_id) == (Why.SENT, 1)
    assert found.sentence.startswith("It was sent with edition 1, ")


def test_what_failed_is_due_again(ready: Database, clock: StandingClock) -> None:
    send_now(ready, clock)
    settle_all(ready, DeliveryState.FAILED)
    assert asked(ready, clock).why is Why.NEXT


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SubscriptionState.PENDING, "not confirmed"),
        (SubscriptionState.PAUSED, "paused"),
        (SubscriptionState.UNSUBSCRIBED, "left"),
    ],
)
def test_who_is_no_reader_gets_nothing(
    ready: Database, clock: StandingClock, state: SubscriptionState, words: str
) -> None:
    with ready.write() as session:
        session.get_one(Subscription, 1).state = state
    found = asked(ready, clock)
    assert found.why is Why.NO_READER
    assert words in found.sentence


def test_who_must_not_be_written_to_gets_nothing(ready: Database, clock: StandingClock) -> None:
    with ready.write() as session:
        suppress(session, "anna@example.org", SuppressionReason.COMPLAINED, now=NOW)
    assert asked(ready, clock).sentence == "Their address must not be written to: complained."


def test_what_is_held_says_so(ready: Database, clock: StandingClock) -> None:
    with ready.write() as session:
        decide(session, session.get_one(Article, 1), Decision.HOLD, now=NOW)
    found = asked(ready, clock)
    assert found.why is Why.NOT_FREE
    assert "holds it" in found.sentence


def _add(session: Session, **options: object) -> int:
    return an_article(session, the_newsletter(session, None), "Ferry", **options).id  # type: ignore[arg-type]  # tests name them


def test_another_topic_an_old_article_and_one_from_before_they_came(ready: Database, clock: StandingClock) -> None:
    with ready.write() as session:
        other = _add(session, topics=("technology",))
        old = _add(session, released_at=NOW - timedelta(days=22))
    assert asked(ready, clock, other).sentence == "They follow other topics than Technology."
    assert asked(ready, clock, old).why is Why.TOO_OLD
    tick(ready, clock)
    clock.at = FRIDAY + timedelta(days=1)
    with ready.write() as session:
        session.get_one(Subscription, 1).joined_at = clock.at
    assert asked(ready, clock).why is Why.BEFORE_THEM


def test_too_little_waits(ready: Database, clock: StandingClock) -> None:
    with ready.write() as session:
        the_newsletter(session, None).minimum_articles = 3
    assert asked(ready, clock) == Explanation(
        Why.TOO_LITTLE, "It is due and waits: 1 of the 3 articles that make a digest are there."
    )
