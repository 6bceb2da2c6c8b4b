"""Proofs: what readers would get, mailed to editors only. Nothing of it counts as given."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mails
from newsletter.editions.building import Frame
from newsletter.editions.editions import SPECIAL, Edition, Variant
from newsletter.editions.outlook import gets, if_sent_now, old_hand
from newsletter.editions.runs import ensure_upcoming
from newsletter.editions.schedule import finish_if_done, skip
from newsletter.editions.selection import Digest
from newsletter.subscriptions.subscribers import Cadence


def write_proofs(session: Session, newsletter: Newsletter, edition: Edition, frame: Frame, *, now: datetime) -> None:
    """In rehearsal the editors get what a reader of all topics would get, and nothing counts as given."""
    edition.fanned_out_at = now
    edition.is_rehearsal = True
    cadence = Cadence(defaults.CADENCE if edition.cadence == SPECIAL else edition.cadence)
    shown = gets(frame, old_hand(session, newsletter, cadence, now=now), cadence)
    if not shown.article_ids:
        skip(session, edition, "Rehearsal: no article waits, so there was nothing to show.", now=now)
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
