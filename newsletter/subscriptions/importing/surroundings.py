"""What is known here of the addresses in a file, looked up for many rows at once."""

from collections.abc import Callable, Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.bulk import among
from newsletter.subscriptions.importing.deciding import Here, Surroundings
from newsletter.subscriptions.importing.fields import SUPPRESSED
from newsletter.subscriptions.importing.records import ImportRow, ImportRun, Outcome
from newsletter.subscriptions.importing.rows import Row
from newsletter.subscriptions.privacy.records import Erasure
from newsletter.subscriptions.subscribers import Consent, ConsentAct, Subscriber, Subscription
from newsletter.suppression.hashing import MARK, spelled
from newsletter.suppression.suppressions import Suppression

FORM = "import"
"""The door that evidence from a file names."""

Digests = Callable[[str], list[str]]
"""The keyed hashes under which an erased address is remembered."""


def surroundings(session: Session, run: ImportRun, rows: Collection[Row], digests: Digests) -> Surroundings:
    """What must be known to decide about these rows."""
    keys = {row.address.key for row in rows}
    leaving = {row.address.key for row in rows if row.status in SUPPRESSED}
    return Surroundings(
        here=_here(session, run.newsletter_id, keys, leaving),
        suppressed=reasons_among(session, keys).keys(),
        leaving=leaving,
        staged=_staged(session, run.id, keys) if run.taken.get(Outcome.STAGED) else set(),
        erased=_erased(session, run, keys, digests),
    )


def _here(session: Session, newsletter_id: int, keys: Collection[str], leaving: Collection[str]) -> dict[str, Here]:
    query = (
        select(Subscriber.address_key, Subscriber.id, Subscription.id, Subscription.state, Subscription.joined_at)
        .outerjoin(
            Subscription,
            (Subscription.subscriber_id == Subscriber.id) & (Subscription.newsletter_id == newsletter_id),
        )
        .where(among(session, Subscriber.address_key, keys))
    )
    found = session.execute(query).all()
    asked = [subscription_id for key, _, subscription_id, _, _ in found if subscription_id and key in leaving]
    own = _confirmed_here(session, asked)
    return {
        key: Here(subscriber_id, subscription_id, state or "", joined_at, subscription_id in own)
        for key, subscriber_id, subscription_id, state, joined_at in found
    }


def _confirmed_here(session: Session, subscription_ids: Collection[int]) -> set[int]:
    if not subscription_ids:
        return set()
    theirs = among(session, Consent.subscription_id, subscription_ids)
    query = select(Consent.subscription_id).where(theirs, Consent.act == ConsentAct.CONFIRMED, Consent.form != FORM)
    return set(session.scalars(query))


def reasons_among(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Those of many addresses that must not be written to, and why."""
    # A hash for each of a million addresses takes its time, and is needed only where somebody had themselves erased.
    hashed = select(Suppression.id).where(Suppression.address_key.startswith(MARK)).limit(1)
    forms = {key: key for key in keys} if session.scalar(hashed) is None else spelled(session, keys)
    query = select(Suppression.address_key, Suppression.reason)
    query = query.where(among(session, Suppression.address_key, forms))
    return {forms[found]: reason for found, reason in session.execute(query)}


def _staged(session: Session, run_id: int, keys: Collection[str]) -> set[str]:
    # Asked by address alone, and sorted out here: a database that knows only how the table was a minute ago may take
    # the index of staged rows for the better one, and read all of it for every piece of the file.
    query = select(ImportRow.address_key, ImportRow.run_id, ImportRow.outcome)
    query = query.where(among(session, ImportRow.address_key, keys))
    return {key for key, of, outcome in session.execute(query) if of == run_id and outcome == Outcome.STAGED}


def _erased(session: Session, run: ImportRun, keys: Iterable[str], digests: Digests) -> set[str]:
    """Those who had themselves erased after the file came: it must not bring them back."""
    query = select(Erasure.address_hash).where(Erasure.erased_at >= run.created_at)
    hashes = set(session.scalars(query))
    return {key for key in keys if not hashes.isdisjoint(digests(key))} if hashes else set()
