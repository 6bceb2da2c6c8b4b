"""The fan-out: from an edition to deliveries, page by page. Resumable, and done twice it changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor
from newsletter.catalogue.newsletters import Newsletter
from newsletter.clock import Clock
from newsletter.database import Database, insert_if_new
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mails
from newsletter.editions import ledger
from newsletter.editions.building import Chosen, Frame, frame_of, next_page
from newsletter.editions.editions import SPECIAL, Edition, EditionState, Variant
from newsletter.editions.outlook import gets, if_sent_now, old_hand
from newsletter.editions.schedule import ensure_upcoming, finish_if_done, skip
from newsletter.editions.selection import Digest
from newsletter.subscriptions.subscribers import Cadence


def fan_out(database: Database, clock: Clock, edition_id: int) -> None:
    """Write the deliveries of an edition, a transaction per page of readers."""
    while True:
        with database.write() as session:
            if not _write_page(session, edition_id, now=clock.now()):
                return


def _write_page(session: Session, edition_id: int, *, now: datetime) -> bool:
    """Write the deliveries of one page; False when there is nothing left to do."""
    edition = session.get(Edition, edition_id)
    if edition is None:
        return False
    # Fan-outs of one newsletter go one after the other: two that are due at the same
    # instant must not both take an article.
    newsletter = session.get_one(Newsletter, edition.newsletter_id, with_for_update=True)
    session.refresh(edition)
    if edition.state != EditionState.SENDING or edition.fanned_out_at is not None:
        return False
    frame = frame_of(session, edition)
    if not newsletter.is_live:
        _write_proofs(session, newsletter, edition, frame, now=now)
        return False
    page = next_page(session, frame, after=edition.fanned_out_to)
    if not page:
        _end(session, edition, now=now)
        return False
    _write_deliveries(session, edition, page, now=now)
    edition.fanned_out_to = page[-1].subscription_id
    return True


def _write_deliveries(session: Session, edition: Edition, page: Sequence[Chosen], *, now: datetime) -> None:
    due = [chosen for chosen in page if chosen.digest.article_ids]
    variants = _variant_ids(session, edition.id, {chosen.digest for chosen in due})
    ledger.reserve(session, edition.id, [(chosen.subscriber_id, chosen.digest.article_ids) for chosen in due])
    recipients = [
        Recipient(
            edition_id=edition.id,
            variant_id=variants[chosen.digest],
            subscriber_id=chosen.subscriber_id,
            subscription_id=chosen.subscription_id,
        )
        for chosen in due
    ]
    queue_mails(session, MailKind.DIGEST, recipients, now=now)


def _variant_ids(session: Session, edition_id: int, digests: set[Digest]) -> dict[Digest, int]:
    """The variants of these digests, made where they are new."""
    rows = [
        {
            "edition_id": edition_id,
            "key": _key(each),
            "article_ids": list(each.article_ids),
            "more": each.more,
        }
        for each in sorted(digests, key=_key)
    ]
    insert_if_new(session, Variant, rows)
    query = select(Variant.key, Variant.id).where(Variant.edition_id == edition_id)
    ids = dict(session.execute(query).all())
    return {each: ids[_key(each)] for each in digests}


def _key(of: Digest) -> str:
    return ",".join(map(str, of.article_ids)) + f"+{of.more}"


def _write_proofs(session: Session, newsletter: Newsletter, edition: Edition, frame: Frame, *, now: datetime) -> None:
    """In rehearsal the editors get what a reader of all topics would get, and nothing counts as given."""
    edition.fanned_out_at = now
    edition.is_rehearsal = True
    cadence = Cadence(defaults.CADENCE if edition.cadence == SPECIAL else edition.cadence)
    shown = gets(frame, old_hand(session, newsletter, cadence, now=now), cadence)
    if not shown.article_ids:
        skip(edition, "Rehearsal: no article waits, so there was nothing to show.", now=now)
        return
    _queue_proofs(session, edition.id, shown, list(session.scalars(select(Editor.id))), now=now)
    finish_if_done(session, edition, now=now)


def queue_test_send(session: Session, newsletter: Newsletter, editor_id: int, *, now: datetime) -> bool:
    """Mail one editor what would go out now; False when there is nothing to show."""
    cadence = Cadence(defaults.CADENCE)
    shown = if_sent_now(session, newsletter, cadence, now=now)
    if not shown.article_ids:
        return False
    edition = ensure_upcoming(session, newsletter, cadence, now=now)
    _queue_proofs(session, edition.id, shown, [editor_id], now=now)
    return True


def _queue_proofs(
    session: Session, edition_id: int, shown: Digest, editor_ids: Sequence[int], *, now: datetime
) -> None:
    """Mail a digest to editors only.

    A proof has a variant of its own: its rendering is stored and must not be what readers get later,
    when an article may have a newer text.
    """
    variant = Variant(
        edition_id=edition_id,
        key=f"proof {uuid4().hex}",
        article_ids=list(shown.article_ids),
        more=shown.more,
        subject=None,
        body_text=None,
        body_html=None,
    )
    session.add(variant)
    session.flush()
    proofs = [Recipient(variant_id=variant.id, editor_id=editor_id) for editor_id in editor_ids]
    queue_mails(session, MailKind.PROOF, proofs, now=now)


def _end(session: Session, edition: Edition, *, now: datetime) -> None:
    edition.fanned_out_at = now
    has_mail = session.scalar(select(Delivery.id).where(Delivery.edition_id == edition.id).limit(1))
    if has_mail is None:
        skip(edition, _why_empty(edition), now=now)
        return
    edition.number = 1 + (
        session.scalar(select(func.max(Edition.number)).where(Edition.newsletter_id == edition.newsletter_id)) or 0
    )
    finish_if_done(session, edition, now=now)


def _why_empty(edition: Edition) -> str:
    if edition.fanned_out_to == 0:
        return "Nobody is subscribed yet." if edition.cadence == SPECIAL else f"No {edition.cadence} readers yet."
    return "Every reader already has everything that is new."
