"""Whether a mail may still go out, and to whom: looked at once more just before the wire."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor, LoginLink
from newsletter.catalogue.languages import tongue_for
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Withhold
from newsletter.delivery.kinds import MailKind
from newsletter.editions.editions import Edition, Variant
from newsletter.editions.questions import is_asked
from newsletter.feeds.articles import Article, Feed
from newsletter.language import Tongue
from newsletter.mails import gathering
from newsletter.mails.sentences import topics_in_words
from newsletter.subscriptions.address_changes import Move, move_of
from newsletter.subscriptions.privacy.proving import PASSED_OVER
from newsletter.subscriptions.signup import Confirmation, confirmation_of
from newsletter.subscriptions.subscribers import (
    AddressChange,
    MailboxProof,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from newsletter.suppression.suppressions import SuppressionReason


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader to whom a mail may go, and what it needs to know of them."""

    address: str
    newsletter: Newsletter
    subscription: Subscription
    tongue: Tongue
    topics: str  # as they stand in a sentence
    is_brought: bool = False  # the house asked, and not the reader


@dataclass(frozen=True, slots=True)
class MailboxOwner:
    """A reader who asked for a fresh link to their own inbox."""

    address: str
    newsletter: Newsletter
    tongue: Tongue
    proof: MailboxProof


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who reads the new address of a change, or the old one."""

    address: str
    newsletter: Newsletter
    tongue: Tongue
    change: AddressChange


@dataclass(frozen=True, slots=True)
class ProofReader:
    """An editor to whom a proof of a newsletter may go."""

    address: str
    newsletter: Newsletter


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """An editor whose login link may still be used, and the newsletter that writes to them."""

    address: str
    link: LoginLink
    newsletter: Newsletter | None  # None: there is none yet


@dataclass(frozen=True, slots=True)
class FeedEditor:
    """An editor who is told of trouble with a feed."""

    address: str
    newsletter: Newsletter
    feed: Feed


@dataclass(frozen=True, slots=True)
class AskedEditor:
    """An editor who is asked whether an edition goes out."""

    address: str
    newsletter: Newsletter
    edition: Edition
    titles: Sequence[str]  # of what stands first on its list


Ready = Reader | MailboxOwner | Mover | ProofReader | LinkHolder | FeedEditor | AskedEditor

_ERASED: Final = "the reader's record is gone"
_EDITOR_GONE: Final = "the editor's account is gone"
_EDITION_GONE: Final = "the edition is gone"
_SUPPRESSED: Final = "nothing may be written to this address any more"


def recipient_of(session: Session, row: Delivery, now: datetime) -> Ready | Withhold:
    """To whom the mail of a delivery may go now, or why it may not."""
    match MailKind(row.kind):
        case MailKind.LOGIN_LINK:
            return _link_holder(session, row, now)
        case MailKind.FRESH_LINK:
            return _mailbox_owner(session, row, now)
        case MailKind.ADDRESS_CHANGE | MailKind.ADDRESS_CHANGED as kind:
            return _mover(session, row, kind, now)
        case MailKind.PROOF | MailKind.FEED_TROUBLE | MailKind.EDITION_QUESTION as kind:
            return _TO_EDITORS[kind](session, row)
        case kind:
            return _reader(session, row, _READER_CHECKS[kind], now)


_Check = Callable[[Reader, datetime], str | None]


def _reader(session: Session, row: Delivery, reason_against: _Check, now: datetime) -> Reader | Withhold:
    subscriber = None if row.subscriber_id is None else session.get(Subscriber, row.subscriber_id)
    subscription = None if row.subscription_id is None else session.get(Subscription, row.subscription_id)
    newsletter = None if subscription is None else session.get(Newsletter, subscription.newsletter_id)
    if subscriber is None or subscription is None or newsletter is None:
        return Withhold(_ERASED)
    # A mailbox that mails came back from may be asked whether it is there again.
    passed_over = {SuppressionReason.BOUNCED} if row.kind == MailKind.CONFIRMATION else set()
    if gathering.is_suppressed(session, subscriber.address_key, passed_over):
        return Withhold(_SUPPRESSED)
    tongue = tongue_for(newsletter, subscriber.language)
    topics = _topics(session, subscription, tongue)
    is_brought = row.kind == MailKind.CONFIRMATION and gathering.is_brought(session, subscription.id)
    reader = Reader(subscriber.address, newsletter, subscription, tongue, topics, is_brought)
    reason = reason_against(reader, now)
    return reader if reason is None else Withhold(reason)


def _topics(session: Session, subscription: Subscription, tongue: Tongue) -> str:
    names = gathering.topics(session, subscription.newsletter_id, tongue)
    chosen = gathering.chosen_by(session, subscription.id)
    return topics_in_words(list(names.values()), [name for each, name in names.items() if each in chosen], tongue)


def _against_confirmation(reader: Reader, now: datetime) -> str | None:
    match confirmation_of(reader.subscription, now=now):
        case Confirmation.DONE:
            return None
        case Confirmation.EXPIRED:
            return "the confirm link has expired"
        case Confirmation.USED:
            return "there is nothing to confirm any more"


def _against_member_mail(reader: Reader, _now: datetime) -> str | None:
    if reader.subscription.state in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}:
        return None
    return "the reader has left"


def _against_digest(reader: Reader, _now: datetime) -> str | None:
    if not reader.newsletter.is_live:
        return "the newsletter is in rehearsal"
    if reader.subscription.state == SubscriptionState.PAUSED:
        return "the reader has paused"
    return None if reader.subscription.state == SubscriptionState.ACTIVE else "the reader has left"


_READER_CHECKS: Final[Mapping[MailKind, _Check]] = {
    MailKind.CONFIRMATION: _against_confirmation,
    MailKind.ALREADY_SUBSCRIBED: _against_member_mail,
    MailKind.WELCOME: _against_member_mail,
    MailKind.DIGEST: _against_digest,
}


def _mailbox_owner(session: Session, row: Delivery, now: datetime) -> MailboxOwner | Withhold:
    proof = None if row.mailbox_proof_id is None else session.get(MailboxProof, row.mailbox_proof_id)
    subscription = None if proof is None else session.get(Subscription, proof.subscription_id)
    subscriber = None if subscription is None else session.get(Subscriber, subscription.subscriber_id)
    newsletter = None if subscription is None else session.get(Newsletter, subscription.newsletter_id)
    if proof is None or subscriber is None or newsletter is None:
        return Withhold(_ERASED)
    if gathering.is_suppressed(session, subscriber.address_key, PASSED_OVER):
        return Withhold(_SUPPRESSED)
    if now >= proof.expires_at:
        return Withhold("the link has expired")
    return MailboxOwner(subscriber.address, newsletter, tongue_for(newsletter, subscriber.language), proof)


def _mover(session: Session, row: Delivery, kind: MailKind, now: datetime) -> Mover | Withhold:
    change = None if row.address_change_id is None else session.get(AddressChange, row.address_change_id)
    subscription = None if change is None else session.get(Subscription, change.subscription_id)
    subscriber = None if change is None else session.get(Subscriber, change.subscriber_id)
    newsletter = None if subscription is None else session.get(Newsletter, subscription.newsletter_id)
    if change is None or subscriber is None or newsletter is None:
        return Withhold(_ERASED)
    is_to_new = kind is MailKind.ADDRESS_CHANGE
    # A mailbox that mails came back from may be asked whether it is there again, and must be told what was changed.
    key = change.new_address_key if is_to_new else change.old_address_key
    if gathering.is_suppressed(session, key, {SuppressionReason.BOUNCED}):
        return Withhold(_SUPPRESSED)
    if is_to_new and move_of(session, change, now=now) is not Move.DONE:
        return Withhold("the link would do nothing any more")
    address = change.new_address if is_to_new else change.old_address
    return Mover(address, newsletter, tongue_for(newsletter, subscriber.language), change)


def _of_variant(session: Session, row: Delivery) -> tuple[Editor | None, Edition | None, Newsletter | None]:
    """The editor to whom a variant of an edition is mailed, and what it is a variant of."""
    editor = None if row.editor_id is None else session.get(Editor, row.editor_id)
    variant = None if row.variant_id is None else session.get(Variant, row.variant_id)
    edition = None if variant is None else session.get(Edition, variant.edition_id)
    return editor, edition, None if edition is None else session.get(Newsletter, edition.newsletter_id)


def _proof_reader(session: Session, row: Delivery) -> ProofReader | Withhold:
    editor, _, newsletter = _of_variant(session, row)
    if editor is None:
        return Withhold(_EDITOR_GONE)
    if newsletter is None:
        return Withhold(_EDITION_GONE)
    return ProofReader(editor.address, newsletter)


def _asked_editor(session: Session, row: Delivery) -> AskedEditor | Withhold:
    editor, edition, newsletter = _of_variant(session, row)
    if editor is None:
        return Withhold(_EDITOR_GONE)
    if edition is None or newsletter is None:
        return Withhold(_EDITION_GONE)
    if not is_asked(edition):
        return Withhold("the question has been answered")
    return AskedEditor(editor.address, newsletter, edition, _titles(session, row))


def _titles(session: Session, row: Delivery) -> list[str]:
    """The titles of the articles of a variant, in its order."""
    article_ids = session.scalar(select(Variant.article_ids).where(Variant.id == row.variant_id)) or []
    found = {each.id: each.shown_title for each in session.scalars(select(Article).where(Article.id.in_(article_ids)))}
    return [found[each] for each in article_ids if each in found]


def _feed_editor(session: Session, row: Delivery) -> FeedEditor | Withhold:
    editor = None if row.editor_id is None else session.get(Editor, row.editor_id)
    feed = None if row.feed_id is None else session.get(Feed, row.feed_id)
    newsletter = None if feed is None else session.get(Newsletter, feed.newsletter_id)
    if editor is None:
        return Withhold(_EDITOR_GONE)
    if feed is None or newsletter is None:
        return Withhold("the feed has been removed")
    if feed.told_at is None:  # cleared as soon as it answers
        return Withhold("the feed works again")
    return FeedEditor(editor.address, newsletter, feed)


_TO_EDITORS: Final[Mapping[MailKind, Callable[[Session, Delivery], Ready | Withhold]]] = {
    MailKind.PROOF: _proof_reader,
    MailKind.FEED_TROUBLE: _feed_editor,
    MailKind.EDITION_QUESTION: _asked_editor,
}


def _link_holder(session: Session, row: Delivery, now: datetime) -> LinkHolder | Withhold:
    link = None if row.login_link_id is None else session.get(LoginLink, row.login_link_id)
    editor = None if link is None else session.get(Editor, link.editor_id)
    if link is None or editor is None:
        return Withhold(_EDITOR_GONE)
    if link.used_at is not None:
        return Withhold("the login link has been used")
    if now >= link.expires_at:
        return Withhold("the login link has expired")
    first = session.scalar(select(Newsletter).order_by(Newsletter.id).limit(1))
    return LinkHolder(editor.address, link, first)
