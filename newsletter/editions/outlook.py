"""What is coming: whom a send would reach, and what a reader gets who has been here for long and follows all."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.building import WENT_OUT, Frame, choices, frame_at, frame_of
from newsletter.editions.editions import SPECIAL, Edition
from newsletter.editions.selection import NOTHING, Candidate, Digest, ReaderView, digest, due
from newsletter.subscriptions.subscribers import Cadence

_EVER_SINCE: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an edition reaches."""

    readers: int  # to whom something is due
    nothing_new: int  # who have everything, or follow none of it
    variants: int


def audience(session: Session, newsletter: Newsletter, *, now: datetime) -> Audience:
    """Whom *Send now* would reach, by the code that sends."""
    digests: Counter[Digest] = Counter()
    for page in choices(session, frame_at(session, newsletter, SPECIAL, now)):
        digests.update(chosen.digest for chosen in page)
    nothing_new = digests.pop(NOTHING, 0)
    return Audience(readers=digests.total(), nothing_new=nothing_new, variants=len(digests))


def old_hand(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> ReaderView:
    """A reader of all topics who has been here for long, and so had what each edition of late brought."""
    since = now - defaults.REACH_BACK[cadence]
    query = (
        select(Edition)
        .where(Edition.newsletter_id == newsletter.id, Edition.cadence.in_({cadence, SPECIAL}))
        .where(Edition.state.in_(WENT_OUT), Edition.is_rehearsal.is_(False), Edition.cutoff_at > since)
        .order_by(Edition.cutoff_at, Edition.id)
    )
    had: set[int] = set()
    for edition in session.scalars(query):
        frame = frame_of(session, edition)
        had |= set(gets(frame, ReaderView(joined_at=_EVER_SINCE, had=had), cadence).article_ids)
    return ReaderView(joined_at=_EVER_SINCE, had=had)


def gets(frame: Frame, reader: ReaderView, cadence: Cadence) -> Digest:
    """What a reader of this cadence gets of a frame. Pure."""
    return digest(waits(frame, reader, cadence), maximum=defaults.MAXIMUM_ARTICLES[frame.cadence])


def waits(frame: Frame, reader: ReaderView, cadence: Cadence) -> list[Candidate]:
    """All that is due to a reader of this cadence in a frame, whether or not it fits. Pure."""
    return due(frame.candidates, reader, cutoff=frame.cutoff_at, span=frame.spans[cadence])


def if_sent_now(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Digest:
    """What such a reader would get now."""
    reader = old_hand(session, newsletter, cadence, now=now)
    return gets(frame_at(session, newsletter, cadence, now), reader, cadence)
