"""Giving articles their standing from what the database knows: rules, decisions, other articles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import MailRule, Topic
from newsletter.feeds import stories
from newsletter.feeds.articles import Article, ArticleTopic, Decision, Feed, FeedKind, Origin, Standing
from newsletter.feeds.parsing.sitemaps import title_from
from newsletter.feeds.standing import Facts, place, standing_of


def place_all(session: Session, articles: Sequence[Article], *, now: datetime) -> None:
    """Bring the standing of these articles to where decisions, rules and facts put it."""
    feeds = _feeds(session, articles)
    rules = _topic_rules(session, articles)
    for article in articles:
        feed = feeds.get(article.feed_id or 0)
        place(article, standing_of(_facts(article, feed, rules.get(article.id, ()))), now=now)


def mark_same_stories(session: Session, newsletter_id: int, new: Sequence[Article], *, now: datetime) -> None:
    """Mark those of these new articles that tell the story of another one, seen or published a few days apart."""
    keys = {article: key for article in new if (key := stories.title_key(article.title))}
    if not keys:
        return
    # A relaunched site gives its articles new guids and addresses at once, but leaves them their dates.
    oldest = min([now, *(each.published_at for each in keys if each.published_at is not None)])
    query = select(Article.id, Article.title, Article.first_seen_at, Article.published_at).where(
        Article.newsletter_id == newsletter_id, Article.first_seen_at > oldest - defaults.SAME_STORY_WITHIN
    )
    by_title: dict[str, list[_Teller]] = {}
    wanted = set(keys.values())
    for article_id, title, first_seen_at, published_at in session.execute(query):
        if (key := stories.title_key(title)) in wanted:
            by_title.setdefault(key, []).append(_Teller(article_id, first_seen_at, published_at))
    alike = {key: tellers for key, tellers in by_title.items() if len(tellers) > 1}
    beginnings = _beginnings(session, [each.article_id for tellers in alike.values() for each in tellers])
    for article, key in keys.items():
        # Only what came before: of two in one fetch the first is the one that goes out.
        others = [each for each in alike.get(key, ()) if each.article_id < article.id and each.is_near(article)]
        told = {each.article_id: beginnings[each.article_id] for each in others}
        if told:
            article.same_story_as = stories.teller_of(beginnings[article.id], told)


@dataclass(frozen=True, slots=True)
class _Teller:
    """An article of the same title, which may tell the same story."""

    article_id: int
    first_seen_at: datetime
    published_at: datetime | None

    def is_near(self, article: Article) -> bool:
        """Whether the two were seen, or published, a few days from each other at most."""
        if abs(article.first_seen_at - self.first_seen_at) < defaults.SAME_STORY_WITHIN:
            return True
        if article.published_at is None or self.published_at is None:
            return False
        return abs(article.published_at - self.published_at) < defaults.SAME_STORY_WITHIN


def _beginnings(session: Session, ids: Sequence[int]) -> Mapping[int, str]:
    query = select(Article.id, Article.html, Article.summary).where(Article.id.in_(ids))
    return {each: stories.beginning_of(html, summary) for each, html, summary in session.execute(query)}


def _facts(article: Article, feed: Feed | None, topic_rules: Iterable[MailRule]) -> Facts:
    return Facts(
        decision=Decision(article.decision),
        is_old=_is_old(article, feed),
        feed_rule=MailRule.MAIL if feed is None else MailRule(feed.rule),
        topic_rules=list(topic_rules),
        tells_same_story=article.same_story_as is not None,
        needs_page=feed is not None and not article.has_page_text and is_bare(article, feed),
        is_page_coming=article.page_due_at is not None,
    )


def is_bare(article: Article, feed: Feed) -> bool:
    """Whether a source says no more of an article than where it is: a link, or a line of a plain sitemap. Pure."""
    if feed.kind == FeedKind.SITEMAP:
        return not article.title or article.title == title_from(article.url)
    return feed.kind == FeedKind.PAGE


def _is_old(article: Article, feed: Feed | None) -> bool:
    """Whether it was there before its feed was connected; also when an editor released it meanwhile."""
    if article.standing == Standing.OLD or article.origin == Origin.IMPORT:
        return True
    return feed is not None and article.first_seen_at <= feed.connected_at


def _feeds(session: Session, articles: Iterable[Article]) -> dict[int, Feed]:
    ids = {article.feed_id for article in articles if article.feed_id is not None}
    return {feed.id: feed for feed in session.scalars(select(Feed).where(Feed.id.in_(ids)))} if ids else {}


def _topic_rules(session: Session, articles: Iterable[Article]) -> dict[int, set[MailRule]]:
    query = (
        select(ArticleTopic.article_id, Topic.rule)
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .where(ArticleTopic.article_id.in_([article.id for article in articles]), Topic.rule != MailRule.MAIL)
    )
    rules: dict[int, set[MailRule]] = {}
    for article_id, rule in session.execute(query):
        rules.setdefault(article_id, set()).add(MailRule(rule))
    return rules
