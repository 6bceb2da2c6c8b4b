"""Signing up and confirming, and the limits that keep both from being turned on others."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import Lane
from newsletter.jobs import Job, JobKind
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions import leaving, signup
from newsletter.subscriptions.choices import Choice, topics_chosen
from newsletter.subscriptions.finding import subscription_by_token
from newsletter.subscriptions.signup import Confirmation, SignUp
from newsletter.subscriptions.subscribers import (
    Cadence,
    Consent,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from newsletter.suppression.suppressions import SuppressionReason, suppress, suppressed_among
from tests.conftest import StandingClock
from tests.data import EVIDENCE, a_newsletter, a_reader, topic_ids

SIGNER = Signer(("k" * 32,))


def asks(
    session: Session,
    newsletter: Newsletter,
    clock: StandingClock,
    address: str = "anna@example.org",
    *,
    topics: Sequence[int] = (),
    cadence: Cadence = Cadence.WEEKLY,
) -> Subscription | None:
    """Sign an address up; its subscription, if there is one afterwards."""
    signup.sign_up(session, newsletter, SignUp(address, Choice(frozenset(topics), cadence), EVIDENCE), now=clock.now())
    query = select(Subscription).join(Subscriber, Subscriber.id == Subscription.subscriber_id)
    query = query.where(Subscriber.address_key == address.lower(), Subscription.newsletter_id == newsletter.id)
    return session.scalars(query).one_or_none()


def mails(session: Session) -> list[str]:
    return list(session.scalars(select(Delivery.kind).order_by(Delivery.id)))


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(Consent.act).order_by(Consent.id)))


def test_a_sign_up_is_pending_has_its_evidence_and_rings_for_one_urgent_mail(
    database: Database, clock: StandingClock, announced: list[Job]
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        ids = topic_ids(session, newsletter)
        made = asks(session, newsletter, clock, topics=[ids["science"]], cadence=Cadence.DAILY)
        assert made is not None
        assert (made.state, made.cadence, made.joined_at) == ("pending", "daily", None)
        assert topics_chosen(session, made.id) == {ids["science"]: clock.now()}
        line = session.scalars(select(Consent)).one()
        assert (line.act, line.wording, line.page, line.network, line.at) == (
            *("requested", EVIDENCE.wording, EVIDENCE.page, EVIDENCE.network),
            clock.now(),
        )
        mail = session.scalars(select(Delivery)).one()
        assert (mail.kind, mail.lane, mail.subscription_id) == ("confirmation", Lane.URGENT, made.id)
        assert announced == [], "nobody is told before the commit"
    assert announced == [Job(JobKind.SEND_URGENT)]


def test_a_second_sign_up_within_ten_minutes_sends_nothing_more(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        asks(session, newsletter, clock)
        clock.pass_by(timedelta(minutes=9, seconds=59))
        asks(session, newsletter, clock)
        assert mails(session) == ["confirmation"]
        clock.pass_by(timedelta(seconds=2))
        asks(session, newsletter, clock)
        assert mails(session) == ["confirmation"] * 2


def test_one_address_gets_three_confirmations_a_day_over_all_newsletters(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        first, second = a_newsletter(session), a_newsletter(session, "The Other")
        for _ in range(30):
            asks(session, first, clock)
            asks(session, second, clock)
            clock.pass_by(timedelta(minutes=11))
        assert mails(session) == ["confirmation"] * 3


def test_and_five_in_thirty_days(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        for _ in range(29):
            asks(session, newsletter, clock)
            clock.pass_by(timedelta(days=1))
        assert mails(session) == ["confirmation"] * 5
        clock.pass_by(timedelta(days=2))
        asks(session, newsletter, clock)
        assert mails(session) == ["confirmation"] * 6


def test_the_limits_of_one_address_are_not_those_of_another(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        for address in ("anna@example.org", "ben@example.org"):
            asks(session, newsletter, clock, address)
        assert mails(session) == ["confirmation"] * 2


def test_a_reader_who_signs_up_again_is_told_so_once_a_day_and_keeps_everything(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        reader = a_reader(session, newsletter, topics=("science",))
        before = topics_chosen(session, reader.id)
        for _ in range(3):
            asks(session, newsletter, clock, cadence=Cadence.DAILY)
            clock.pass_by(timedelta(hours=11))
        assert mails(session) == ["already_subscribed"]
        clock.pass_by(timedelta(hours=11))
        asks(session, newsletter, clock)
        assert mails(session) == ["already_subscribed"] * 2
        assert (reader.state, reader.cadence) == ("active", "weekly")
        assert topics_chosen(session, reader.id) == before
        assert acts(session) == []


def test_a_suppressed_address_gets_nothing_and_leaves_no_trace(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        suppress(session, "anna@example.org", SuppressionReason.ASKED, now=clock.now())
        assert asks(session, newsletter, clock, "Anna@Example.org") is None
        assert mails(session) == []
        assert session.scalars(select(Subscriber)).all() == []


def test_the_same_address_in_other_letters_is_the_same_reader(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        one = asks(session, newsletter, clock, "anna@example.org")
        other = asks(session, newsletter, clock, "ANNA@EXAMPLE.ORG")
        assert one is other
        assert [each.address for each in session.scalars(select(Subscriber))] == ["anna@example.org"]


def test_confirming_makes_active_from_now_on_and_welcomes_once(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        made = asks(session, a_newsletter(session), clock)
        assert made is not None
        clock.pass_by(timedelta(hours=3))
        assert signup.confirm(session, made, EVIDENCE, now=clock.now()) is Confirmation.DONE
        assert (made.state, made.joined_at) == ("active", clock.now())
        clock.pass_by(timedelta(hours=3))
        assert signup.confirm(session, made, EVIDENCE, now=clock.now()) is Confirmation.USED
        assert made.joined_at == clock.now() - timedelta(hours=3)
        assert mails(session) == ["confirmation", "welcome"]
        assert acts(session) == ["requested", "confirmed"]


def test_a_confirm_link_lives_seven_days_and_not_a_second_longer(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        made = asks(session, a_newsletter(session), clock)
        assert made is not None
        clock.pass_by(timedelta(days=7))
        assert signup.confirmation_of(made, now=clock.now()) is Confirmation.DONE
        clock.pass_by(timedelta(seconds=1))
        assert signup.confirm(session, made, EVIDENCE, now=clock.now()) is Confirmation.EXPIRED
        assert made.state == "pending"
        assert acts(session) == ["requested"]


def test_a_new_link_in_place_of_an_expired_one_keeps_the_limits(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        made = asks(session, a_newsletter(session), clock)
        assert made is not None
        clock.pass_by(timedelta(days=8))
        signup.send_new_link(session, made, now=clock.now())
        signup.send_new_link(session, made, now=clock.now())
        assert mails(session) == ["confirmation"] * 2
        assert signup.confirmation_of(made, now=clock.now()) is Confirmation.DONE


def test_there_is_no_new_link_for_somebody_who_has_confirmed(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session))
        signup.send_new_link(session, reader, now=clock.now())
        assert mails(session) == []


def test_never_again_ends_the_sign_up_and_every_later_one(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        made = asks(session, newsletter, clock)
        assert made is not None
        signup.never_write_again(session, made, now=clock.now())
        signup.never_write_again(session, made, now=clock.now())
        assert made.state == "unsubscribed"
        assert suppressed_among(session, ["anna@example.org", "ben@example.org"]) == {"anna@example.org"}
        assert signup.confirm(session, made, EVIDENCE, now=clock.now()) is Confirmation.USED
        clock.pass_by(timedelta(days=40))
        asks(session, newsletter, clock)
        assert mails(session) == ["confirmation"]


def test_who_has_left_and_comes_back_confirms_anew_and_old_links_stay_void(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        made = asks(session, newsletter, clock)
        assert made is not None
        old = SIGNER.token(Purpose.CONFIRM, made.id, made.confirm_nonce)
        signup.confirm(session, made, EVIDENCE, now=clock.now())
        leaving.leave(session, made, EVIDENCE, now=clock.now())
        clock.pass_by(timedelta(days=1))
        assert asks(session, newsletter, clock) is made
        assert made.state == "pending"
        assert subscription_by_token(session, SIGNER, Purpose.CONFIRM, old) is None
        new = SIGNER.token(Purpose.CONFIRM, made.id, made.confirm_nonce)
        assert subscription_by_token(session, SIGNER, Purpose.CONFIRM, new) is made
        signup.confirm(session, made, EVIDENCE, now=clock.now())
        assert (made.state, made.joined_at) == ("active", clock.now())


def test_what_fails_leaves_neither_consent_nor_mail(database: Database, clock: StandingClock) -> None:
    with pytest.raises(_AccidentError), database.write() as session:
        _ask_and_fail(session, clock)
    with database.read() as session:
        assert session.scalars(select(Consent)).all() == []
        assert mails(session) == []


class _AccidentError(Exception):
    pass


def _ask_and_fail(session: Session, clock: StandingClock) -> None:
    asks(session, a_newsletter(session), clock)
    raise _AccidentError


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.LEAVE, Purpose.LOGIN])
def test_a_link_for_one_purpose_opens_no_other(database: Database, clock: StandingClock, purpose: Purpose) -> None:
    with database.write() as session:
        reader = a_reader(session, a_newsletter(session), state=SubscriptionState.PENDING)
        for nonce in (reader.nonce, reader.confirm_nonce):
            token = SIGNER.token(purpose, reader.id, nonce)
            assert subscription_by_token(session, SIGNER, Purpose.CONFIRM, token) is None
