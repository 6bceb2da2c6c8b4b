"""What is kept of readers goes when its time is over."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscriptions import leaving
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.privacy.retention import forget_networks, forget_what_is_old
from newsletter.subscriptions.subscribers import Consent, Subscriber, Subscription
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import EVIDENCE, NOW, a_newsletter, a_reader
from tests.known_readers import ANNA, a_known_reader, dumped, without_others

LONG = timedelta(days=1096)


def forget(parts: Services) -> None:
    with parts.database.write() as session:
        forget_what_is_old(session, parts.holdings, parts.signer.digest, now=parts.clock.now())


def networks(session: Session) -> list[str]:
    return list(session.scalars(select(Consent.network).order_by(Consent.id)))


def test_networks_leave_the_evidence_after_thirty_days(parts: Services, clock: StandingClock) -> None:
    a_known_reader(parts)  # three days ago
    with parts.database.write() as session:
        subscription = session.scalars(select(Subscription)).first()
        assert subscription is not None
        leaving.leave(session, subscription, EVIDENCE, now=NOW)
    clock.pass_by(timedelta(days=27))
    forget(parts)
    with parts.database.read() as session:
        assert networks(session) == ["192.0.2.0/24"] * 3
    clock.pass_by(timedelta(seconds=1))
    forget(parts)
    with parts.database.read() as session:
        assert networks(session) == ["", "", "192.0.2.0/24"]
        assert [line.wording for line in session.scalars(select(Consent))] == ["I ask for it."] * 3


def test_networks_go_in_steps_and_a_step_without_work_writes_nothing(parts: Services, clock: StandingClock) -> None:
    a_known_reader(parts)
    clock.pass_by(timedelta(days=60))
    with parts.database.write() as session:
        assert forget_networks(session, now=clock.now()) == 2
        assert forget_networks(session, now=clock.now()) == 0


def test_thirty_six_months_after_leaving_only_a_keyed_hash_is_left(parts: Services, clock: StandingClock) -> None:
    anna = a_known_reader(parts)
    with parts.database.write() as session:
        [subscription] = session.scalars(select(Subscription).where(Subscription.subscriber_id == anna))
        leaving.leave(session, subscription, EVIDENCE, now=NOW)
    clock.pass_by(LONG)
    forget(parts)
    assert ANNA in without_others(dumped(parts))
    clock.pass_by(timedelta(seconds=1))
    forget(parts)
    assert ANNA not in without_others(dumped(parts))
    with parts.database.read() as session:
        [erasure] = session.scalars(select(Erasure))
        assert erasure.form == "retention"
        assert [each["act"] for each in erasure.acts] == ["requested", "confirmed", "withdrawn"]


def test_who_still_reads_something_here_stays_known(parts: Services, clock: StandingClock) -> None:
    with parts.database.write() as session:
        gone = a_reader(session, a_newsletter(session))
        a_reader(session, a_newsletter(session, "The Other"))
        leaving.leave(session, gone, EVIDENCE, now=NOW)
    clock.pass_by(2 * LONG)
    forget(parts)
    with parts.database.read() as session:
        assert session.scalars(select(Subscriber.address)).all() == ["anna@example.org"]


def test_those_who_left_go_some_at_a_time(parts: Services, clock: StandingClock) -> None:
    with parts.database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(25):
            reader = a_reader(session, newsletter, f"reader-{number}@example.org")
            leaving.leave(session, reader, EVIDENCE, now=NOW)
    clock.pass_by(2 * LONG)
    for left in (5, 0, 0):
        forget(parts)
        with parts.database.read() as session:
            assert len(session.scalars(select(Subscriber.id)).all()) == left
