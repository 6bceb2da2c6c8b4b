"""Feeds and articles, as tables."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.database import Base, BigId


class Feed(Base):
    """Where articles come from."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("newsletter_id", "url"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    url: Mapped[str]
    title: Mapped[str]
    default_topic_id: Mapped[int | None] = mapped_column(BigId)
    # Articles seen in the first read are never mailed; all later ones are.
    connected_at: Mapped[datetime]
    next_poll_at: Mapped[datetime] = mapped_column(index=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    last_success_at: Mapped[datetime | None]
    last_change_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    trouble: Mapped[str | None]  # the last error, as a sentence with what to do


class Article(Base):
    """One piece."""

    __tablename__ = "articles"
    __table_args__ = (Index("ix_articles_due", "newsletter_id", "released_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    feed_id: Mapped[int | None] = mapped_column(BigId)  # None: written or added here
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    html: Mapped[str]
    author: Mapped[str]
    image_url: Mapped[str]
    image_alt: Mapped[str]
    minutes: Mapped[int]  # reading time
    published_at: Mapped[datetime | None]  # for show and order only
    first_seen_at: Mapped[datetime]
    # When it may go out: None for what was there before the feed was connected.
    released_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class ArticleAlias(Base):
    """A guid, link or title by which an article has been seen; kept for ever, so that it stays known."""

    __tablename__ = "article_aliases"
    __table_args__ = (UniqueConstraint("newsletter_id", "feed_id", "kind", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, index=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    feed_id: Mapped[int] = mapped_column(BigId)  # 0: a link, which all feeds of a newsletter share
    kind: Mapped[str]  # guid, link, or title where there is neither
    value: Mapped[str]


class ArticleTopic(Base):
    """An article's topic."""

    __tablename__ = "article_topics"

    article_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    topic_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
