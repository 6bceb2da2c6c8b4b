"""The ledger per reader: what was given, and what is reserved by a delivery under way.

Plain today, a row per reader and article; the functions stay when it becomes cheaper.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session

from newsletter.editions.editions import LedgerEntry, LedgerState


def had_by(session: Session, subscriber_ids: Collection[int], article_ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these readers those of these articles that were given to or are reserved for them."""
    query = select(LedgerEntry.subscriber_id, LedgerEntry.article_id).where(
        LedgerEntry.subscriber_id.in_(subscriber_ids), LedgerEntry.article_id.in_(article_ids)
    )
    had: dict[int, set[int]] = {}
    for subscriber_id, article_id in session.execute(query):
        had.setdefault(subscriber_id, set()).add(article_id)
    return had


def reserve(session: Session, edition_id: int, digests: Iterable[tuple[int, Sequence[int]]]) -> None:
    """Reserve articles for readers: pairs of a subscriber and the articles of their digest."""
    rows = [
        {
            "subscriber_id": subscriber_id,
            "article_id": article_id,
            "edition_id": edition_id,
            "state": LedgerState.RESERVED,
        }
        for subscriber_id, article_ids in digests
        for article_id in article_ids
    ]
    if rows:
        session.execute(insert(LedgerEntry), rows)


def give(session: Session, edition_id: int, subscriber_id: int) -> None:
    """What was reserved has been sent."""
    session.execute(
        update(LedgerEntry)
        .where(
            LedgerEntry.edition_id == edition_id,
            LedgerEntry.subscriber_id == subscriber_id,
            LedgerEntry.state == LedgerState.RESERVED,
        )
        .values(state=LedgerState.GIVEN)
    )


def give_back(session: Session, edition_id: int, subscriber_id: int) -> None:
    """What was reserved will not be sent: it is due again."""
    session.execute(
        delete(LedgerEntry).where(
            LedgerEntry.edition_id == edition_id,
            LedgerEntry.subscriber_id == subscriber_id,
            LedgerEntry.state == LedgerState.RESERVED,
        )
    )


def carry_over(session: Session, from_id: int, to_id: int) -> None:
    """Count what was given to one subscriber as given to another too: a reader goes on under another record."""
    known = select(LedgerEntry.article_id).where(LedgerEntry.subscriber_id == to_id)
    given = (
        select(literal(to_id), LedgerEntry.article_id, LedgerEntry.edition_id, LedgerEntry.state)
        .where(LedgerEntry.subscriber_id == from_id, LedgerEntry.state == LedgerState.GIVEN)
        .where(LedgerEntry.article_id.not_in(known))
    )
    columns = ["subscriber_id", "article_id", "edition_id", "state"]
    session.execute(insert(LedgerEntry).from_select(columns, given))
