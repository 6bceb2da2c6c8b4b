"""The states of articles as the desk shows them: their badges, the filters by them, and what may be decided. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from newsletter.editions.editions import WENT_OUT, Edition, EditionArticle, EditionState
from newsletter.editions.whereabouts import ArticleState
from newsletter.feeds.articles import Article, Decision, Standing


class Filter(StrEnum):
    """Which articles the list shows."""

    ALL = ""
    HELD = auto()
    NEW = auto()
    EMBARGOED = auto()
    RELEASED = auto()
    EDITION = auto()
    NEVER = auto()
    OLD = auto()


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a wash, a shape and a word."""

    kind: str
    mark: str
    word: str


FILTER_NAMES: Final[Mapping[Filter, str]] = {
    Filter.ALL: "All",
    Filter.HELD: "Waiting for you",
    Filter.NEW: "New",
    Filter.EMBARGOED: "Under embargo",
    Filter.RELEASED: "Released",
    Filter.EDITION: "In an edition",
    Filter.NEVER: "Never mailed",
    Filter.OLD: "Old",
}

PLAIN: Final = frozenset({ArticleState.RELEASED, ArticleState.IN_EDITION, ArticleState.CLOSED_IN})
"""What an article is expected to be where an edition lists it: nothing need be said of it."""

_BADGES: Final[Mapping[ArticleState, Badge]] = {
    ArticleState.NEW: Badge("plain", "clock", "new"),
    ArticleState.HELD: Badge("wait", "pause", "held"),
    ArticleState.EMBARGOED: Badge("plain", "lock", "under embargo"),
    ArticleState.RELEASED: Badge("ok", "check", "released"),
    ArticleState.CLOSED_IN: Badge("plain", "lock", "on the list"),
    ArticleState.IN_EDITION: Badge("ok", "mail", "mailed"),
    ArticleState.CARRIED_OVER: Badge("accent", "later", "carried over"),
    ArticleState.CORRECTED: Badge("wait", "pencil", "edited since"),
    ArticleState.NEVER: Badge("plain", "cross", "never mailed"),
    ArticleState.OLD: Badge("plain", "circle", "old"),
}
_HELD: Final = (Standing.HELD, Standing.HELD_BY_FEED, Standing.HELD_BY_TOPIC, Standing.SAME_STORY)
_NEVER: Final = (Standing.NEVER, Standing.NEVER_BY_FEED, Standing.NEVER_BY_TOPIC, Standing.NO_ARTICLE)
_CAN_RELEASE: Final = frozenset(
    {ArticleState.NEW, ArticleState.HELD, ArticleState.EMBARGOED, ArticleState.NEVER, ArticleState.OLD}
)
_CAN_HOLD: Final = frozenset(
    {ArticleState.NEW, ArticleState.EMBARGOED, ArticleState.RELEASED, ArticleState.CARRIED_OVER}
)


def badge_of(state: ArticleState, until: str = "") -> Badge:
    """The badge of a state; `until` names the moment to which a new or embargoed article waits."""
    badge = _BADGES[state]
    if not until or state not in {ArticleState.NEW, ArticleState.EMBARGOED}:
        return badge
    word = f"new until {until}" if state is ArticleState.NEW else f"until {until}"
    return Badge(badge.kind, badge.mark, word)


def decisions_for(state: ArticleState, decision: str) -> tuple[Decision, ...]:
    """What an editor can still decide of an article; nothing once an edition has it."""
    found = [Decision.RELEASE] if state in _CAN_RELEASE else []
    if state in _CAN_HOLD:
        found.append(Decision.HOLD)
    if state in _CAN_HOLD | {ArticleState.HELD}:
        found.append(Decision.NEVER)
    if decision != Decision.NONE and state in _CAN_HOLD | _CAN_RELEASE:
        found.append(Decision.NONE)
    return tuple(found)


def having(wanted: Filter, *, now: datetime) -> ColumnElement[bool]:
    """The condition of a filter, as `whereabouts` would decide."""
    free = and_(Article.standing == Standing.FREE, Article.released_at.is_not(None))
    out = _on_lists(*WENT_OUT)
    listed = or_(out, and_(free, _on_lists(EditionState.CLOSED, EditionState.WAITING)))
    ahead = and_(free, Article.released_at > now, ~listed)
    has_moment = or_(
        Article.released_at.is_not_distinct_from(Article.embargo_at),
        Article.released_at.is_not_distinct_from(Article.published_at),
    )
    conditions: dict[Filter, ColumnElement[bool]] = {
        Filter.ALL: true(),
        Filter.HELD: and_(Article.standing.in_(_HELD), ~out),
        Filter.NEW: and_(ahead, ~has_moment),
        Filter.EMBARGOED: and_(ahead, has_moment),
        Filter.RELEASED: and_(free, Article.released_at <= now, ~listed),
        Filter.EDITION: listed,
        Filter.NEVER: and_(Article.standing.in_(_NEVER), ~out),
        Filter.OLD: and_(Article.standing == Standing.OLD, ~out),
    }
    return conditions.get(wanted, false())


def _on_lists(*states: EditionState) -> ColumnElement[bool]:
    return (
        select(EditionArticle.article_id)
        .join(Edition, Edition.id == EditionArticle.edition_id)
        .where(EditionArticle.article_id == Article.id)
        .where(Edition.is_rehearsal.is_(False), Edition.state.in_(states))
        .exists()
    )
