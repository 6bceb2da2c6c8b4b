"""Articles that are handed in: by a CMS over the API, on the command line, at the desk, or from an export."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, Decision, Origin, Standing
from newsletter.feeds.identity import aliases_of
from newsletter.feeds.ingest import lock_newsletter
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.placing import place_all
from newsletter.feeds.storing import Source, Store


@dataclass(frozen=True, slots=True)
class Given:
    """An article that is handed in, and what is said of it."""

    item: ParsedItem
    topic_ids: frozenset[int] | None = None  # None: as its categories say
    embargo_at: datetime | None = None
    is_held: bool = False  # until an editor releases it
    is_old: bool = False  # known for the archive, and never mailed
    markdown: str | None = None  # what its text is made from


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of it."""

    article_id: int
    is_new: bool
    is_changed: bool


def hand_in(session: Session, newsletter_id: int, given: Given, *, origin: Origin, now: datetime) -> HandedIn:
    """Store an article that somebody hands in; one that is known, by its id or its link, is edited.

    Raises RefusedError when it was removed here.
    """
    newsletter = lock_newsletter(session, newsletter_id)
    [names] = aliases_of([given.item], [newsletter.site_url])
    store = Store(session, Source(newsletter_id, None, origin), [names], now=now, is_old=given.is_old)
    article = store.take(given.item, names, topic_ids=given.topic_ids)
    if article is None:
        raise RefusedError("This article was removed here, and stays removed.")
    has_new_embargo = _say(article, given, is_new=bool(store.new), now=now)
    store.finish()
    if has_new_embargo and not given.is_old:
        place_all(session, [article], now=now)
    is_changed = bool(store.changed) or (has_new_embargo and not store.new)
    return HandedIn(article.id, is_new=bool(store.new), is_changed=is_changed)


def _say(article: Article, given: Given, *, is_new: bool, now: datetime) -> bool:
    """What is said beside the texts; whether that is a new embargo: of a known article, one that can still be kept."""
    is_waiting = is_new or article.released_at is None or article.released_at > now
    has_new_embargo = given.embargo_at not in {None, article.embargo_at} and is_waiting
    if has_new_embargo:
        article.embargo_at = given.embargo_at
    if given.markdown is not None and (is_new or article.feed_id is None):
        article.markdown = given.markdown
    if is_new and given.is_held and article.standing != Standing.OLD:
        article.decision = Decision.HOLD
    return has_new_embargo
