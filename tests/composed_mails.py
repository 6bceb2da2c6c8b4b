"""Mails on their way: variants and deliveries in the database, and what the composer makes of them."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import OutgoingMail
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.editions.editions import Edition, EditionState, Variant
from newsletter.links import Links
from newsletter.mails.composing import MailComposer
from newsletter.signing import Signer
from newsletter.subscriptions.subscribers import Subscription
from tests.data import NOW, a_newsletter, a_reader, an_article

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
