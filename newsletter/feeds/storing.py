"""Storing articles, wherever they come from: known ones are edited, new ones get standing, topics and pictures."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import MailRule
from newsletter.database import ask_for, insert_if_new
from newsletter.feeds import revisions
from newsletter.feeds.articles import Article, ArticleAlias, ArticleTopic, Origin, Standing
from newsletter.feeds.categories import topic_map
from newsletter.feeds.identity import Alias, AliasKind, without_tracking
from newsletter.feeds.known import EVERYWHERE, known_of
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.pictures.wanting import want
from newsletter.feeds.placing import mark_same_stories, place_all
from newsletter.feeds.standing import first_release
from newsletter.jobs import Job, JobKind

# Later instants cannot be told in every zone.
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """Where articles come from, as far as storing them needs it."""

    newsletter_id: int
    feed_id: int | None  # None: handed in here
    origin: Origin
    rule: MailRule = MailRule.MAIL
    default_topic_id: int | None = None
    wants_full_text: bool = False
    is_bare: bool = False  # it names addresses; the articles are on their pages

    @property
    def alias_feed_id(self) -> int:
        """Where its guids are known."""
        return EVERYWHERE if self.feed_id is None else self.feed_id


class Store:
    """Takes the items of one fetch, then writes them all at once."""

    def __init__(
        self, session: Session, source: Source, names: Sequence[Sequence[Alias]], *, now: datetime, is_old: bool
    ) -> None:
        self._session = session
        self._source = source
        self._now = now
        self._is_old = is_old
        self._known = known_of(session, source.newsletter_id, source.alias_feed_id, names)
        self._topics = topic_map(session, source.newsletter_id)
        self._seen: set[int] = set()  # by identity: new articles have no number yet
        self._aliases: list[tuple[Article, Alias]] = []
        self._sorted: list[tuple[Article, Collection[int]]] = []
        self._pictures: list[str] = []
        self.new: list[Article] = []
        self.changed: list[Article] = []

    def take(
        self, item: ParsedItem, names: Sequence[Alias], *, topic_ids: Collection[int] | None = None
    ) -> Article | None:
        """Store an item, or its edits; the article, or None where it was removed here, and stays so.

        Its topics follow from its categories, unless they are given.
        """
        is_known, article = self._known.article_of(names)
        if is_known and article is None:
            return None
        if article is None:
            article = self._new(item)
        elif id(article) in self._seen:
            return article  # the source has it twice, and the first is as good
        else:
            self._edit(article, item)
        self._seen.add(id(article))
        if topic_ids is not None:
            self._sorted.append((article, topic_ids))
        elif self._wants_topics(article, names):
            self._sorted.append((article, self._topics.topics_for(item.categories, self._source.default_topic_id)))
        self._aliases += [(article, name) for name in self._known.learn(article, names)]
        return article

    def finish(self) -> None:
        """Write everything down, and decide what may be mailed."""
        self._session.add_all(self.new)
        self._session.flush()
        insert_if_new(self._session, ArticleAlias, [self._alias_row(*each) for each in self._aliases])
        topics = [
            {"article_id": article.id, "topic_id": each} for article, found in self._sorted for each in sorted(found)
        ]
        insert_if_new(self._session, ArticleTopic, topics)
        if not self._is_old:
            mark_same_stories(self._session, self._source.newsletter_id, self.new, now=self._now)
            place_all(self._session, [*self.new, *self.changed], now=self._now)
        want(self._session, self._source.newsletter_id, self._pictures, now=self._now)
        if any(each.page_due_at is not None for each in (*self.new, *self.changed)):
            ask_for(self._session, Job(JobKind.READ_PAGES))

    @property
    def has_restless_guids(self) -> bool:
        """Whether the source gives its articles new guids again and again."""
        return self._known.has_restless_guids

    def _new(self, item: ParsedItem) -> Article:
        article = Article(
            newsletter_id=self._source.newsletter_id,
            feed_id=self._source.feed_id,
            origin=self._source.origin,
            published_at=_published(item),
            first_seen_at=self._now,
            updated_at=self._now,
            standing=Standing.OLD if self._is_old else Standing.FREE,
            page_tries=0,
            has_page_text=False,
            decision="",
            **texts_of(item),
        )
        if not self._is_old:
            article.released_at = first_release(article, has_grace=self._source.origin is not Origin.DESK)
            article.page_due_at = self._now if self._wants_page(article) else None
            self._pictures += filter(None, [article.image_url])
        self.new.append(article)
        return article

    def _wants_page(self, article: Article) -> bool:
        """Whether the page is to be read: for the text that the source leaves out, or for the picture."""
        return self._source.wants_full_text or self._source.is_bare or not article.html or not article.image_url

    def _edit(self, article: Article, item: ParsedItem) -> None:
        """Take over an edit.

        Only an article's own source edits it: another may hold a shorter form of it, and the two would take
        turns. The publication date stays as first read, since some sites write the time of asking there; it
        moves only while the article waits for it.
        """
        if article.feed_id != self._source.feed_id:
            return
        edits = revisions.edits_of(article, {} if self._source.is_bare else _news_of(article, item))
        is_visible = revisions.is_visible(article, edits)
        if is_visible:
            shown = {name: value for name, value in edits.items() if name != "minutes"}
            revisions.keep(self._session, article, shown, editor_id=None, at=self._now)
        has_moved = self._move_date(article, item)
        for name, value in edits.items():
            setattr(article, name, value)
        if is_visible:
            article.updated_at = self._now
            self._look_again(article, edits)
        if is_visible or has_moved:
            self.changed.append(article)

    def _look_again(self, article: Article, edits: dict[str, Any]) -> None:
        """After an edit: its picture, and its page where the text came from there."""
        if article.standing == Standing.OLD:
            return
        if edits.get("image_url"):
            self._pictures.append(article.image_url)
        if article.has_page_text:
            article.page_due_at, article.page_tries = self._now, 0

    def _move_date(self, article: Article, item: ParsedItem) -> bool:
        waits = article.published_at is not None and article.published_at > self._now
        published_at = _published(item)
        if not waits or published_at in {None, article.published_at}:
            return False
        article.published_at = published_at
        return True

    def _wants_topics(self, article: Article, names: Iterable[Alias]) -> bool:
        """Whether an article gets the topics of this source: while it has none, and when another has it too.

        Topics that it has are left alone otherwise: an editor may have taken one away.
        """
        if article.id not in self._known.with_topics:
            return True
        is_new_here = any(name.kind is not AliasKind.LINK and name not in self._known.stored for name in names)
        return is_new_here and article.feed_id != self._source.feed_id

    def _alias_row(self, article: Article, alias: Alias) -> dict[str, Any]:
        return {
            "article_id": article.id,
            "newsletter_id": self._source.newsletter_id,
            "feed_id": EVERYWHERE if alias.kind is AliasKind.LINK else self._source.alias_feed_id,
            "kind": alias.kind,
            "value": alias.value,
        }


def _published(item: ParsedItem) -> datetime | None:
    return None if item.published_at is None else min(item.published_at, _LATEST)


def _news_of(article: Article, item: ParsedItem) -> dict[str, Any]:
    """What a source may say anew of an article: what only its page had to say is not unsaid by the source's silence."""
    texts = texts_of(item)
    if article.has_page_text:
        del texts["html"], texts["minutes"]
    return {name: value for name, value in texts.items() if value} if article.page_tries else texts


def texts_of(item: ParsedItem) -> dict[str, Any]:
    """What an article takes over from an item, by field. Pure."""
    return {
        "url": without_tracking(item.url),
        "title": item.title,
        "summary": item.summary,
        "html": item.html,
        "author": item.author,
        "language": item.language,
        "categories": list(item.categories),
        "image_url": item.image_url,
        "image_alt": item.image_alt,
        "minutes": item.minutes,
    }
