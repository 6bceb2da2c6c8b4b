"""Feeds and articles, as tables."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.catalogue.newsletters import MailRule
from newsletter.database import Base, BigId


class FeedKind(StrEnum):
    """What is found at the address of a feed."""

    FEED = auto()  # RSS, RDF, Atom, JSON Feed
    SITEMAP = auto()  # a news sitemap: links with titles
    PAGE = auto()  # a section page: links, and nothing else


class Origin(StrEnum):
    """How an article came in."""

    FEED = auto()
    API = auto()
    COMMAND = auto()
    DESK = auto()
    IMPORT = auto()


class Standing(StrEnum):
    """Whether an article may be mailed, and if not, what stands in its way."""

    FREE = auto()  # from `released_at` on
    OLD = auto()  # it was there before its feed was connected
    HELD = auto()  # by an editor, or by whoever handed it in
    HELD_BY_FEED = auto()
    HELD_BY_TOPIC = auto()
    SAME_STORY = auto()  # held: another article tells it already
    UNREAD = auto()  # its page has not been read yet, so nobody knows whether it is an article
    NO_ARTICLE = auto()  # its page has been read, and holds none
    NEVER = auto()  # an editor said so
    NEVER_BY_FEED = auto()
    NEVER_BY_TOPIC = auto()


class Decision(StrEnum):
    """What an editor has said of one article; it outranks the rules of its feed and topics."""

    NONE = ""
    HOLD = auto()
    NEVER = auto()
    RELEASE = auto()


class Feed(Base):
    """Where articles come from."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("newsletter_id", "url"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(default=FeedKind.FEED, server_default=FeedKind.FEED)
    url: Mapped[str]
    title: Mapped[str]
    home_url: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="", server_default="")
    default_topic_id: Mapped[int | None] = mapped_column(BigId)
    rule: Mapped[str] = mapped_column(default=MailRule.MAIL, server_default=MailRule.MAIL)
    # The feed has teasers only: the text is taken from the page of each article.
    wants_full_text: Mapped[bool] = mapped_column(default=False, server_default="0")
    # Articles seen in the first read are never mailed; all later ones are.
    connected_at: Mapped[datetime]
    next_poll_at: Mapped[datetime] = mapped_column(index=True)
    # The pause that leads to next_poll_at, in seconds. An unchanged feed costs no write but next_poll_at, so
    # that this tells when it was last asked.
    asked_every: Mapped[int] = mapped_column(default=300, server_default="300")
    wants_fresh: Mapped[bool] = mapped_column(default=False, server_default="0")  # next time past all caches
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    last_success_at: Mapped[datetime | None]  # the last answer with content; see `health.last_success`
    last_change_at: Mapped[datetime | None]
    items_seen: Mapped[int] = mapped_column(default=0, server_default="0")  # in the last answer with content
    remark: Mapped[str | None]  # what was left out of the last answer, in sentences
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    trouble: Mapped[str | None]  # the last error, as a sentence with what to do
    failing_since_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # when editors were told of this trouble
    ended_at: Mapped[datetime | None]  # the site said that the feed is gone for good


class Article(Base):
    """One piece, as its site has it; what an editor puts in its place stands in `own_…`."""

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_due", "newsletter_id", "released_at"),
        Index("ix_articles_seen", "newsletter_id", "first_seen_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    feed_id: Mapped[int | None] = mapped_column(BigId)  # None: written or added here
    origin: Mapped[str] = mapped_column(default=Origin.FEED, server_default=Origin.FEED)
    url: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    html: Mapped[str]
    author: Mapped[str]
    language: Mapped[str] = mapped_column(default="", server_default="")
    categories: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # as the feed names them
    image_url: Mapped[str]
    image_alt: Mapped[str]
    minutes: Mapped[int]  # reading time
    published_at: Mapped[datetime | None]  # for show and order only
    first_seen_at: Mapped[datetime]
    # When it may go out: None while anything but time stands in its way.
    released_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    standing: Mapped[str] = mapped_column(default=Standing.FREE, server_default=Standing.FREE)
    decision: Mapped[str] = mapped_column(default=Decision.NONE, server_default="")
    embargo_at: Mapped[datetime | None]  # not before this instant
    same_story_as: Mapped[int | None] = mapped_column(BigId)  # the article that tells the same
    # What is pinned stands first, in the order in which it was; the weight counts where a newsletter orders by it.
    pinned_at: Mapped[datetime | None]
    weight: Mapped[int] = mapped_column(default=0, server_default="0")
    # The editor's last word for mail and archive; None: as the site has it.
    own_title: Mapped[str | None]
    own_summary: Mapped[str | None]
    own_image_url: Mapped[str | None]  # empty: no picture
    own_image_alt: Mapped[str | None]
    markdown: Mapped[str | None]  # what an article written at the desk is made from
    # When its page is to be read, for its full text or its picture; None: not at all, or done.
    page_due_at: Mapped[datetime | None] = mapped_column(index=True)
    # How often that was tried in a row without an answer; 1 once there was one.
    page_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    page_trouble: Mapped[str | None]  # why the last try gave nothing, as a sentence
    has_page_text: Mapped[bool] = mapped_column(default=False, server_default="0")  # html comes from the page

    @property
    def shown_title(self) -> str:
        """The title in mails and on pages."""
        return self.title if self.own_title is None else self.own_title

    @property
    def shown_summary(self) -> str:
        """The summary in mails and on pages."""
        return self.summary if self.own_summary is None else self.own_summary

    @property
    def shown_image_url(self) -> str:
        """Where the picture is that mails and pages show; empty where there is none."""
        return self.image_url if self.own_image_url is None else self.own_image_url

    @property
    def shown_image_alt(self) -> str:
        """What that picture shows, in words; empty where it only decorates."""
        if self.own_image_alt is not None:
            return self.own_image_alt
        # The words of the site are about its own picture.
        return self.image_alt if self.own_image_url is None else ""


class ArticleAlias(Base):
    """A guid, link or title by which an article has been seen; kept for ever, so that it stays known."""

    __tablename__ = "article_aliases"
    __table_args__ = (UniqueConstraint("newsletter_id", "feed_id", "kind", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, index=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    # 0: what is known in all of a newsletter: links, and the guids of what was handed in.
    feed_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str]  # guid, link, or title where there is neither
    value: Mapped[str]


class ArticleTopic(Base):
    """An article's topic."""

    __tablename__ = "article_topics"

    article_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    topic_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class ArticleRevision(Base):
    """What an article said before an edit."""

    __tablename__ = "article_revisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, index=True)
    made_at: Mapped[datetime]
    editor_id: Mapped[int | None] = mapped_column(BigId)  # None: the site itself
    before: Mapped[dict[str, Any]] = mapped_column(JSON)  # of the fields that changed, by name


class CategoryRule(Base):
    """Which topic a category of feeds means."""

    __tablename__ = "category_rules"
    __table_args__ = (UniqueConstraint("newsletter_id", "category"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId)
    category: Mapped[str]  # casefolded
    topic_id: Mapped[int | None] = mapped_column(BigId)  # None: it says nothing about the topic


class FeedPush(Base):
    """A feed's hub, which tells us of news at once (WebSub)."""

    __tablename__ = "feed_pushes"

    feed_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    hub_url: Mapped[str]
    topic_url: Mapped[str]  # the feed's address as the hub knows it
    nonce: Mapped[str]  # of the address the hub calls, and of the secret it signs with
    renew_at: Mapped[datetime] = mapped_column(index=True)
    lease_until_at: Mapped[datetime | None]  # None: the hub has not agreed yet
    last_push_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
