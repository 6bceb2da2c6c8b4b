"""Sign-ups that nobody confirmed go after 14 days; limits count on."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.subscriptions import expiring, leaving
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.expiring import expire_sign_ups
from newsletter.subscriptions.signup import SignUp, confirm, sign_up
from newsletter.subscriptions.subscribers import Consent, PastConfirmation, Subscriber, Subscription
from newsletter.wiring import Services
from tests.conftest import StandingClock
from tests.data import EVIDENCE, a_newsletter, a_reader, topic_ids
from tests.known_readers import dumped

ANNA = "anna@example.org"
FORTNIGHT = timedelta(days=14)
A_MOMENT = timedelta(seconds=1)


def newsletter(session: Session, name: str = "The Proof") -> Newsletter:
    """The newsletter of this name, made when it is asked for first."""
    found = session.scalar(select(Newsletter).where(Newsletter.name == name))
    return found or a_newsletter(session, name)


def ask(parts: Services, address: str = ANNA, *, name: str = "The Proof") -> None:
    """Somebody signs an address up for a topic."""
    with parts.database.write() as session:
        wanted = newsletter(session, name)
        choice = Choice(frozenset({topic_ids(session, wanted)["science"]}))
        sign_up(session, wanted, SignUp(address, choice, EVIDENCE), now=parts.clock.now())


def expire(parts: Services) -> int:
    with parts.database.write() as session:
        return expire_sign_ups(session, now=parts.clock.now())


def settle(parts: Services) -> None:
    """All that waits has gone out."""
    with parts.database.write() as session:
        for row in session.scalars(select(Delivery).where(Delivery.state == DeliveryState.QUEUED)):
            row.state, row.settled_at, row.reply = DeliveryState.SENT, parts.clock.now(), f"250 for {ANNA}"


def states(parts: Services) -> list[str]:
    with parts.database.read() as session:
        return list(session.scalars(select(Subscription.state).order_by(Subscription.id)))


def mails(parts: Services) -> int:
    with parts.database.read() as session:
        return len(session.scalars(select(Delivery.id)).all())


def test_after_fourteen_days_nothing_names_who_did_not_confirm(parts: Services, clock: StandingClock) -> None:
    ask(parts)
    settle(parts)
    clock.pass_by(FORTNIGHT)
    assert expire(parts) == 0
    assert states(parts) == ["pending"]
    clock.pass_by(A_MOMENT)
    assert expire(parts) == 1
    assert ANNA not in dumped(parts)
    with parts.database.read() as session:
        for table in (Subscriber, Subscription, Consent):
            assert session.scalars(select(table)).all() == []
        mail = session.scalars(select(Delivery)).one()
        assert (mail.state, mail.subscriber_id, mail.subscription_id) == ("sent", None, None)
    assert expire(parts) == 0


def test_readers_and_fresh_sign_ups_stay(parts: Services, clock: StandingClock) -> None:
    with parts.database.write() as session:
        a_reader(session, newsletter(session), "ben@example.org")
    ask(parts)
    clock.pass_by(FORTNIGHT)
    ask(parts)  # asked once more: the time begins anew
    clock.pass_by(A_MOMENT)
    assert expire(parts) == 0
    assert states(parts) == ["active", "pending"]


def test_who_reads_another_newsletter_loses_only_what_was_not_confirmed(parts: Services, clock: StandingClock) -> None:
    with parts.database.write() as session:
        a_reader(session, newsletter(session, "The Other"), ANNA)
    ask(parts)
    settle(parts)
    clock.pass_by(FORTNIGHT + A_MOMENT)
    assert expire(parts) == 1
    assert states(parts) == ["active"]
    with parts.database.read() as session:
        assert session.scalars(select(Subscriber.address)).all() == [ANNA]
        mail = session.scalars(select(Delivery)).one()
        assert mail.subscription_id is None
        assert mail.subscriber_id is not None, "limits count by it"


def test_who_had_left_and_did_not_come_back_is_as_before(parts: Services, clock: StandingClock) -> None:
    with parts.database.write() as session:
        sign_up(session, newsletter(session), SignUp(ANNA, Choice(), EVIDENCE), now=clock.now())
        subscription = session.scalars(select(Subscription)).one()
        confirm(session, subscription, EVIDENCE, now=clock.now())
        leaving.leave(session, subscription, EVIDENCE, now=clock.now())
        left_at = clock.now()
    clock.pass_by(timedelta(days=1))
    ask(parts)
    clock.pass_by(FORTNIGHT + A_MOMENT)
    assert expire(parts) == 1
    with parts.database.read() as session:
        subscription = session.scalars(select(Subscription)).one()
        assert (subscription.state, subscription.left_at) == ("unsubscribed", left_at)
        acts = session.scalars(select(Consent.act).order_by(Consent.id)).all()
        assert acts == ["requested", "confirmed", "withdrawn"]


@pytest.mark.parametrize("sign_ups_expired", [1, 0])
def test_limits_count_on_as_if_nothing_had_gone(parts: Services, clock: StandingClock, sign_ups_expired: int) -> None:
    for _ in range(3):
        ask(parts)
        clock.pass_by(timedelta(minutes=11))
    clock.pass_by(FORTNIGHT)
    if sign_ups_expired:
        assert expire(parts) == sign_ups_expired
    for expected in (4, 5, 5):
        ask(parts)
        assert mails(parts) == expected, "five in thirty days"
        clock.pass_by(timedelta(minutes=11))
    clock.pass_by(timedelta(days=16))
    expire(parts)
    ask(parts)
    assert mails(parts) == 6, "the first three count no more"


def test_other_addresses_do_not_share_the_count(parts: Services, clock: StandingClock) -> None:
    for _ in range(3):
        ask(parts)
        clock.pass_by(timedelta(minutes=11))
    clock.pass_by(FORTNIGHT)
    expire(parts)
    for _ in range(3):
        ask(parts, "ben@example.org")
        clock.pass_by(timedelta(minutes=11))
    assert mails(parts) == 6


def test_what_limits_count_no_more_goes(parts: Services, clock: StandingClock) -> None:
    ask(parts)
    clock.pass_by(FORTNIGHT + A_MOMENT)
    expire(parts)
    with parts.database.read() as session:
        assert session.scalars(select(PastConfirmation.address_hash)).one().startswith("hash:")
    clock.pass_by(timedelta(days=16))
    expire(parts)
    with parts.database.read() as session:
        assert session.scalars(select(PastConfirmation)).all() == []


def test_many_go_some_at_a_time(parts: Services, clock: StandingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "_AT_ONCE", 2)
    for number in range(5):
        ask(parts, f"reader-{number}@example.org")
    clock.pass_by(FORTNIGHT + A_MOMENT)
    assert [expire(parts) for _ in range(4)] == [2, 2, 1, 0]
    with parts.database.read() as session:
        assert session.scalars(select(Subscriber)).all() == []
