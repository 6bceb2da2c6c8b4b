"""What makes readers alike: what each chose and has had, as far as a digest depends on it."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.beats import Beat, beat_of, beat_of_row, came_at
from newsletter.editions.candidates import candidates_at
from newsletter.editions.editions import ENDED, SPECIAL, Edition, EditionState
from newsletter.editions.groups import EditionRhythm, RhythmRow
from newsletter.editions.histories import BLANK, History, histories_of
from newsletter.editions.selection import Candidate, ReaderView, due_of, in_reach
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription, SubscriptionTopic

_UNDER_WAY: Final = tuple(each for each in EditionState if each not in ENDED)


@dataclass(frozen=True, slots=True)
class Likeness:
    """All that makes readers of a newsletter alike."""

    beat: Beat
    language: str
    view: ReaderView
    passed: frozenset[int] = frozenset()  # editions under way that they do not get: they have it, or came too late

    @property
    def key(self) -> str:
        """A hash of what each chose: what no edition changes. The same for the same choice, on every machine."""
        parts = [list(self.beat.columns.values()), self.language, sorted(self.view.topic_ids)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Past:
    """An edition that went out, or is under way."""

    edition_id: int
    cadence: str
    local_date: date | None
    state: str
    cutoff_at: datetime
    send_at: datetime
    is_rehearsal: bool
    is_written: bool


@dataclass(frozen=True, slots=True)
class _Around:
    """What is the same for all readers of a newsletter who are looked at together."""

    newsletter: Newsletter
    now: datetime
    languages: Collection[str]
    past: Sequence[_Past]
    candidates: Sequence[Candidate]
    reached: dict[tuple[Cadence, frozenset[int]], list[Candidate]] = field(default_factory=dict)
    written: Collection[tuple[int, Beat]] = frozenset()  # editions, and rhythms whose readers they have served
    came: dict[Beat, list[tuple[datetime, datetime]]] = field(default_factory=dict)  # what `_came` has found


def likenesses(
    session: Session, newsletter: Newsletter, subscriptions: Sequence[Subscription], *, now: datetime
) -> dict[int, Likeness]:
    """Whom each of these readers is like, by the id of the subscription: the truth, whatever their groups say."""
    around = _around(session, newsletter, now=now)
    topics = _topics_of(session, [each.id for each in subscriptions])
    subscriber_ids = [each.subscriber_id for each in subscriptions]
    languages = _languages_of(session, subscriber_ids)
    had = histories_of(session, newsletter, subscriber_ids, now=now)
    return {
        each.id: _likeness(
            *(each, topics.get(each.id, {}), languages.get(each.subscriber_id, "")),
            *(had.get(each.subscriber_id, BLANK), around),
        )
        for each in subscriptions
    }


def _likeness(
    subscription: Subscription, topics: Mapping[int, datetime], language: str, history: History, around: _Around
) -> Likeness:
    beat = beat_of(around.newsletter, subscription)
    joined_at = subscription.joined_at or subscription.requested_at
    own_since = max(joined_at, subscription.rhythm_at or joined_at)
    came = _came(around, beat)
    opens = ReaderView(
        window_opens(came, joined_at),
        tuple((topic, window_opens(came, max(joined_at, chosen_at))) for topic, chosen_at in sorted(topics.items())),
    )
    return Likeness(
        beat,
        language if language in around.languages else "",
        view_at(opens, history, _reached(around, beat, frozenset(topics)), _latest(around, came)),
        _passed(around, beat, own_since, history),
    )


def view_at(opens: ReaderView, history: History, reached: Sequence[Candidate], since: datetime | None) -> ReaderView:
    """The view of a reader, told from an instant on. Pure.

    `opens` says where the windows of their topics open, `reached` is what they could still get. Readers are alike
    where the instant is the same for them, whatever it is; so it is the cutoff of the last edition.
    """
    since = max(filter(None, (opens.since, since)), default=None)
    open_ones = due_of(reached, opens)
    until = [each.article_id for each in open_ones if since is not None and each.released_at <= since]
    owed = frozenset(until) - history.had
    return ReaderView(
        since,
        tuple((topic, at if at is not None and (since is None or at > since) else None) for topic, at in opens.topics),
        history.had & {each.article_id for each in reached if since is None or each.released_at > since},
        owed,
        history.carried & owed,
    )


def _reached(around: _Around, beat: Beat, topic_ids: frozenset[int]) -> list[Candidate]:
    key = (beat.cadence, topic_ids)
    if key not in around.reached:
        floor = around.now - defaults.REACH_BACK[beat.cadence]
        around.reached[key] = in_reach(around.candidates, topic_ids, floor=floor, cutoff=around.now)
    return around.reached[key]


def _latest(around: _Around, came: Sequence[tuple[datetime, datetime]]) -> datetime | None:
    """Up to where the editions that the readers of a rhythm got reach."""
    specials = [each.cutoff_at for each in around.past if each.cadence == SPECIAL and not each.is_rehearsal]
    return max([*specials, *(cutoff for _, cutoff in came)], default=None)


def _came(around: _Around, beat: Beat) -> list[tuple[datetime, datetime]]:
    """When past editions of a rhythm came to its readers, ascending, and up to when each one's articles reach.

    Where readers of earlier zones made an edition close after this rhythm's own hour, it came when it closed.
    """
    if beat in around.came:
        return around.came[beat]
    around.came[beat] = sorted(
        (max(at, each.cutoff_at), each.cutoff_at)
        for each in around.past
        if each.cadence == beat.cadence and not each.is_rehearsal and each.local_date
        for at in [came_at(around.newsletter, beat, each.local_date)]
        if at is not None and max(at, each.cutoff_at) <= around.now
    )
    return around.came[beat]


def window_opens(came: Sequence[tuple[datetime, datetime]], since: datetime) -> datetime | None:
    """Where the window opens of somebody who is there since an instant: at the cutoff of the last edition before it.

    So a first digest is the one that everybody gets and nothing older.
    """
    before = bisect_right(came, since, key=lambda each: each[0])
    return max(cutoff for _, cutoff in came[:before]) if before else None


def _passed(around: _Around, beat: Beat, own_since: datetime, history: History) -> frozenset[int]:
    """The editions under way that a reader does not get: they have it, their wave is over, or they came after it."""

    def is_passed(edition: _Past) -> bool:
        if edition.edition_id in history.edition_ids or (edition.edition_id, beat) in around.written:
            return True
        if edition.cadence == SPECIAL:
            return own_since > edition.send_at
        at = None if edition.local_date is None else came_at(around.newsletter, beat, edition.local_date)
        return edition.cadence == beat.cadence and at is not None and at <= around.now and own_since > at

    under_way = (each for each in around.past if each.state in _UNDER_WAY and not each.is_written)
    return frozenset(each.edition_id for each in under_way if is_passed(each))


def _around(session: Session, newsletter: Newsletter, *, now: datetime) -> _Around:
    since = now - max(defaults.REACH_BACK.values())
    columns = (Edition.cadence, Edition.local_date, Edition.state, Edition.cutoff_at, Edition.send_at)
    query = select(Edition.id, *columns, Edition.is_rehearsal, Edition.fanned_out_at.is_not(None)).where(
        Edition.newsletter_id == newsletter.id, Edition.cutoff_at > since, Edition.state != EditionState.SKIPPED
    )
    past = [_Past(*row) for row in session.execute(query)]
    languages = offered(session, newsletter)[1:]
    candidates = candidates_at(session, newsletter.id, now)
    return _Around(newsletter, now, languages, past, candidates, written=_written(session, newsletter))


def _written(session: Session, newsletter: Newsletter) -> set[tuple[int, Beat]]:
    query = (
        select(EditionRhythm.edition_id, RhythmRow)
        .join(RhythmRow, RhythmRow.id == EditionRhythm.rhythm_id)
        .join(Edition, Edition.id == EditionRhythm.edition_id)
        .where(Edition.newsletter_id == newsletter.id, Edition.state.in_(_UNDER_WAY), Edition.fanned_out_at.is_(None))
        .where(EditionRhythm.written_at.is_not(None))
    )
    return {(edition_id, beat_of_row(row)) for edition_id, row in session.execute(query)}


def _topics_of(session: Session, subscription_ids: list[int]) -> dict[int, dict[int, datetime]]:
    query = select(SubscriptionTopic.subscription_id, SubscriptionTopic.topic_id, SubscriptionTopic.chosen_at).where(
        SubscriptionTopic.subscription_id.in_(subscription_ids)
    )
    topics: dict[int, dict[int, datetime]] = {}
    for subscription_id, topic_id, chosen_at in session.execute(query):
        topics.setdefault(subscription_id, {})[topic_id] = chosen_at
    return topics


def _languages_of(session: Session, subscriber_ids: list[int]) -> dict[int, str]:
    query = select(Subscriber.id, Subscriber.language).where(
        Subscriber.id.in_(subscriber_ids), Subscriber.language != ""
    )
    return dict(session.execute(query).all())
