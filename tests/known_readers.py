"""Readers of whom much is known, and what of them can still be found anywhere."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.editions import fanout, schedule
from newsletter.editions.groups import InheritedHistory
from newsletter.local.inbox import as_delivered
from newsletter.local.maildir import deliver
from newsletter.migrations.tables import METADATA
from newsletter.signing import new_nonce
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.signup import SignUp, confirm, sign_up
from newsletter.subscriptions.subscribers import AddressChange, MailboxProof, Subscription
from newsletter.suppression.suppressions import SuppressionReason, suppress
from newsletter.wiring import Services
from tests.data import NOW, a_newsletter, a_reader, an_article, topic_ids

ANNA = "anna.lind@example.org"
FORMER = "anna.before@example.com"
OTHERS = ("johanna.lind@example.org", "anna.lind@example.org.uk")
EVIDENCE = Evidence("https://news.example.org/n/proof", "I ask for it.", "192.0.2.0/24", form="page", language="en")


def a_known_reader(parts: Services) -> int:
    """Anna signed up, confirmed, moved from another address, got an edition, waits for the next mail; her id."""
    with parts.database.write() as session:
        newsletter = a_newsletter(session)
        wanted = Choice(topic_ids=frozenset({topic_ids(session, newsletter)["science"]}), hour=8)
        sign_up(session, newsletter, SignUp(ANNA, wanted, EVIDENCE), now=NOW - timedelta(days=3))
        subscription = session.scalars(select(Subscription)).one()
        confirm(session, subscription, EVIDENCE, now=NOW - timedelta(days=3))
        for other in OTHERS:
            a_reader(session, newsletter, other)
        an_article(session, newsletter)
        subscriber_id = subscription.subscriber_id
        _add_traces(session, subscriber_id, subscription.id)
        _settle_with_replies(session)
    _send_an_edition(parts)
    with parts.database.write() as session:
        recipient = Recipient(subscriber_id=subscriber_id, subscription_id=subscription.id)
        queue_mail(session, MailKind.ALREADY_SUBSCRIBED, recipient, now=NOW)
    return subscriber_id


def _add_traces(session: Session, subscriber_id: int, subscription_id: int) -> None:
    session.add(
        AddressChange(
            subscriber_id=subscriber_id,
            subscription_id=subscription_id,
            old_address=FORMER,
            old_address_key=FORMER,
            new_address=ANNA,
            new_address_key=ANNA,
            nonce=new_nonce(),
            undo_nonce=new_nonce(),
            requested_at=NOW - timedelta(days=1),
            confirmed_at=NOW - timedelta(days=1),
            undone_at=None,
        )
    )
    session.add(
        MailboxProof(
            subscription_id=subscription_id,
            nonce=new_nonce(),
            requested_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )
    )
    for each in (subscriber_id, subscriber_id + 1):  # hers, and that of the first of the others
        session.add(InheritedHistory(subscriber_id=each, article_ids=[9999], at=NOW - timedelta(days=1)))
    suppress(session, FORMER, SuppressionReason.BOUNCED, now=NOW - timedelta(days=1))


def _settle_with_replies(session: Session) -> None:
    """As if the relay had named the address in its answers."""
    session.execute(
        update(Delivery).values(state=DeliveryState.SENT, settled_at=NOW, reply=f"250 2.1.5 <{ANNA}> is known here")
    )


def _send_an_edition(parts: Services) -> None:
    with parts.database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        edition = schedule.request_special(session, newsletter, requested_by=None, now=NOW)
        edition_id = edition.id
    fanout.fan_out(parts.database, parts.clock, edition_id)


def a_full_inbox(maildir: Path) -> None:
    """A mail to each reader in the local inbox, and one that Anna wrote."""
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    for address in (ANNA, FORMER, *OTHERS):
        deliver(maildir, [as_delivered(f"To: {address}\r\n\r\nHello.".encode(), "post@proof.example", address)])
    mail = f"From: Anna <{ANNA.upper()}>\r\nTo: leave@proof.example\r\n\r\nLeave.".encode()
    deliver(maildir, [as_delivered(mail, ANNA, "leave@proof.example")])


def without_others(text: str) -> str:
    """A text without the addresses of the others, which hold Anna's."""
    for other in OTHERS:
        text = text.lower().replace(other, "")
    return text


def dumped(parts: Services) -> str:
    """Every value of every table as text."""
    with parts.database.engine.connect() as connection:
        rows = [
            f"{table.name}: {dict(row)}"
            for table in METADATA.sorted_tables
            for row in connection.execute(select(table)).mappings()
        ]
    return "\n".join(rows)


def written(folder: Path) -> dict[str, str]:
    """Every file beneath a folder, a letter for each byte."""
    return {str(path): path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()}
