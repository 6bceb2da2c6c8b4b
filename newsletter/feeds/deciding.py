"""What editors decide: hold, never mail, release, embargo, and their own words in place of the site's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import MailRule, Topic
from newsletter.database import insert_if_new
from newsletter.errors import RefusedError
from newsletter.feeds import revisions
from newsletter.feeds.articles import Article, ArticleTopic, Decision, Feed, Standing
from newsletter.feeds.pictures.wanting import want
from newsletter.feeds.placing import place_all
from newsletter.feeds.sanitizing import LONGEST_SUMMARY, LONGEST_TITLE, line

_LONGEST_ALT: Final = 250
# Neither a decision nor a rule about them can change what they are.
_SETTLED: Final = frozenset({Standing.OLD, Standing.NO_ARTICLE})


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What an editor puts in place of what the site says; None: as the site has it."""

    title: str | None = None
    summary: str | None = None
    image_url: str | None = None  # empty: no picture
    image_alt: str | None = None  # empty: it only decorates


def settle(session: Session, article: Article, *, now: datetime) -> None:
    """Bring an article's standing to where decisions, rules and facts put it, after any of them has changed."""
    place_all(session, [article], now=now)
    if article.standing == Standing.FREE:  # what is old has had no picture fetched so far
        want(session, article.newsletter_id, [article.shown_image_url], now=now)


def decide(session: Session, article: Article, decision: Decision, *, now: datetime) -> None:
    """Hold, never mail or release an article; NONE gives it back to the rules. A release ends an embargo."""
    if decision is Decision.RELEASE:
        article.embargo_at = None
    article.decision = decision
    settle(session, article, now=now)


def set_embargo(session: Session, article: Article, at: datetime | None, *, now: datetime) -> None:
    """Let an article wait until an instant; None ends that. Raises RefusedError for an instant that has passed."""
    if at is not None and at <= now:
        raise RefusedError("This moment has passed. Choose a later one, or release the article now.")
    article.embargo_at = at
    if at is not None and article.decision == Decision.RELEASE:
        article.decision = Decision.NONE
        # It was released by hand: from now on it waits like one that comes in now.
        article.released_at = None
    settle(session, article, now=now)


def overwrite(session: Session, article: Article, words: OwnWords, *, editor_id: int | None, now: datetime) -> bool:
    """Put an editor's words in place of the site's, for mails and archive; whether anything changed.

    They survive every later poll. What equals the site's own words is not kept, so that later edits of the site are
    followed. Raises RefusedError when nothing would be left of a title.
    """
    own = _own(article, words)
    changed = {name for name, value in own.items() if getattr(article, name) != value}
    if not changed:
        return False
    shown = {name.replace("own_", "shown_") for name in changed}
    revisions.keep(session, article, dict.fromkeys(shown), editor_id=editor_id, at=now)
    for name in changed:
        setattr(article, name, own[name])
    article.updated_at = now
    want(session, article.newsletter_id, [article.shown_image_url], now=now)
    return True


def set_topics(session: Session, article: Article, topic_ids: Collection[int], *, now: datetime) -> None:
    """Say which topics an article belongs to; none: it goes to everybody."""
    session.execute(delete(ArticleTopic).where(ArticleTopic.article_id == article.id))
    rows = [{"article_id": article.id, "topic_id": each} for each in sorted(topic_ids)]
    insert_if_new(session, ArticleTopic, rows)
    settle(session, article, now=now)


def set_feed_rule(
    session: Session, feed: Feed, rule: MailRule, *, already_out: Collection[int] = (), now: datetime
) -> None:
    """Mail, hold or never mail the articles of a feed: those to come, and those that are not `already_out`."""
    feed.rule = rule
    session.flush()
    _settle_waiting(session, _of_feed(session, feed), already_out, now=now)


def set_topic_rule(
    session: Session, topic: Topic, rule: MailRule, *, already_out: Collection[int] = (), now: datetime
) -> None:
    """Mail, hold or never mail the articles of a topic: those to come, and those that are not `already_out`."""
    topic.rule = rule
    session.flush()
    query = select(Article).join(ArticleTopic, ArticleTopic.article_id == Article.id)
    found = session.scalars(query.where(ArticleTopic.topic_id == topic.id, Article.standing.not_in(_SETTLED))).all()
    _settle_waiting(session, found, already_out, now=now)


def _settle_waiting(
    session: Session, articles: Sequence[Article], already_out: Collection[int], *, now: datetime
) -> None:
    place_all(session, [each for each in articles if each.id not in already_out], now=now)


def _of_feed(session: Session, feed: Feed) -> Sequence[Article]:
    query = select(Article).where(Article.feed_id == feed.id, Article.standing.not_in(_SETTLED))
    return session.scalars(query).all()


def _own(article: Article, words: OwnWords) -> dict[str, str | None]:
    title = None if words.title is None else line(words.title)[:LONGEST_TITLE]
    if title == "":
        raise RefusedError("A mail needs a title. Write one, or take the site's.")
    summary = None if words.summary is None else line(words.summary)[:LONGEST_SUMMARY]
    alt = None if words.image_alt is None else line(words.image_alt)[:_LONGEST_ALT]
    image_url = words.image_url
    return {
        "own_title": None if title == article.title else title,
        "own_summary": None if summary == article.summary else summary,
        "own_image_url": None if image_url == article.image_url else image_url,
        "own_image_alt": None if image_url in {None, article.image_url} and alt == article.image_alt else alt,
    }
