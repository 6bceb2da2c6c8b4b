"""Several newsletters of one house on one form: one mail asks, one press confirms; and what else a form may say."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.subscriptions import signup
from newsletter.subscriptions.choices import Choice, choice_of
from newsletter.subscriptions.signup import Confirmation, SignUp
from newsletter.subscriptions.subscribers import Cadence, Consent, Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress, suppressed_among
from tests.conftest import StandingClock
from tests.data import EVIDENCE, a_newsletter, a_reader

ANNA = "anna@example.org"


def subscriptions(session: Session) -> list[Subscription]:
    return list(session.scalars(select(Subscription).order_by(Subscription.id)))


def mails(session: Session) -> list[str]:
    return list(session.scalars(select(Delivery.kind).order_by(Delivery.id)))


def test_what_is_asked_for_at_once_is_confirmed_at_once(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        first, second, third = (a_newsletter(session, name) for name in ("The Proof", "The Galley", "The Slug"))
        entered = SignUp(ANNA, Choice(cadence=Cadence.DAILY), EVIDENCE, also=frozenset({second.id}))
        signup.sign_up(session, first, entered, now=clock.now())
        assert mails(session) == ["confirmation"]
        clock.at += timedelta(minutes=1)
        signup.sign_up(session, third, SignUp(ANNA, Choice(), EVIDENCE), now=clock.now())
        daily, weekly, later = subscriptions(session)
        assert (daily.cadence, weekly.cadence) == ("daily", "weekly"), "the rhythm is of the form's own newsletter"

        assert signup.confirm(session, weekly, EVIDENCE, now=clock.now()) is Confirmation.DONE

        assert (daily.state, weekly.state, later.state) == ("active", "active", "pending")
        assert mails(session) == ["confirmation", "welcome", "welcome"]
        assert [line.act for line in session.scalars(select(Consent))].count("confirmed") == 2


def test_one_newsletter_more_is_asked_for_though_the_other_is_read_already(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        first, second = (a_newsletter(session, name) for name in ("The Proof", "The Galley"))
        reader = a_reader(session, first, ANNA)
        entered = SignUp(ANNA, Choice(cadence=Cadence.DAILY), EVIDENCE, also=frozenset({second.id}))
        signup.sign_up(session, first, entered, now=clock.now())
        assert reader.cadence == "weekly", "a form that anybody may fill in changes nothing for a reader"
        assert [each.state for each in subscriptions(session)] == ["active", "pending"]
        assert mails(session) == ["confirmation"]


def test_all_that_a_form_may_say_is_kept(database: Database, clock: StandingClock) -> None:
    wish = Choice(frozenset(), Cadence.DAILY, 2, 20, "Asia/Kathmandu", wants_breaking=True, language="de")
    with database.write() as session:
        signup.sign_up(session, a_newsletter(session), SignUp(ANNA, wish, EVIDENCE), now=clock.now())
        [subscription] = subscriptions(session)
        assert choice_of(session, subscription) == wish
        line = session.scalars(select(Consent)).one()
        assert line.version == EVIDENCE.version != ""


def test_an_address_that_mails_came_back_from_is_asked_once_in_thirty_days_and_lifted_by_confirming(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        suppress(session, ANNA, SuppressionReason.BOUNCED, now=clock.now() - timedelta(days=3))
        for _ in range(2):
            signup.sign_up(session, newsletter, SignUp(ANNA, Choice(), EVIDENCE), now=clock.now())
            clock.at += timedelta(days=10)
        assert mails(session) == ["confirmation"]
        clock.at += timedelta(days=15)
        signup.sign_up(session, newsletter, SignUp(ANNA, Choice(), EVIDENCE), now=clock.now())
        assert mails(session) == ["confirmation", "confirmation"]
        [subscription] = subscriptions(session)
        assert signup.confirm(session, subscription, EVIDENCE, now=clock.now()) is Confirmation.DONE
        assert suppressed_among(session, [ANNA]) == set()


def test_after_a_complaint_nothing_is_asked_and_nothing_lifted(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        reader = a_reader(session, newsletter, ANNA, state=SubscriptionState.PENDING, joined_at=clock.now())
        suppress(session, ANNA, SuppressionReason.COMPLAINED, now=clock.now())
        signup.sign_up(session, newsletter, SignUp(ANNA, Choice(), EVIDENCE), now=clock.now())
        assert mails(session) == []
        signup.confirm(session, reader, EVIDENCE, now=clock.now())
        assert suppressed_among(session, [ANNA]) == {ANNA}
