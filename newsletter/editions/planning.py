"""What an edition holds for each group of readers who are due: planned once, and counted as reserved at once."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Row, Select, Text, cast, delete, exists, func, select
from sqlalchemy.orm import Session

from newsletter.bulk import add_rows, among, update_rows
from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import insert_if_new
from newsletter.editions.building import Frame, due_in, enough_of
from newsletter.editions.editions import SPECIAL, Edition, Variant
from newsletter.editions.groups import EditionGroup, ReaderGroup, RhythmRow
from newsletter.editions.histories import released_since
from newsletter.editions.selection import NOTHING, Digest, ReaderView, after
from newsletter.editions.sorting import VIEW_COLUMNS, columns_of_view, view_from
from newsletter.editions.waves import due_rhythms
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState

AT_ONCE: Final = 20_000
"""Groups planned by one transaction."""

_Group = Row[int, str, str, datetime | None, str, str, str, str]
_Seen = tuple[str, datetime | None, str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Fate:
    """What readers of a view get, and how they stand afterwards: without their topics, unless those change too."""

    digest: Digest
    view: ReaderView


@dataclass(slots=True)
class Oracle:
    """Tells the fate of groups in an edition. Many differ in nothing that it holds, so it remembers.

    What a group's row says is compared as it is written, which is quicker than to read it.
    """

    frame: Frame
    released: Mapping[int, datetime] = field(default_factory=dict)  # the articles released after the cutoff
    told: dict[_Seen, _Fate] = field(default_factory=dict)
    instants: Sequence[datetime] = ()  # when those on the list were released, ascending

    def __post_init__(self) -> None:
        self.instants = sorted(each.released_at for each in self.frame.candidates)

    def look(self, released: Mapping[int, datetime]) -> None:
        """Learn of the articles released since; what was told before they were may be otherwise by now."""
        if released != self.released:
            self.released = released
            self.told.clear()

    def fate_of(self, group: _Group) -> _Fate:
        """The fate of a group."""
        _, _, cadence, since, topics, had, owed, missed = group
        seen = (cadence, self._snapped(since), topics, had, owed, missed)
        if seen not in self.told:
            self.told[seen] = self._fate(cadence, view_from(since, topics, had, owed, missed))
        return self.told[seen]

    def _snapped(self, since: datetime | None) -> datetime | None:
        """The same instant for all instants between which nothing on the list was released."""
        if since is None or since > self.frame.cutoff_at:
            return since
        place = bisect_right(self.instants, since)
        return self.instants[place - 1] if place else None

    def _fate(self, cadence: str, view: ReaderView) -> _Fate:
        due = due_in(self.frame, view, cadence)
        got = enough_of(self.frame, due)
        # What an editor sends between two runs is no run: what does not fit into it has not been missed.
        is_run = self.frame.cadence != SPECIAL
        then = after(view, due, got, cutoff=self.frame.cutoff_at, released=self.released, is_run=is_run)
        return _Fate(got, replace(then, topics=()) if then.topics == view.topics else then)


@dataclass(frozen=True, slots=True)
class _Planned:
    """A group with its fate."""

    group_id: int
    language: str
    readers: int
    fate: _Fate


def plan(session: Session, newsletter: Newsletter, edition: Edition, oracle: Oracle, *, now: datetime) -> int:
    """Plan an edition for some of the groups that are due, under the publisher's lock; returns how many they were."""
    groups = session.execute(_due_groups(edition, now=now).limit(AT_ONCE)).all()
    if not groups:
        return 0
    readers = readers_in(session, [group.id for group in groups])
    _forget(session, [group.id for group in groups if group.id not in readers])
    languages = {"", *offered(session, newsletter)[1:]}
    oracle.look(released_since(session, newsletter.id, oracle.frame.cutoff_at))
    planned = [
        _Planned(each.id, each.language if each.language in languages else "", readers[each.id], oracle.fate_of(each))
        for each in groups
        if each.id in readers
    ]
    variants = _variant_ids(session, edition, planned)
    rows = [
        (
            *(edition.id, each.group_id, variants.get((each.fate.digest, each.language)), each.readers, 0),
            now if each.fate.digest == NOTHING else None,
        )
        for each in planned
    ]
    names = ("edition_id", "group_id", "variant_id", "readers", "written_to", "written_at")
    add_rows(session, EditionGroup, names, rows)
    _take(session, planned)
    return len(groups)


def readers_in(session: Session, group_ids: Collection[int]) -> dict[int, int]:
    """How many active readers these groups have; those without any are left out."""
    query = (
        select(Subscription.group_id, func.count())
        .where(Subscription.state == SubscriptionState.ACTIVE, among(session, Subscription.group_id, group_ids))
        .group_by(Subscription.group_id)
    )
    return {group_id: readers for group_id, readers in session.execute(query) if group_id is not None}


def _due_groups(edition: Edition, *, now: datetime) -> Select[int, str, str, datetime | None, str, str, str, str]:
    is_planned = exists().where(EditionGroup.edition_id == edition.id, EditionGroup.group_id == ReaderGroup.id)
    written = [cast(column, Text) for column in (ReaderGroup.topics, ReaderGroup.had, ReaderGroup.owed)]
    query = (
        select(ReaderGroup.id, ReaderGroup.language, RhythmRow.cadence, ReaderGroup.since)
        .add_columns(*written, cast(ReaderGroup.missed, Text))
        .join(RhythmRow, RhythmRow.id == ReaderGroup.rhythm_id)
        .where(ReaderGroup.newsletter_id == edition.newsletter_id, ~is_planned)
    )
    if edition.cadence != SPECIAL:
        query = query.where(ReaderGroup.rhythm_id.in_(due_rhythms(edition, now=now)))
    return query.order_by(ReaderGroup.id)


def _take(session: Session, planned: Sequence[_Planned]) -> None:
    """Let groups stand as they do afterwards."""
    for is_whole, names in ((False, VIEW_COLUMNS[1:]), (True, VIEW_COLUMNS)):
        some = [each for each in planned if bool(each.fate.view.topics) is is_whole]
        columns = {id(each.fate): columns_of_view(each.fate.view) for each in some}
        rows = [(each.group_id, *(columns[id(each.fate)][name] for name in names)) for each in some]
        update_rows(session, ReaderGroup, names, rows)


def _variant_ids(session: Session, edition: Edition, planned: Sequence[_Planned]) -> dict[tuple[Digest, str], int]:
    """The variants of these digests, made where they are new."""
    kinds = {(each.fate.digest, each.language) for each in planned if each.fate.digest != NOTHING}
    wanted = {_key(digest, language): (digest, language) for digest, language in kinds}
    rows = [
        {
            "edition_id": edition.id,
            "key": key,
            "language": language,
            "article_ids": list(digest.article_ids),
            "more": digest.more,
            "left_out": [] if edition.cadence == SPECIAL else list(digest.left_out),
        }
        for key, (digest, language) in sorted(wanted.items())
    ]
    insert_if_new(session, Variant, rows)
    query = select(Variant.key, Variant.id).where(Variant.edition_id == edition.id, among(session, Variant.key, wanted))
    return {wanted[key]: found for key, found in session.execute(query)}


def _key(of: Digest, language: str) -> str:
    """What tells two variants of an edition apart, short enough for an index."""
    written = json.dumps([of.article_ids, of.left_out, language])
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _forget(session: Session, group_ids: Sequence[int]) -> None:
    """Forget groups that everybody has left; whoever comes back is sorted in anew."""
    if group_ids:
        session.execute(delete(EditionGroup).where(among(session, EditionGroup.group_id, group_ids)))
        session.execute(delete(ReaderGroup).where(among(session, ReaderGroup.id, group_ids)))
