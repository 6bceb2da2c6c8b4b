"""Which articles are due to a reader, and in which order. Pure; the send and the preview both ask here.

What a reader has had is told by an instant and a few exceptions: of what was released until `since`, only what is
still `owed` is due, and of what was released after it, all that is in their topics but for what they `had`. After an
edition the instant is its cutoff for everybody, so that readers who came by different ways become alike.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_NONE: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article on an edition's list."""

    article_id: int
    released_at: datetime
    topic_ids: frozenset[int] = _NONE
    pinned_at: datetime | None = None
    weight: int = 0


@dataclass(frozen=True, slots=True)
class ReaderView:
    """What selection needs to know of a reader, or of a group of readers who are alike.

    None as an instant: as far back as a digest of theirs reaches at all.
    """

    since: datetime | None = None
    topics: tuple[tuple[int, datetime | None], ...] = ()  # each with its instant, ascending; none means all
    had: frozenset[int] = _NONE  # articles given or reserved, of those released after `since`
    owed: frozenset[int] = _NONE  # articles still due, of those released until `since`
    missed: frozenset[int] = _NONE  # those owed that one digest had no room for: a second one ends it

    @property
    def topic_ids(self) -> frozenset[int]:
        """The topics; none means all."""
        return frozenset(topic for topic, _ in self.topics)


@dataclass(frozen=True, slots=True)
class Digest:
    """The articles that one reader gets, in order, and those that did not fit."""

    article_ids: tuple[int, ...]
    left_out: tuple[int, ...] = ()

    @property
    def more(self) -> int:
        """How many did not fit."""
        return len(self.left_out)


NOTHING: Final = Digest(())


def in_reach(
    candidates: Iterable[Candidate], topic_ids: Collection[int], *, floor: datetime, cutoff: datetime
) -> list[Candidate]:
    """The candidates in a reader's topics that a digest reaches, in the order of the list; no topic means all."""
    followed = frozenset(topic_ids)
    return [
        each
        for each in candidates
        if floor < each.released_at <= cutoff
        and (not followed or not each.topic_ids or not followed.isdisjoint(each.topic_ids))
    ]


def due_of(reached: Sequence[Candidate], view: ReaderView) -> list[Candidate]:
    """What is due to a reader, of what `in_reach` found for their topics: what is carried over last, unless pinned."""
    found = [each for each in reached if _is_due(each, view)]
    if view.missed:
        # A stable sort: each of the two parts keeps the order of the list.
        found.sort(key=lambda each: each.article_id in view.missed and each.pinned_at is None)
    return found


def due(candidates: Iterable[Candidate], view: ReaderView, *, floor: datetime, cutoff: datetime) -> list[Candidate]:
    """The candidates that are due to a reader; `floor` is how far back any digest of theirs reaches."""
    return due_of(in_reach(candidates, view.topic_ids, floor=floor, cutoff=cutoff), view)


def _is_due(candidate: Candidate, view: ReaderView) -> bool:
    if candidate.article_id in view.owed:
        return True
    if candidate.article_id in view.had or not _is_after(candidate, view.since):
        return False
    if not view.topics or not candidate.topic_ids:
        return True
    return any(topic in candidate.topic_ids and _is_after(candidate, at) for topic, at in view.topics)


def _is_after(candidate: Candidate, since: datetime | None) -> bool:
    return since is None or candidate.released_at > since


def digest(due_articles: Sequence[Candidate], *, maximum: int) -> Digest:
    """What fits into one digest, and what does not."""
    ids = tuple(candidate.article_id for candidate in due_articles)
    return Digest(ids[:maximum], ids[maximum:])


def after(
    view: ReaderView,
    due_articles: Sequence[Candidate],
    got: Digest,
    *,
    cutoff: datetime,
    released: Mapping[int, datetime],
    is_run: bool = True,
) -> ReaderView:
    """A reader's view after an edition.

    What did not fit comes once more and has lapsed the second time, unless the edition was sent between two runs;
    what was too little for a digest waits. `released` says of the articles in the view when they were released: what
    came after the cutoff, and so was on no list of this edition, stays as it is.
    """
    later = frozenset(each for each in (*view.had, *view.owed) if each in released and released[each] > cutoff)
    left = frozenset(each.article_id for each in due_articles).difference(got.article_ids)
    missed = view.missed & left
    if is_run and got != NOTHING:
        left = missed = left - view.missed
    since = cutoff if view.since is None else max(view.since, cutoff)
    return ReaderView(
        since,
        tuple((topic, None if at is None or at <= since else at) for topic, at in view.topics),
        view.had & later,
        left | (view.owed & later),
        missed | (view.missed & later),
    )
