"""How one edition stands, in a sentence, five figures and one bar; and the list of the last ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor
from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions.editions import SPECIAL, Edition, EditionArticle, EditionState
from newsletter.editions.progress import Progress, progress_of, recent_editions
from newsletter.editions.questions import ASKED_IN, answer_until, is_asked
from newsletter.language import zone_in_words
from newsletter.web.desk.listing import ListedArticle, listed
from newsletter.web.desk.wording import day_and_time, edition_name, time_left


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures below the bar, with its piece of the bar in percent."""

    name: str
    count: int
    pattern: str
    explained: str
    starts_at: float
    width: float


@dataclass(frozen=True, slots=True)
class Running:
    """How an edition stands."""

    edition_id: int
    name: str
    state: str
    is_rehearsal: bool
    is_moving: bool  # mail goes out, so that the figures change
    is_written_out: bool
    closes: str
    starts: str
    ended: str
    zone: str
    reason: str
    requested_by: str
    question: str
    is_asked: bool
    answer_by: str
    answered_by: str
    total: int
    sent: int
    per_minute: int
    left: str
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class AskedEdition:
    """An edition of which editors must say whether it goes out."""

    edition_id: int
    name: str
    question: str
    answer_by: str


@dataclass(frozen=True, slots=True)
class ListedEdition:
    """A line in the list of editions."""

    edition_id: int
    name: str
    kind: str  # weekly, daily or special
    date: str
    state: str
    is_rehearsal: bool
    reason: str
    readers: int  # to whom a mail was written
    sent: int


def running(session: Session, edition: Edition, newsletter: Newsletter, *, now: datetime) -> Running:
    """How this edition stands now."""
    progress = progress_of(session, edition.id, now=now)
    zone = newsletter.zone
    return Running(
        edition_id=edition.id,
        name=edition_name(edition, zone),
        state=edition.state,
        is_rehearsal=edition.is_rehearsal,
        is_moving=edition.state == EditionState.SENDING,
        is_written_out=progress.is_written_out,
        closes=day_and_time(edition.cutoff_at, zone, now=now),
        starts=day_and_time(edition.send_at, zone, now=now),
        ended=day_and_time(edition.finished_at, zone, now=now) if edition.finished_at else "",
        zone=zone_in_words(zone),
        reason=edition.reason or "",
        requested_by=_name(session, edition.requested_by),
        question=edition.question or "",
        is_asked=is_asked(edition),
        answer_by=day_and_time(answer_until(edition), zone, now=now),
        answered_by=_name(session, edition.answered_by),
        total=progress.total,
        sent=progress.counts[DeliveryState.SENT],
        per_minute=round(progress.per_minute),
        left=time_left(progress.seconds_left),
        figures=figures_of(progress),
    )


def _name(session: Session, editor_id: int | None) -> str:
    editor = None if editor_id is None else session.get(Editor, editor_id)
    return "" if editor is None else editor.name


def figures_of(progress: Progress) -> list[Figure]:
    """The figures, and how the bar is divided among them. Pure."""
    count = progress.counts
    shares = [
        ("Sent", count[DeliveryState.SENT], "sent", "taken by the readers’ mail servers"),
        ("Next in line", count[DeliveryState.QUEUED] + count[DeliveryState.SENDING], "queued", "wait for their turn"),
        ("Deferred", count[DeliveryState.DEFERRED], "deferred", "asked to come back; tried again by itself"),
        ("Unknown", count[DeliveryState.UNKNOWN], "unknown", "the answer was lost; tried once more, then held"),
        (
            "Withheld",
            count[DeliveryState.WITHHELD] + count[DeliveryState.CANCELLED],
            "withheld",
            "left, paused or stopped before their turn",
        ),
        ("Failed", count[DeliveryState.FAILED], "failed", "refused for good; their articles stay due"),
    ]
    figures: list[Figure] = []
    at = 0.0
    for name, number, pattern, explained in shares:
        # What is unknown is rare; its figure stands there only when it says something.
        if pattern == "unknown" and not number:
            continue
        width = 100 * number / progress.total if progress.total else 0.0
        figures.append(Figure(name, number, pattern, explained, round(at, 3), round(width, 3)))
        at += width
    return figures


def articles_of(session: Session, edition: Edition, newsletter: Newsletter, *, now: datetime) -> list[ListedArticle]:
    """The frozen list of an edition, in its order."""
    query = (
        select(EditionArticle.article_id)
        .where(EditionArticle.edition_id == edition.id)
        .order_by(EditionArticle.position)
    )
    return listed(session, newsletter, session.scalars(query).all(), now=now)


def past_editions(
    session: Session, newsletter: Newsletter, *, now: datetime, limit: int, before: int | None = None
) -> list[ListedEdition]:
    """The last editions, newest first; skipped ones stand among those that were sent."""
    editions = recent_editions(session, newsletter.id, limit=limit, before=before)
    written, sent = _counts(session, [edition.id for edition in editions])
    return [
        ListedEdition(
            edition_id=edition.id,
            name=edition_name(edition, newsletter.zone),
            kind="special" if edition.cadence == SPECIAL else edition.cadence,
            date=day_and_time(edition.send_at, newsletter.zone, now=now),
            state=edition.state,
            is_rehearsal=edition.is_rehearsal,
            reason=edition.reason or "",
            readers=written.get(edition.id, 0),
            sent=sent.get(edition.id, 0),
        )
        for edition in editions
    ]


def asked_editions(session: Session, newsletter: Newsletter, *, now: datetime) -> list[AskedEdition]:
    """The editions that wait for an editor's answer, or will at their hour."""
    query = select(Edition).where(Edition.newsletter_id == newsletter.id, Edition.state.in_(ASKED_IN))
    return [
        AskedEdition(edition.id, edition_name(edition, newsletter.zone), edition.question or "", until)
        for edition in session.scalars(query.order_by(Edition.send_at))
        if is_asked(edition)
        for until in [day_and_time(answer_until(edition), newsletter.zone, now=now)]
    ]


def _counts(session: Session, edition_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    query = (
        select(Delivery.edition_id, Delivery.state, func.count())
        .where(Delivery.edition_id.in_(edition_ids))
        .group_by(Delivery.edition_id, Delivery.state)
    )
    written: dict[int, int] = {}
    sent: dict[int, int] = {}
    for edition_id, state, number in session.execute(query):
        if edition_id is None:
            continue
        written[edition_id] = written.get(edition_id, 0) + number
        if state == DeliveryState.SENT:
            sent[edition_id] = number
    return written, sent
