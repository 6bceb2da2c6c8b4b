"""From rows to bytes: the same rows give the same mail, and nobody gets one that they must not get."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.accounts.entry import new_login_link
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.delivery.sending import Withhold
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.feeds.articles import Article
from newsletter.links import Links
from newsletter.mails.composing import MailComposer
from newsletter.signing import Signer
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor

SIGNER = Signer(("a-secret-for-tests-that-is-long-enough-0123456789",))


def a_composer() -> MailComposer:
    """A composer as each worker has one."""
    return MailComposer(Links("https://news.example.org", SIGNER), SIGNER)


def a_variant(session: Session, newsletter: Newsletter, *, more: int = 0) -> Variant:
    """A variant with two articles, of an edition that is being sent."""
    edition = Edition(
        newsletter_id=newsletter.id,
        cadence="weekly",
        local_date=NOW.date(),
        state=EditionState.SENDING,
        cutoff_at=NOW,
        send_at=NOW,
        number=None,
        requested_by=None,
        fanned_out_at=None,
        finished_at=None,
        reason=None,
    )
    session.add(edition)
    articles = [an_article(session, newsletter), an_article(session, newsletter, "The ferry", topics=("technology",))]
    session.flush()
    variant = Variant(
        edition_id=edition.id,
        key="any",
        article_ids=[each.id for each in articles],
        more=more,
        subject=None,
        body_text=None,
        body_html=None,
    )
    session.add(variant)
    session.flush()
    return variant


def queued(session: Session, kind: MailKind, recipient: Recipient) -> Delivery:
    """The delivery of a mail just queued."""
    queue_mail(session, kind, recipient, now=NOW)
    return session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()


def a_digest(session: Session, address: str = "anna@example.org") -> Delivery:
    """A digest on its way to a reader."""
    newsletter = a_newsletter(session)
    return to_reader(session, MailKind.DIGEST, a_reader(session, newsletter, address), a_variant(session, newsletter))


def to_reader(session: Session, kind: MailKind, subscription: Subscription, variant: Variant | None = None) -> Delivery:
    """A mail on its way to a reader."""
    recipient = Recipient(
        subscriber_id=subscription.subscriber_id,
        subscription_id=subscription.id,
        edition_id=variant.edition_id if variant else None,
        variant_id=variant.id if variant else None,
    )
    return queued(session, kind, recipient)


def composed(session: Session, row: Delivery, *, later: timedelta = timedelta(0)) -> OutgoingMail:
    """The mail of a delivery; a failure says why it was withheld."""
    mail = a_composer()(session, row, NOW + later)
    assert isinstance(mail, OutgoingMail), mail
    return mail


def read(mail: OutgoingMail) -> EmailMessage:
    """A mail as a mail program reads it."""
    message = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk()] == [[], [], []]
    return message


def body(message: EmailMessage, kind: str) -> str:
    """The `plain` or `html` part of a mail."""
    part = message.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


def test_a_digest_carries_its_articles_its_reason_and_both_ways_out(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        message = read(composed(session, row))
        links = a_composer().links
        subscription = session.scalars(select(Subscription)).one()
    assert message["Subject"] == "Under the ice shelf"
    for part in ("plain", "html"):
        written = body(message, part)
        for wanted in (
            "https://proof.example/under-the-ice-shelf",
            "https://proof.example/the-ferry",
            "What The ferry is about.",
            links.preferences(subscription.id, subscription.nonce),
            links.leave(subscription.id, subscription.nonce),
            "Bleisatzgasse 7, 10000 Berlin, Germany",
        ):
            assert wanted in written, (part, wanted)
        assert "You get this because you signed up on proof.example" in " ".join(written.split())


def test_composing_again_gives_the_same_bytes_whoever_does_it_and_whatever_was_edited(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        row.composed_at = NOW  # as the first attempt marks it
        first = composed(session, row)
    with database.write() as session:
        session.execute(update(Article).values(title="Quite another title", summary="New."))
        again = session.get_one(Delivery, row.id)
        second = composed(session, again, later=timedelta(days=2))
    assert second.content == first.content


def test_every_mail_of_a_variant_says_the_same_also_when_an_article_was_edited_between(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        variant = a_variant(session, newsletter)
        rows = [
            to_reader(session, MailKind.DIGEST, a_reader(session, newsletter, address), variant)
            for address in ("anna@example.org", "ben@example.org")
        ]
        first = read(composed(session, rows[0]))
        session.execute(update(Article).values(title="Quite another title"))
        second = read(composed(session, rows[1]))
    assert first["Subject"] == second["Subject"] == "Under the ice shelf"
    assert first["Message-ID"] != second["Message-ID"]
    assert first["List-Unsubscribe"] != second["List-Unsubscribe"]


def test_the_worker_that_comes_second_sends_what_the_first_kept(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        stale = session.get_one(Variant, row.variant_id)
        # Another worker keeps its rendering after this one has read the row.
        session.execute(
            update(Variant)
            .values(subject="The first one's", body_text="text", body_html="<p>html</p>")
            .execution_options(synchronize_session=False)
        )
        assert stale.body_html is None
        message = read(composed(session, row))
    assert message["Subject"] == "The first one's"
    assert body(message, "plain").strip() == "text"


def test_a_proof_says_that_it_is_one_and_holds_no_link_of_a_reader(database: Database) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session, is_live=False)
        variant = a_variant(session, newsletter)
        row = queued(session, MailKind.PROOF, Recipient(variant_id=variant.id, editor_id=an_editor(session).id))
        message = read(composed(session, row))
    assert message["To"] == "maren@proof.example"
    assert message["Subject"] == "[Proof] Under the ice shelf"
    assert message["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        written = body(message, part)
        assert "to editors only" in written
        assert "/preferences/" not in written
        assert "/unsubscribe/" not in written


@pytest.mark.parametrize("has_newsletter", [True, False])
def test_a_login_link_comes_also_before_there_is_a_newsletter(database: Database, *, has_newsletter: bool) -> None:
    with database.write() as session:
        if has_newsletter:
            a_newsletter(session)
        editor = an_editor(session)
        link = new_login_link(session, editor, now=NOW)
        row = queued(session, MailKind.LOGIN_LINK, Recipient(editor_id=editor.id, login_link_id=link.id))
        mail = composed(session, row)
    assert mail.envelope_sender == ("post@proof.example" if has_newsletter else "gazette@news.example.org")
    message = read(mail)
    assert a_composer().links.login(link.id, link.nonce) in body(message, "plain")
    assert message["From"].addresses[0].display_name == "Gazette"


def test_an_address_with_other_letters_in_its_domain_is_written_in_ascii(database: Database) -> None:
    with database.write() as session:
        mail = composed(session, a_digest(session, "anna@bücher.example"))
    assert mail.envelope_recipient == "anna@xn--bcher-kva.example"
    assert read(mail)["To"] == "anna@xn--bcher-kva.example"


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
