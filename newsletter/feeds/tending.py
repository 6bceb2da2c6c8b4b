"""Looking after a feed that is connected: its settings, and its end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import MailRule
from newsletter.catalogue.shelf import topics_of
from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, ArticleAlias, Decision, Feed, FeedKind, FeedPush, Standing
from newsletter.feeds.deciding import set_feed_rule
from newsletter.feeds.placing import place_all

_LONGEST_TITLE: Final = 200
_LEFT_BEHIND: Final = {
    Standing.HELD_BY_FEED: Decision.HOLD,
    Standing.UNREAD: Decision.HOLD,
    Standing.NEVER_BY_FEED: Decision.NEVER,
    Standing.NO_ARTICLE: Decision.NEVER,
}
"""What becomes of articles that stand where they stand because of their feed, when it is gone."""


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What an editor says of a feed."""

    title: str
    topic_id: int | None  # of articles whose categories name none that we know
    wants_full_text: bool  # take the text of each article from its page
    rule: MailRule


def change(
    session: Session, feed: Feed, settings: FeedSettings, *, already_out: Collection[int], now: datetime
) -> None:
    """Change the settings of a feed; a new rule also settles its articles that are not `already_out`.

    Raises RefusedError with what to mend.
    """
    title = " ".join(settings.title.split())
    if not title or len(title) > _LONGEST_TITLE or not title.isprintable():
        raise RefusedError(f"Give the feed a name, in at most {_LONGEST_TITLE} letters.")
    check_topic(session, feed.newsletter_id, settings.topic_id)
    feed.title = title
    feed.default_topic_id = settings.topic_id
    # A sitemap or a page says little more of an article than where it is: there its page is always read.
    feed.wants_full_text = settings.wants_full_text or feed.kind != FeedKind.FEED
    if settings.rule != feed.rule:
        set_feed_rule(session, feed, settings.rule, already_out=already_out, now=now)


def check_topic(session: Session, newsletter_id: int, topic_id: int | None) -> None:
    """Raise RefusedError unless this is a topic of the newsletter, or none."""
    if topic_id is not None and topic_id not in {topic.id for topic in topics_of(session, newsletter_id)}:
        raise RefusedError("This topic is not one of this newsletter. Choose one of its topics.")


def remove(session: Session, feed: Feed, *, now: datetime) -> None:
    """End a feed for good. Its articles stay as they stand, and remain known by their links.

    What its rule held or kept back stays held or kept back, now by decision: its end must not let anything out.
    """
    article_ids = _decide_for_good(session, feed, now=now)
    session.flush()
    session.execute(update(Article).where(Article.id.in_(article_ids)).values(feed_id=None))
    # A later feed may get the same id; it must not inherit the guids of this one.
    session.execute(delete(ArticleAlias).where(ArticleAlias.feed_id == feed.id))
    session.execute(delete(FeedPush).where(FeedPush.feed_id == feed.id))
    session.delete(feed)
    session.flush()


def _decide_for_good(session: Session, feed: Feed, *, now: datetime) -> list[int]:
    kept_back = select(Article).where(Article.feed_id == feed.id, Article.standing.in_(_LEFT_BEHIND))
    found = list(session.scalars(kept_back))
    for article in found:
        article.decision = _LEFT_BEHIND[Standing(article.standing)]
    place_all(session, found, now=now)
    return list(session.scalars(select(Article.id).where(Article.feed_id == feed.id)))
