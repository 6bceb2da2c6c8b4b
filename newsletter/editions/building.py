"""From the database to digests: an edition's candidates, and what each reader or group of readers gets of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.candidates import candidates_at, frozen_candidates
from newsletter.editions.editions import SPECIAL, Edition
from newsletter.editions.likeness import likenesses
from newsletter.editions.selection import NOTHING, Candidate, Digest, ReaderView, digest, due_of, in_reach
from newsletter.subscriptions.subscribers import Subscription


@dataclass(frozen=True, slots=True)
class Frame:
    """What digests are chosen from: an edition, or the plan of one."""

    newsletter_id: int
    cadence: str  # of its readers, or special for readers of every cadence
    cutoff_at: datetime
    minimum: int
    maximum: int
    candidates: Sequence[Candidate]
    # What lies in some topics is looked for once for all readers of them.
    reached: dict[tuple[str, frozenset[int]], list[Candidate]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one reader gets; an empty digest where nothing is due."""

    subscription_id: int
    subscriber_id: int
    digest: Digest


def frame_of(session: Session, edition: Edition) -> Frame:
    """The frame of a closed edition."""
    newsletter = session.get_one(Newsletter, edition.newsletter_id)
    return _frame(newsletter, edition.cadence, edition.cutoff_at, frozen_candidates(session, edition.id))


def frame_at(session: Session, newsletter: Newsletter, cadence: str, cutoff: datetime) -> Frame:
    """The frame that an edition closed at `cutoff` would have."""
    return _frame(newsletter, cadence, cutoff, candidates_at(session, newsletter.id, cutoff))


def due_in(frame: Frame, view: ReaderView, cadence: str) -> list[Candidate]:
    """All that is due to a reader of this cadence in a frame, whether or not it is enough or fits. Pure."""
    key = (cadence, view.topic_ids)
    reached = frame.reached.get(key)
    if reached is None:
        floor = frame.cutoff_at - defaults.REACH_BACK[cadence]
        reached = in_reach(frame.candidates, view.topic_ids, floor=floor, cutoff=frame.cutoff_at)
        frame.reached[key] = reached
    return due_of(reached, view)


def digest_in(frame: Frame, view: ReaderView, cadence: str) -> Digest:
    """What a reader of this cadence gets of a frame; the send, the preview and the plan all ask here. Pure."""
    return enough_of(frame, due_in(frame, view, cadence))


def enough_of(frame: Frame, articles: Sequence[Candidate]) -> Digest:
    """What a digest of a frame holds of all that is due to a reader; nothing, where it is too little. Pure."""
    if len(articles) < max(frame.minimum, 1):
        return NOTHING
    return digest(articles, maximum=frame.maximum)


def chosen_for(session: Session, frame: Frame, subscriptions: Sequence[Subscription], *, now: datetime) -> list[Chosen]:
    """What these readers get of a frame."""
    newsletter = session.get_one(Newsletter, frame.newsletter_id)
    alike = likenesses(session, newsletter, subscriptions, now=now)
    return [
        Chosen(each.id, each.subscriber_id, digest_in(frame, alike[each.id].view, each.cadence))
        for each in subscriptions
    ]


def _frame(newsletter: Newsletter, cadence: str, cutoff: datetime, candidates: list[Candidate]) -> Frame:
    return Frame(
        newsletter_id=newsletter.id,
        cadence=cadence,
        cutoff_at=cutoff,
        # What an editor sends now goes out however little it is.
        minimum=1 if cadence == SPECIAL else newsletter.minimum_articles,
        maximum=defaults.MAXIMUM_ARTICLES[cadence],
        candidates=candidates,
    )
