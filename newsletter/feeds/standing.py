"""Whether an article may be mailed, since when, and why not. Pure.

What an editor has said of an article outranks everything; then comes what is known of the article, then
the rules of its feed and its topics.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from config import defaults
from newsletter.catalogue.newsletters import MailRule
from newsletter.feeds.articles import Article, Decision, Standing

_DECIDED: Final[Mapping[Decision, Standing]] = {
    Decision.NEVER: Standing.NEVER,
    Decision.HOLD: Standing.HELD,
    Decision.RELEASE: Standing.FREE,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the standing of an article follows from."""

    decision: Decision = Decision.NONE
    is_old: bool = False  # it was there before its feed was connected
    feed_rule: MailRule = MailRule.MAIL
    topic_rules: Collection[MailRule] = ()
    tells_same_story: bool = False
    needs_page: bool = False  # nothing but its address is known, until its page is read
    is_page_coming: bool = False


def standing_of(facts: Facts) -> Standing:
    """Whether an article may be mailed, and if not, the first thing that stands in its way."""
    if facts.decision is not Decision.NONE:
        return _DECIDED[facts.decision]
    obstacles = {
        Standing.OLD: facts.is_old,
        Standing.NEVER_BY_FEED: facts.feed_rule is MailRule.NEVER,
        Standing.NEVER_BY_TOPIC: MailRule.NEVER in facts.topic_rules,
        Standing.UNREAD: facts.needs_page and facts.is_page_coming,
        Standing.NO_ARTICLE: facts.needs_page,
        Standing.SAME_STORY: facts.tells_same_story,
        Standing.HELD_BY_FEED: facts.feed_rule is MailRule.HOLD,
        Standing.HELD_BY_TOPIC: MailRule.HOLD in facts.topic_rules,
    }
    return next((standing for standing, is_there in obstacles.items() if is_there), Standing.FREE)


def place(article: Article, standing: Standing, *, now: datetime) -> None:
    """Give an article its standing, and the instant from which it may go out.

    An article that has been released stays so, unless an embargo says otherwise. One that becomes
    free after it was held counts from now on, so that no window has closed over it meanwhile.
    """
    was_free = article.standing == Standing.FREE and article.released_at is not None
    article.standing = standing
    if standing is not Standing.FREE:
        article.released_at = None
    elif article.decision == Decision.RELEASE:
        article.released_at = article.released_at if was_free and _is_out(article, now) else now
    elif was_free and _is_out(article, now):
        article.released_at = max(filter(None, (article.released_at, article.embargo_at)))
    else:
        article.released_at = _release(article, since=None if was_free else now)


def first_release(article: Article, *, has_grace: bool = True) -> datetime:
    """When an article that has just come in may go out, if nothing but time stands in its way."""
    grace = defaults.GRACE_TIME if has_grace else defaults.GRACE_TIME * 0
    dates = (article.first_seen_at + grace, article.published_at, article.embargo_at)
    return max(date for date in dates if date is not None)


def _release(article: Article, *, since: datetime | None) -> datetime:
    release = first_release(article)
    return release if since is None else max(release, since)


def _is_out(article: Article, now: datetime) -> bool:
    return article.released_at is not None and article.released_at <= now
