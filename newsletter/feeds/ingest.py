"""Storing what a feed has: new articles once, edits of known ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import MailRule, Newsletter
from newsletter.feeds.articles import Feed, FeedKind, Origin, Standing
from newsletter.feeds.identity import aliases_of
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.feeds.storing import Source, Store
from newsletter.language import counted

_FAR_AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a fetch brought."""

    new: int
    changed: int
    remarks: tuple[str, ...] = ()  # what an editor should know of it, in sentences


def lock_newsletter(session: Session, newsletter_id: int) -> Newsletter:
    """The newsletter, locked: its feeds are stored one after the other, since they share articles."""
    query = select(Newsletter).where(Newsletter.id == newsletter_id).with_for_update(key_share=True)
    return session.scalars(query).one()


def ingest(session: Session, feed: Feed, parsed: ParsedFeed, *, now: datetime, is_first: bool) -> IngestReport:
    """Store what a fetch of a feed brought.

    What the first fetch finds is never released: connecting a feed mails nothing old. What comes later is
    released after its grace time, or at its publication where that lies ahead, unless something holds
    it. An edit changes texts, and the release only while that still lies ahead.
    """
    newsletter = lock_newsletter(session, feed.newsletter_id)
    names = aliases_of(parsed.items, (parsed.home_url, newsletter.site_url))
    store = Store(session, source_of(feed), names, now=now, is_old=is_first)
    for item, aliases in zip(parsed.items, names, strict=True):
        store.take(item, aliases)
    store.finish()
    return IngestReport(len(store.new), len(store.changed), _remarks(store, now=now))


def source_of(feed: Feed) -> Source:
    """A feed, as far as its articles need it."""
    return Source(
        newsletter_id=feed.newsletter_id,
        feed_id=feed.id,
        origin=Origin.FEED,
        rule=MailRule(feed.rule),
        default_topic_id=feed.default_topic_id,
        wants_full_text=feed.wants_full_text,
        is_bare=feed.kind == FeedKind.PAGE,
    )


def _remarks(store: Store, *, now: datetime) -> tuple[str, ...]:
    far = sum(each.released_at is not None and each.released_at - now > _FAR_AHEAD for each in store.new)
    retold = sum(each.standing == Standing.SAME_STORY for each in store.new)
    sentences = {
        f"{articles_are(far)} dated more than a year ahead and held until then.": far,
        f"{articles_are(retold)} held, since another tells the same story.": retold,
        "It gives its articles new guids at every fetch; they are known by their links.": store.has_restless_guids,
    }
    return tuple(sentence for sentence, is_so in sentences.items() if is_so)


def articles_are(count: int) -> str:
    """The beginning of a sentence about so many articles."""
    return f"{counted(count, 'article')} {'is' if count == 1 else 'are'}"
