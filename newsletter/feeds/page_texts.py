"""What an article takes over from its page: the text where its feed has none, and whatever is missing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.feeds import revisions
from newsletter.feeds.articles import Article, Feed, FeedKind, Standing
from newsletter.feeds.deciding import settle
from newsletter.feeds.extracting.found import ExtractedPage
from newsletter.feeds.pictures.wanting import want
from newsletter.feeds.placing import is_bare, mark_same_stories
from newsletter.feeds.sanitizing import plain_text, reading_minutes, summary_of


def take_page(session: Session, article: Article, page: ExtractedPage, *, now: datetime) -> None:
    """Complete an article by what has been read on its page, and settle what may be mailed.

    The address stays the one that the feed gave, whatever the page calls itself.
    """
    feed = None if article.feed_id is None else session.get(Feed, article.feed_id)
    texts = picture_from(article, page)
    if _lacks_text(article, feed):
        texts |= texts_from(article, page, is_bare=feed is not None and is_bare(article, feed))
    if article.has_page_text and revisions.is_visible(article, revisions.edits_of(article, texts)):
        revisions.keep(session, article, texts, editor_id=None, at=now)
    _write(article, texts, now=now)
    article.page_due_at = None
    if article.standing == Standing.UNREAD:
        session.flush()
        mark_same_stories(session, article.newsletter_id, [article], now=now)
    settle(session, article, now=now)
    want(session, article.newsletter_id, filter(None, [texts.get("image_url")]), now=now)


def picture_from(article: Article, page: ExtractedPage) -> dict[str, Any]:
    """The picture of the page, for an article that has none. Pure."""
    if article.image_url or not page.image_url:
        return {}
    return {"image_url": page.image_url, "image_alt": page.image_alt}


def texts_from(article: Article, page: ExtractedPage, *, is_bare: bool) -> dict[str, Any]:
    """What the page says better than the source of the article, by field. Pure.

    Of a bare source, a list of links, the title too may be short for what it leads to.
    """
    texts: dict[str, Any] = {}
    if page.html and (article.has_page_text or len(page.text) > len(plain_text(article.html))):
        texts |= {"html": page.html, "minutes": reading_minutes(page.text)}
    missing = {
        "summary": summary_of(" ".join(page.text.split())),
        "author": page.author,
        "language": page.language,
        "published_at": page.published_at,
    }
    texts |= {name: value for name, value in missing.items() if value and not getattr(article, name)}
    if is_bare and len(page.title) > len(article.title):
        texts["title"] = page.title
    return texts


def _lacks_text(article: Article, feed: Feed | None) -> bool:
    """Whether the page is where the text is; of one that was handed in without a text, it is."""
    if feed is None:
        return article.has_page_text or not article.html
    return feed.wants_full_text or feed.kind != FeedKind.FEED


def _write(article: Article, texts: Mapping[str, Any], *, now: datetime) -> None:
    changed = {name: value for name, value in texts.items() if getattr(article, name) != value}
    for name, value in changed.items():
        setattr(article, name, value)
    if "html" in texts:
        article.has_page_text = True
    if changed:
        article.updated_at = now
