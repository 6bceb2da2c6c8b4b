"""Which articles are due to a reader, and in which order. Pure; the send and the preview both ask here."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

_BEGINNING: Final = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article on an edition's list."""

    article_id: int
    released_at: datetime
    topic_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ReaderView:
    """What selection needs to know of a reader."""

    joined_at: datetime
    topics: Mapping[int, datetime] = field(default_factory=dict)  # topic → chosen at; none means all
    had: Collection[int] = frozenset()  # articles given or reserved


@dataclass(frozen=True, slots=True)
class Span:
    """Of a cadence: how far a digest reaches back, and the cutoffs of its past editions, ascending."""

    reach_back: timedelta
    past_cutoffs: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """The articles that one reader gets, in order, and how many more did not fit."""

    article_ids: tuple[int, ...]
    more: int


NOTHING: Final = Digest((), 0)


def window_opens(joined_at: datetime, cutoff: datetime, span: Span) -> datetime:
    """Where a reader's window opens: only articles released after this instant are due.

    At the cutoff of the last edition before the reader joined, so that a first digest is the one
    that everybody gets and nothing older; never further back than the cadence reaches.
    """
    before = bisect_left(span.past_cutoffs, joined_at)
    last = span.past_cutoffs[before - 1] if before else cutoff - _BEGINNING
    return max(last, cutoff - span.reach_back)


def due(candidates: Iterable[Candidate], reader: ReaderView, *, cutoff: datetime, span: Span) -> list[Candidate]:
    """The candidates that are due to a reader, in the order of the list."""
    return [
        candidate
        for candidate in candidates
        if candidate.article_id not in reader.had
        and candidate.released_at <= cutoff
        and _is_in_window(candidate, reader, cutoff, span)
    ]


def _is_in_window(candidate: Candidate, reader: ReaderView, cutoff: datetime, span: Span) -> bool:
    if not reader.topics or not candidate.topic_ids:
        since = [reader.joined_at]
    else:
        followed = candidate.topic_ids & reader.topics.keys()
        since = [max(reader.joined_at, reader.topics[topic]) for topic in followed]
    return any(candidate.released_at > window_opens(at, cutoff, span) for at in since)


def digest(due_articles: Sequence[Candidate], *, maximum: int) -> Digest:
    """What fits into one digest. What does not fit stays due and comes with the next one."""
    chosen = due_articles[:maximum]
    return Digest(tuple(candidate.article_id for candidate in chosen), len(due_articles) - len(chosen))


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Newest first, spread over topics, so that one busy section does not bury the others."""
    newest = sorted(candidates, key=lambda c: (c.released_at, c.article_id), reverse=True)
    by_topic: dict[int, list[Candidate]] = {}
    for candidate in newest:
        by_topic.setdefault(min(candidate.topic_ids, default=0), []).append(candidate)
    rounds = zip_longest(*by_topic.values())
    return [candidate for one_round in rounds for candidate in one_round if candidate is not None]
