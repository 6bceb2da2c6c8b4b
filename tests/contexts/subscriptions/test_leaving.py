"""Leaving, undoing it, and choosing."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.database import Database
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions import choices, leaving, pausing
from newsletter.subscriptions.finding import subscription_by_token
from newsletter.subscriptions.subscribers import Consent, Subscription, SubscriptionState
from tests.conftest import StandingClock
from tests.data import EVIDENCE, NOW, a_newsletter, a_reader


def test_leaving_works_at_once_and_twice_is_once(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        leaving.leave(session, reader, EVIDENCE, now=clock.now())
        clock.pass_by(timedelta(hours=1))
        leaving.leave(session, reader, EVIDENCE, now=clock.now())
        assert (reader.state, reader.left_at) == ("unsubscribed", NOW)
        assert [line.act for line in session.scalars(select(Consent))] == ["withdrawn"]


def test_leaving_one_newsletter_leaves_the_others_alone(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        one = a_reader(session, a_newsletter(session))
        other = a_reader(session, a_newsletter(session, "The Other"))
        leaving.leave(session, one, EVIDENCE, now=clock.now())
        assert (one.state, other.state) == ("unsubscribed", "active")
        assert one.subscriber_id == other.subscriber_id


def test_undo_works_for_thirty_days_and_begins_a_new_window(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session), topics=("science",))
        leaving.leave(session, reader, EVIDENCE, now=clock.now())
        clock.pass_by(timedelta(days=30))
        assert leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
        assert (reader.state, reader.joined_at, reader.left_at) == ("active", clock.now(), None)
        assert len(choices.topics_chosen(session, reader.id)) == 1
        assert not leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
        assert [line.act for line in session.scalars(select(Consent))] == ["withdrawn", "confirmed"]


def test_undo_ends_after_thirty_days(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        leaving.leave(session, reader, EVIDENCE, now=clock.now())
        clock.pass_by(timedelta(days=30, seconds=1))
        assert not leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
        assert reader.state == "unsubscribed"


def test_undo_is_no_way_around_confirming(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        pending = a_reader(session, a_newsletter(session), state=SubscriptionState.PENDING)
        leaving.leave(session, pending, EVIDENCE, now=clock.now())
        assert not leaving.undo_leaving(session, pending, EVIDENCE, now=clock.now())


def test_a_leave_link_of_a_retired_key_goes_on_working_and_no_other_does(database: Database) -> None:
    old, renewed = Signer(("a" * 32,)), Signer(("b" * 32, "a" * 32))
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        leave = old.token(Purpose.LEAVE, reader.id, reader.nonce)
        choose = old.token(Purpose.PREFERENCES, reader.id, reader.nonce)
        assert subscription_by_token(session, renewed, Purpose.LEAVE, leave) is reader
        assert subscription_by_token(session, renewed, Purpose.PREFERENCES, choose) is None
        assert subscription_by_token(session, Signer(("b" * 32,)), Purpose.LEAVE, leave) is None


def a_house(session: Session) -> list[Subscription]:
    """A reader of three newsletters: two of one publisher, one of another."""
    newsletters = [a_newsletter(session, name) for name in ("The Proof", "The Other", "The Stranger")]
    for each, publisher in zip(newsletters, ("Proof Press", "Proof Press", "Strange Press"), strict=True):
        each.publisher = publisher
    return [a_reader(session, each) for each in newsletters]


def test_leaving_everything_of_a_publisher_leaves_other_publishers_alone(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        every = a_house(session)
        leaving.leave_all(session, every[0], EVIDENCE, now=clock.now())
        assert [each.state for each in every] == ["unsubscribed", "unsubscribed", "active"]
        assert [each.left_at for each in every] == [NOW, NOW, None]


def test_undo_brings_back_what_the_same_press_ended_and_nothing_else(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        every = a_house(session)
        leaving.leave(session, every[2], EVIDENCE, now=clock.now() - timedelta(days=1))
        leaving.leave_all(session, every[0], EVIDENCE, now=clock.now())
        assert leaving.undo_leaving(session, every[1], EVIDENCE, now=clock.now())
        assert [each.state for each in every] == ["active", "active", "unsubscribed"]


def test_who_leaves_in_a_pause_and_comes_back_is_paused_again(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        pausing.pause(session, reader, NOW + timedelta(days=14), now=NOW)
        leaving.leave(session, reader, EVIDENCE, now=clock.now())
        assert leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
        assert reader.state == "paused"
        leaving.leave(session, reader, EVIDENCE, now=clock.now())
        clock.pass_by(timedelta(days=15))
        assert leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
        assert reader.state == "active"


def test_undoing_again_and_again_does_not_fill_the_evidence(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        for _ in range(50):
            leaving.leave(session, reader, EVIDENCE, now=clock.now())
            leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
        assert reader.state == "unsubscribed"
        assert len(session.scalars(select(Consent)).all()) == 2 * defaults.UNDOS_OF_LEAVING_A_DAY + 1
        clock.pass_by(timedelta(days=1, seconds=1))
        assert leaving.undo_leaving(session, reader, EVIDENCE, now=clock.now())
