"""What readers have had: the truth, from their deliveries and the variants these held.

A delivery that is under way reserves its articles, one that was sent has given them; what was cancelled, withheld or
has failed gives them back. So there is nothing else to keep, and nothing that could disagree.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions.editions import Edition, EditionArticle, Variant
from newsletter.editions.groups import InheritedHistory
from newsletter.editions.selection import Digest
from newsletter.feeds.articles import Article

_MAY_HAVE_ARRIVED: Final = frozenset({DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN})

GIVEN_BACK: Final = frozenset({DeliveryState.CANCELLED, DeliveryState.WITHHELD, DeliveryState.FAILED})
"""The states of a delivery whose articles are due again."""

LONGEST_REACH: Final = max(defaults.REACH_BACK.values())


@dataclass(frozen=True, slots=True)
class History:
    """What a reader has had of a newsletter, as far back as any digest reaches."""

    had: frozenset[int] = frozenset()  # articles given, reserved or lapsed
    carried: frozenset[int] = frozenset()
    edition_ids: frozenset[int] = frozenset()  # of which there is a delivery, whatever became of it


BLANK: Final = History()


def histories_of(
    session: Session, newsletter: Newsletter, subscriber_ids: Collection[int], *, now: datetime
) -> dict[int, History]:
    """The histories of these readers; who has had nothing is left out."""
    found: dict[int, History] = {}
    for subscriber_id, article_ids in _inherited(session, subscriber_ids, now=now):
        found[subscriber_id] = _with(found.get(subscriber_id, BLANK), Digest(tuple(article_ids)))
    deliveries = _deliveries(session, _edition_ids(session, newsletter, now=now), subscriber_ids)
    digests = _digests(session, {variant_id for _, _, variant_id, _ in deliveries if variant_id is not None})
    for subscriber_id, edition_id, variant_id, state in deliveries:
        got = None if state in GIVEN_BACK or variant_id is None else digests.get(variant_id)
        found[subscriber_id] = _with(found.get(subscriber_id, BLANK), got, edition_id)
    return found


def released_since(session: Session, newsletter_id: int, since: datetime) -> dict[int, datetime]:
    """The articles released after an instant, and when."""
    query = select(Article.id, Article.released_at).where(
        Article.newsletter_id == newsletter_id, Article.released_at > since
    )
    return {article_id: at for article_id, at in session.execute(query) if at is not None}


def carry_over(session: Session, from_id: int, to_id: int, *, now: datetime) -> None:
    """Count what was given to one subscriber as given to another too: a reader goes on under another record.

    What still waits in the outbox is withheld, since the record it is for has left.
    """
    given = (
        select(Variant.article_ids)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .where(Delivery.subscriber_id == from_id, Delivery.edition_id.is_not(None))
        .where(Delivery.state.in_(_MAY_HAVE_ARRIVED))
    )
    inherited = select(InheritedHistory.article_ids).where(InheritedHistory.subscriber_id == from_id)
    article_ids = {each for query in (given, inherited) for ids in session.scalars(query) for each in ids}
    if article_ids:
        session.add(InheritedHistory(subscriber_id=to_id, article_ids=sorted(article_ids), at=now))


def _with(history: History, got: Digest | None, edition_id: int | None = None) -> History:
    editions = history.edition_ids if edition_id is None else history.edition_ids | {edition_id}
    if got is None:
        return History(history.had, history.carried, editions)
    # What did not fit a second time has lapsed: it counts as had.
    had = history.had.union(got.article_ids, history.carried.intersection(got.left_out))
    return History(had, history.carried.union(got.left_out) - had, editions)


def _edition_ids(session: Session, newsletter: Newsletter, *, now: datetime) -> list[int]:
    """The editions that may have held what could still be due: the late ones, and those of what was released anew."""
    since = now - LONGEST_REACH
    late = select(Edition.id).where(
        Edition.newsletter_id == newsletter.id, Edition.is_rehearsal.is_(False), Edition.cutoff_at > since
    )
    anew = (
        select(EditionArticle.edition_id)
        .join(Article, Article.id == EditionArticle.article_id)
        .where(Article.newsletter_id == newsletter.id, Article.released_at > since, Article.first_seen_at <= since)
    )
    return sorted({*session.scalars(late), *session.scalars(anew)})


def _deliveries(
    session: Session, edition_ids: Sequence[int], subscriber_ids: Collection[int]
) -> list[tuple[int, int, int | None, str]]:
    """Subscriber, edition, variant and state of each delivery, the oldest first."""
    query = (
        select(Delivery.subscriber_id, Delivery.edition_id, Delivery.variant_id, Delivery.state)
        .where(Delivery.edition_id.in_(edition_ids), Delivery.subscriber_id.in_(subscriber_ids))
        .order_by(Delivery.id)
    )
    return [
        (subscriber_id, edition_id, variant_id, state)
        for subscriber_id, edition_id, variant_id, state in (session.execute(query) if edition_ids else ())
        if subscriber_id is not None and edition_id is not None
    ]


def _digests(session: Session, variant_ids: Collection[int]) -> dict[int, Digest]:
    query = select(Variant.id, Variant.article_ids, Variant.left_out).where(Variant.id.in_(variant_ids))
    found: Iterable[tuple[int, list[int], list[int]]] = session.execute(query) if variant_ids else ()
    return {variant_id: Digest(tuple(article_ids), tuple(left_out)) for variant_id, article_ids, left_out in found}


def _inherited(session: Session, subscriber_ids: Collection[int], *, now: datetime) -> Iterable[tuple[int, list[int]]]:
    query = select(InheritedHistory.subscriber_id, InheritedHistory.article_ids).where(
        InheritedHistory.subscriber_id.in_(subscriber_ids), InheritedHistory.at > now - 2 * LONGEST_REACH
    )
    return session.execute(query)
