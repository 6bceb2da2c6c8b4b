"""What editions and their mails keep of a reader: the articles given, and the mails that went out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.delivery.forgetting import forget_reader, ids_of_reader
from newsletter.editions.editions import Edition, Variant
from newsletter.editions.groups import InheritedHistory
from newsletter.editions.histories import GIVEN_BACK
from newsletter.feeds.articles import Article
from newsletter.language import marked
from newsletter.subscriptions.privacy.holdings import Gone, Holding, newsletter_slugs, removed
from newsletter.subscriptions.subscribers import Subscriber, Subscription

# What went out, or is on its way; the rest never left the house.
_SHOWN: Final = frozenset({DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class MailGot:
    """A mail that a reader got."""

    delivery_id: int
    newsletter: str  # its slug; empty when it is gone
    subscription_id: int | None
    kind: str
    subject: str  # of a digest; empty for the others
    state: str
    at: datetime


def mails_got(session: Session, subscriber: Subscriber, *, most: int | None = None) -> list[MailGot]:
    """The mails that went to a reader, the newest first."""
    slugs = newsletter_slugs(session, subscriber)
    query = (
        select(Delivery, Variant.subject)
        .join(Variant, Variant.id == Delivery.variant_id, isouter=True)
        .where(Delivery.id.in_(_delivery_ids(subscriber)), Delivery.state.in_(_SHOWN))
        .order_by(Delivery.id.desc())
        .limit(most)
    )
    return [
        MailGot(
            delivery_id=row.id,
            newsletter=slugs.get(row.subscription_id or 0, ""),
            subscription_id=row.subscription_id,
            kind=row.kind,
            subject=subject or "",
            state=row.state,
            at=row.settled_at or row.created_at,
        )
        for row, subject in session.execute(query)
    ]


def _delivery_ids(subscriber: Subscriber) -> Select[int]:
    editions = select(Edition.id).where(
        Edition.newsletter_id.in_(select(Subscription.newsletter_id).where(Subscription.subscriber_id == subscriber.id))
    )
    return ids_of_reader(subscriber.id, editions)


def _mails(session: Session, subscriber: Subscriber) -> list[Mapping[str, object]]:
    return [
        {"newsletter": each.newsletter, "kind": each.kind, "subject": each.subject, "state": each.state, "at": each.at}
        for each in mails_got(session, subscriber)
    ]


def _forget_mails(session: Session, subscriber: Subscriber, now: datetime) -> Gone:
    rows, on_the_wire = forget_reader(session, _delivery_ids(subscriber), now=now)
    return Gone(rows, on_the_wire)


def _articles_given(session: Session, subscriber: Subscriber) -> list[Mapping[str, object]]:
    """The articles of the digests that were sent, or are under way; then those that came with another record."""
    query = (
        select(Variant.article_ids, Delivery.state, Newsletter.slug, Edition.number)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .join(Edition, Edition.id == Variant.edition_id)
        .join(Newsletter, Newsletter.id == Edition.newsletter_id)
        .where(Delivery.id.in_(_delivery_ids(subscriber)), Delivery.state.not_in(GIVEN_BACK))
        .order_by(Delivery.id)
    )
    inherited = select(InheritedHistory.article_ids).where(InheritedHistory.subscriber_id == subscriber.id)
    digests: list[tuple[list[int], str, str, int | None]] = [
        (ids, "given" if state == DeliveryState.SENT else "reserved", slug, number)
        for ids, state, slug, number in session.execute(query)
    ]
    digests += [(ids, "given", "", None) for ids in session.scalars(inherited)]
    wanted = {each for ids, *_ in digests for each in ids}
    titles = {each.id: each for each in session.scalars(select(Article).where(Article.id.in_(wanted)))}
    return [
        {"newsletter": slug, "edition": number, "article": article.title, "url": article.url, "state": state}
        for ids, state, slug, number in digests
        for article in [titles.get(each) for each in ids]
        if article is not None
    ]


def _erase_inherited(session: Session, subscriber: Subscriber, _now: datetime) -> Gone:
    """What came with another record; what deliveries held is forgotten with whose they were."""
    return removed(session, InheritedHistory, InheritedHistory.subscriber_id == subscriber.id)


RECORDS: Final = (
    Holding("articles_given", marked("Which articles you were given"), _articles_given, _erase_inherited),
    # The rows stay for the counts of their editions; nothing in them says any more whose they were.
    Holding("mails", marked("Which mails you got"), _mails, _forget_mails),
)
"""What this room and the outbox keep."""
