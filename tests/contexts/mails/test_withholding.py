"""Nobody gets a mail that they must not get, though it was queued."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.entry import new_login_link
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.delivery.handed_down import Withhold
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outbox import Recipient
from newsletter.feeds.articles import Article
from newsletter.mails.composing import MailComposer
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.composed_mails import a_composer, a_digest, a_variant, queued, to_reader
from tests.data import NOW, a_newsletter, a_reader, an_editor


def test_a_digest_whose_articles_are_all_gone_is_withheld(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        for article in session.scalars(select(Article)):
            session.delete(article)
        session.flush()
        assert a_composer()(session, row, NOW) == Withhold("none of its articles is there any more")


def suppressed(session: Session, subscription: Subscription) -> None:
    """Nobody may write to this reader any more."""
    key = session.get_one(Subscriber, subscription.subscriber_id).address_key
    suppress(session, key, SuppressionReason.ASKED, now=NOW)


def erased(session: Session, subscription: Subscription) -> None:
    """The reader's record is gone."""
    session.delete(session.get_one(Subscriber, subscription.subscriber_id))
    session.flush()


def in_state(state: SubscriptionState) -> Callable[[Session, Subscription], None]:
    """The subscription is in this state now."""

    def change(session: Session, subscription: Subscription) -> None:
        subscription.state = state
        session.flush()

    return change


WITHHELD = [
    *((kind, suppressed) for kind in (MailKind.CONFIRMATION, MailKind.WELCOME, MailKind.DIGEST)),
    *((kind, erased) for kind in (MailKind.CONFIRMATION, MailKind.ALREADY_SUBSCRIBED, MailKind.DIGEST)),
    (MailKind.CONFIRMATION, in_state(SubscriptionState.ACTIVE)),
    (MailKind.CONFIRMATION, in_state(SubscriptionState.UNSUBSCRIBED)),
    (MailKind.ALREADY_SUBSCRIBED, in_state(SubscriptionState.UNSUBSCRIBED)),
    (MailKind.WELCOME, in_state(SubscriptionState.UNSUBSCRIBED)),
    (MailKind.DIGEST, in_state(SubscriptionState.UNSUBSCRIBED)),
    (MailKind.DIGEST, in_state(SubscriptionState.PAUSED)),
]


@pytest.mark.parametrize(("kind", "happens"), WITHHELD)
def test_a_mail_is_withheld_when_its_ground_is_gone(
    database: Database, kind: MailKind, happens: Callable[[Session, Subscription], None]
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        state = SubscriptionState.PENDING if kind is MailKind.CONFIRMATION else SubscriptionState.ACTIVE
        subscription = a_reader(session, newsletter, state=state, joined_at=NOW)
        variant = a_variant(session, newsletter) if kind is MailKind.DIGEST else None
        row = to_reader(session, kind, subscription, variant)
        assert isinstance(a_composer()(session, row, NOW), OutgoingMail)
        happens(session, subscription)
        assert isinstance(a_composer()(session, row, NOW), Withhold)


def test_a_confirmation_that_comes_too_late_is_withheld(database: Database) -> None:
    with database.write() as session:
        subscription = a_reader(session, a_newsletter(session), state=SubscriptionState.PENDING, joined_at=NOW)
        row = to_reader(session, MailKind.CONFIRMATION, subscription)
        assert a_composer()(session, row, NOW + timedelta(days=8)) == Withhold("the confirm link has expired")


def test_a_login_link_that_was_used_or_ended_is_withheld(database: Database) -> None:
    with database.write() as session:
        editor = an_editor(session)
        link = new_login_link(session, editor, now=NOW)
        row = queued(session, MailKind.LOGIN_LINK, Recipient(editor_id=editor.id, login_link_id=link.id))
        assert a_composer()(session, row, link.expires_at) == Withhold("the login link has expired")
        link.used_at = NOW
        assert a_composer()(session, row, NOW) == Withhold("the login link has been used")


def test_no_digest_goes_to_readers_while_the_newsletter_is_in_rehearsal(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        session.scalars(select(Newsletter)).one().live_at = None
        assert a_composer()(session, row, NOW) == Withhold("the newsletter is in rehearsal")


def test_the_demo_newsletter_never_writes_to_anybody_outside(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        newsletter.is_demo = True
        reader = a_reader(session, newsletter)
        recipient = Recipient(subscriber_id=reader.subscriber_id, subscription_id=reader.id)
        row = queued(session, MailKind.WELCOME, recipient)
        here = a_composer()
        outside = MailComposer(here.links, here.signer, leaves_this_machine=True)
        assert isinstance(here(session, row, NOW), OutgoingMail)
        assert isinstance(outside(session, row, NOW), Withhold)
