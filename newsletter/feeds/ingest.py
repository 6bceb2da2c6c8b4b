"""Storing what a feed has: new articles once, edits of known ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.database import insert_if_new
from newsletter.feeds.articles import Article, ArticleAlias, ArticleTopic, Feed
from newsletter.feeds.identity import Alias, AliasKind, aliases_of, known_article, without_tracking
from newsletter.feeds.parsing.items import ParsedFeed, ParsedItem
from newsletter.feeds.topics import topics_by_name, topics_for


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a fetch brought."""

    new: int
    changed: int


@dataclass(slots=True)
class _Known:
    """What was known before a fetch, and what it adds."""

    by_alias: dict[Alias, int]
    articles: dict[int, Article]
    with_topics: set[int]
    topic_names: dict[str, int]
    seen: set[int] = field(default_factory=set)
    new: int = 0
    changed: int = 0
    aliases: list[dict[str, Any]] = field(default_factory=list)
    topics: list[dict[str, Any]] = field(default_factory=list)


def lock_newsletter(session: Session, newsletter_id: int) -> Newsletter:
    """The newsletter, locked: its feeds are stored one after the other, since they share articles."""
    query = select(Newsletter).where(Newsletter.id == newsletter_id).with_for_update(key_share=True)
    return session.scalars(query).one()


def ingest(session: Session, feed: Feed, parsed: ParsedFeed, *, now: datetime, is_first: bool) -> IngestReport:
    """Store what a fetch of a feed brought.

    What the first fetch finds is never released: connecting a feed mails nothing old. What comes later is
    released now, or at its publication where that lies ahead. An edit changes texts, never the release.
    """
    newsletter = lock_newsletter(session, feed.newsletter_id)
    aliases = aliases_of(parsed.items, (parsed.home_url, newsletter.site_url))
    known = _known(session, feed, aliases)
    for item, names in zip(parsed.items, aliases, strict=True):
        _take(session, feed, item, names, known, now=now, is_first=is_first)
    session.flush()
    insert_if_new(session, ArticleAlias, known.aliases)
    insert_if_new(session, ArticleTopic, known.topics)
    return IngestReport(known.new, known.changed)


def _take(
    session: Session,
    feed: Feed,
    item: ParsedItem,
    names: Sequence[Alias],
    known: _Known,
    *,
    now: datetime,
    is_first: bool,
) -> None:
    article_id = known_article(names, known.by_alias)
    if article_id is None:
        article = _new_article(feed, item, now=now, is_first=is_first)
        session.add(article)
        session.flush()
        article_id = article.id
        known.articles[article_id] = article
        known.new += 1
    elif article_id in known.seen or article_id not in known.articles:
        return  # the feed has it twice, and the first is as good; or it was removed here, and stays so
    else:
        known.changed += _edit(known.articles[article_id], item, feed, now=now)
    known.seen.add(article_id)
    if _wants_topics(known, feed, names, article_id):
        topic_ids = topics_for(item.categories, known.topic_names, feed.default_topic_id)
        known.topics += [{"article_id": article_id, "topic_id": each} for each in sorted(topic_ids)]
    for alias in names:
        if alias not in known.by_alias:
            known.by_alias[alias] = article_id
            known.aliases.append(_alias_row(feed, alias, article_id))


def _wants_topics(known: _Known, feed: Feed, names: Sequence[Alias], article_id: int) -> bool:
    """Whether an article gets the topics of this feed: while it has none, and when another feed has it too.

    Topics that it has are left alone otherwise: an editor may have taken one away.
    """
    if article_id not in known.with_topics:
        return True
    is_new_here = any(alias.kind is not AliasKind.LINK and alias not in known.by_alias for alias in names)
    return is_new_here and known.articles[article_id].feed_id != feed.id


def _texts(item: ParsedItem) -> dict[str, Any]:
    return {
        "url": without_tracking(item.url),
        "title": item.title,
        "summary": item.summary,
        "html": item.html,
        "author": item.author,
        "image_url": item.image_url,
        "image_alt": item.image_alt,
        "minutes": item.minutes,
    }


def _new_article(feed: Feed, item: ParsedItem, *, now: datetime, is_first: bool) -> Article:
    return Article(
        newsletter_id=feed.newsletter_id,
        feed_id=feed.id,
        published_at=item.published_at,
        first_seen_at=now,
        released_at=None if is_first else max(now, item.published_at or now),
        updated_at=now,
        **_texts(item),
    )


def _edit(article: Article, item: ParsedItem, feed: Feed, *, now: datetime) -> bool:
    """Take over an edit; whether there was one.

    Only an article's own feed edits it: another may hold a shorter form of it, and the two would take turns.
    The publication date stays as first read, since some sites write the time of asking there.
    """
    if article.feed_id != feed.id:
        return False
    edits = {name: value for name, value in _texts(item).items() if getattr(article, name) != value}
    for name, value in edits.items():
        setattr(article, name, value)
    if edits:
        article.updated_at = now
    return bool(edits)


def _known(session: Session, feed: Feed, aliases: Iterable[Sequence[Alias]]) -> _Known:
    """Everything that is known of the articles of a fetch."""
    wanted = {alias for names in aliases for alias in names}
    query = select(ArticleAlias).where(
        ArticleAlias.newsletter_id == feed.newsletter_id,
        ArticleAlias.feed_id.in_((0, feed.id)),
        ArticleAlias.value.in_([alias.value for alias in wanted]),
    )
    rows = session.scalars(query).all()
    by_alias = {Alias(AliasKind(row.kind), row.value): row.article_id for row in rows}
    ids = set(by_alias.values())
    articles = {each.id: each for each in session.scalars(select(Article).where(Article.id.in_(ids)))}
    sorted_in = select(ArticleTopic.article_id).where(ArticleTopic.article_id.in_(ids))
    return _Known(
        by_alias=by_alias,
        articles=articles,
        with_topics=set(session.scalars(sorted_in)),
        topic_names=topics_by_name(topics_of(session, feed.newsletter_id)),
    )


def _alias_row(feed: Feed, alias: Alias, article_id: int) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "newsletter_id": feed.newsletter_id,
        # Links are known across the feeds of a newsletter.
        "feed_id": 0 if alias.kind is AliasKind.LINK else feed.id,
        "kind": alias.kind,
        "value": alias.value,
    }
