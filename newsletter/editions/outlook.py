"""What is coming: whom a send would reach, and what a reader gets who has been here for long and follows all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.building import Frame, chosen_for, digest_in, due_in, frame_at, frame_of
from newsletter.editions.editions import SPECIAL, WENT_OUT, Edition
from newsletter.editions.groups import ReaderGroup, RhythmRow
from newsletter.editions.selection import NOTHING, Digest, ReaderView, after
from newsletter.editions.sorting import AT_ONCE, view_of
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an edition reaches."""

    readers: int  # to whom something is due
    nothing_new: int  # who have everything, or follow none of it
    variants: int


def audience(session: Session, newsletter: Newsletter, *, now: datetime) -> Audience:
    """Whom *Send now* would reach, by the code that sends."""
    digests = digests_of_all(session, frame_at(session, newsletter, SPECIAL, now), now=now)
    nothing_new = digests.pop(NOTHING, 0)
    return Audience(readers=digests.total(), nothing_new=nothing_new, variants=len(digests))


def digests_of_all(session: Session, frame: Frame, *, now: datetime) -> Counter[Digest]:
    """What the active readers of a frame get, and how many get just that: by groups, so that a million are no more."""
    digests: Counter[Digest] = Counter()
    query = (
        select(ReaderGroup, RhythmRow.cadence, func.count())
        .join(RhythmRow, RhythmRow.id == ReaderGroup.rhythm_id)
        .join(Subscription, Subscription.group_id == ReaderGroup.id)
        .where(ReaderGroup.newsletter_id == frame.newsletter_id, Subscription.state == SubscriptionState.ACTIVE)
        .where(Subscription.group_id.is_not(None))
        .group_by(ReaderGroup.id, RhythmRow.cadence)
    )
    if frame.cadence != SPECIAL:
        query = query.where(RhythmRow.cadence == frame.cadence)
    for group, cadence, readers in session.execute(query):
        digests[digest_in(frame, view_of(group), cadence)] += readers
    for page in _ungrouped(session, frame):
        digests.update(chosen.digest for chosen in chosen_for(session, frame, page, now=now))
    return digests


def _ungrouped(session: Session, frame: Frame) -> Iterable[list[Subscription]]:
    """Readers who have just changed something and are not sorted in yet, some thousands at a time."""
    query = select(Subscription).where(
        Subscription.newsletter_id == frame.newsletter_id,
        Subscription.state == SubscriptionState.ACTIVE,
        Subscription.group_id.is_(None),
    )
    if frame.cadence != SPECIAL:
        query = query.where(Subscription.cadence == frame.cadence)
    after_id = 0
    while page := list(
        session.scalars(query.where(Subscription.id > after_id).order_by(Subscription.id).limit(AT_ONCE))
    ):
        yield page
        after_id = page[-1].id


def old_hand(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> ReaderView:
    """A reader of all topics who has been here for long, and so had what each edition of late brought."""
    since = now - defaults.REACH_BACK[cadence]
    query = (
        select(Edition)
        .where(Edition.newsletter_id == newsletter.id, Edition.cadence.in_({cadence, SPECIAL}))
        .where(Edition.state.in_(WENT_OUT), Edition.is_rehearsal.is_(False), Edition.cutoff_at > since)
        .order_by(Edition.cutoff_at, Edition.id)
    )
    view = ReaderView()
    for edition in session.scalars(query):
        frame = frame_of(session, edition)
        view = after(
            *(view, due_in(frame, view, cadence), gets(frame, view, cadence)),
            cutoff=frame.cutoff_at,
            released={},  # what it had came until then
            is_run=edition.cadence != SPECIAL,
        )
    return view


def gets(frame: Frame, reader: ReaderView, cadence: Cadence) -> Digest:
    """What a reader of this cadence gets of a frame, however little it is. Pure."""
    articles = [each.article_id for each in due_in(frame, reader, cadence)]
    return Digest(tuple(articles[: frame.maximum]), tuple(articles[frame.maximum :]))


def if_sent_now(session: Session, newsletter: Newsletter, cadence: Cadence, *, now: datetime) -> Digest:
    """What such a reader would get now."""
    reader = old_hand(session, newsletter, cadence, now=now)
    return gets(frame_at(session, newsletter, cadence, now), reader, cadence)
