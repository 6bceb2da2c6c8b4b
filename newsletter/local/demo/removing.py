"""Removing the demo newsletter with everything that came of it.

A new table joins in by one line in `_steps`, before the tables that its condition looks at; or in
`STAYS`, when its rows belong to the house and not to a newsletter. A test compares both with all
tables that there are.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from newsletter.accounts.editors import Editor, LoginLink
from newsletter.accounts.keys import ApiAnswer, ApiKey
from newsletter.catalogue.installation import Installation
from newsletter.catalogue.newsletters import EmbedSite, Newsletter, NewsletterText, Topic, TopicText
from newsletter.database import Base
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.relays import Relay
from newsletter.editions.editions import Edition, EditionArticle, Variant
from newsletter.editions.groups import EditionGroup, EditionRhythm, InheritedHistory, ReaderGroup, RhythmRow
from newsletter.errors import NotFoundError
from newsletter.feeds.articles import (
    Article,
    ArticleAlias,
    ArticleRevision,
    ArticleTopic,
    CategoryRule,
    Feed,
    FeedPush,
)
from newsletter.feeds.pictures.hosted import Picture
from newsletter.local.demo.readers import DOMAIN
from newsletter.local.demo.seeding import demo_newsletter
from newsletter.subscriptions.importing.records import ImportRow, ImportRun
from newsletter.subscriptions.privacy.records import Erasure, LeaveReason
from newsletter.subscriptions.subscribers import (
    AddressChange,
    Consent,
    MailboxProof,
    PastConfirmation,
    Subscriber,
    Subscription,
    SubscriptionTopic,
)
from newsletter.suppression.suppressions import Suppression

STAYS: Final[frozenset[type[Base]]] = frozenset({Editor, Erasure, Installation, LoginLink, PastConfirmation, Relay})
"""The house's own: editors and their links, its address, how the relay is doing; that somebody was erased, or asked."""


def remove(session: Session) -> int:
    """Delete the demo newsletter and everything of it; how many readers it had.

    Readers who subscribe to another newsletter stay. Raises NotFoundError when there is no demo.
    """
    newsletter = demo_newsletter(session)
    if newsletter is None:
        raise NotFoundError("There is no demo newsletter here; nothing was removed.")
    readers = 0
    for table, condition in _steps(newsletter.id):
        removed = session.connection().execute(delete(table).where(condition)).rowcount
        if table is Subscription:
            readers = removed
    return readers


def tables() -> set[type[Base]]:
    """The tables that a removal looks into."""
    return {table for table, _ in _steps(0)}


def _steps(newsletter_id: int) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    """What to delete, in this order: each condition looks at rows that are deleted later."""
    editions = select(Edition.id).where(Edition.newsletter_id == newsletter_id)
    articles = select(Article.id).where(Article.newsletter_id == newsletter_id)
    subscriptions = select(Subscription.id).where(Subscription.newsletter_id == newsletter_id)
    yield Delivery, or_(Delivery.edition_id.in_(editions), Delivery.subscription_id.in_(subscriptions))
    yield EditionGroup, EditionGroup.edition_id.in_(editions)
    yield EditionRhythm, EditionRhythm.edition_id.in_(editions)
    yield InheritedHistory, InheritedHistory.subscriber_id.in_(_only_here(newsletter_id))
    yield ReaderGroup, ReaderGroup.newsletter_id == newsletter_id
    yield RhythmRow, RhythmRow.newsletter_id == newsletter_id
    yield Variant, Variant.edition_id.in_(editions)
    yield EditionArticle, EditionArticle.edition_id.in_(editions)
    yield Edition, Edition.newsletter_id == newsletter_id
    yield ArticleTopic, ArticleTopic.article_id.in_(articles)
    yield ArticleAlias, ArticleAlias.newsletter_id == newsletter_id
    yield ArticleRevision, ArticleRevision.article_id.in_(articles)
    yield Article, Article.newsletter_id == newsletter_id
    yield Picture, Picture.newsletter_id == newsletter_id
    yield CategoryRule, CategoryRule.newsletter_id == newsletter_id
    yield FeedPush, FeedPush.feed_id.in_(select(Feed.id).where(Feed.newsletter_id == newsletter_id))
    yield Feed, Feed.newsletter_id == newsletter_id
    yield ApiAnswer, ApiAnswer.api_key_id.in_(select(ApiKey.id).where(ApiKey.newsletter_id == newsletter_id))
    yield ApiKey, ApiKey.newsletter_id == newsletter_id
    yield AddressChange, AddressChange.subscription_id.in_(subscriptions)
    yield MailboxProof, MailboxProof.subscription_id.in_(subscriptions)
    yield Consent, Consent.subscription_id.in_(subscriptions)
    yield SubscriptionTopic, SubscriptionTopic.subscription_id.in_(subscriptions)
    # Subscribers go before their subscriptions: afterwards nobody could tell whose they were.
    yield Subscriber, Subscriber.id.in_(_only_here(newsletter_id))
    yield Subscription, Subscription.newsletter_id == newsletter_id
    yield TopicText, TopicText.topic_id.in_(select(Topic.id).where(Topic.newsletter_id == newsletter_id))
    yield Topic, Topic.newsletter_id == newsletter_id
    yield NewsletterText, NewsletterText.newsletter_id == newsletter_id
    yield EmbedSite, EmbedSite.newsletter_id == newsletter_id
    yield ImportRow, ImportRow.run_id.in_(select(ImportRun.id).where(ImportRun.newsletter_id == newsletter_id))
    yield ImportRun, ImportRun.newsletter_id == newsletter_id
    yield LeaveReason, LeaveReason.newsletter_id == newsletter_id
    yield Newsletter, Newsletter.id == newsletter_id
    # What a person asked for stays; demo readers are none.
    yield Suppression, Suppression.address_key.endswith(f"@{DOMAIN}", autoescape=True)


def _only_here(newsletter_id: int) -> Select[int]:
    """The subscribers of this newsletter who subscribe to no other."""
    owner: InstrumentedAttribute[int] = Subscription.subscriber_id
    elsewhere = select(owner).where(Subscription.newsletter_id != newsletter_id)
    return select(owner).where(Subscription.newsletter_id == newsletter_id, owner.not_in(elsewhere))
