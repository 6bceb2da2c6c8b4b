"""Articles that are written here and have no address elsewhere: each gets a page of its own."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import insert_if_new
from newsletter.feeds.articles import Article, ArticleAlias, Origin, Standing
from newsletter.feeds.handing_in import Given, HandedIn, hand_in
from newsletter.feeds.identity import AliasKind, canonical_link
from newsletter.feeds.known import EVERYWHERE
from newsletter.links import Links
from newsletter.signing import new_nonce

HERE: Final = "https://here.invalid/"
"""The address to write with where an article has none: it stands for the page that the article gets here."""

_WRITTEN_HERE: Final = frozenset({Origin.DESK, Origin.COMMAND, Origin.API})


def write(
    session: Session, newsletter: Newsletter, given: Given, links: Links, *, origin: Origin, now: datetime
) -> HandedIn:
    """Hand in an article; where its address is `HERE`, it gets a page of ours.

    Such an article is known again by its guid alone; without one, each is a new article.
    """
    if given.item.url != HERE:
        return hand_in(session, newsletter.id, given, origin=origin, now=now)
    guid = given.item.guid or f"written:{new_nonce()}"
    address = _address_of(session, newsletter.id, guid)
    # The page is named for the article's number, and that is not known before it is stored.
    item = replace(given.item, guid=guid, url=address or f"{HERE}{new_nonce()}")
    done = hand_in(session, newsletter.id, replace(given, item=item), origin=origin, now=now)
    if address is None:
        session.flush()
        _settle(session, session.get_one(Article, done.article_id), newsletter.slug, links)
    return done


def rewrite(session: Session, article: Article, given: Given, *, now: datetime) -> HandedIn:
    """Put a new text in the place of one that was written here. It stays the same article at the same address."""
    item = replace(given.item, guid="", url=article.url)
    done = hand_in(session, article.newsletter_id, replace(given, item=item), origin=Origin(article.origin), now=now)
    _leave_page_unread(article)
    return done


def has_own_page(article: Article, slug: str, links: Links) -> bool:
    """Whether the page of this article is ours."""
    return article.origin in _WRITTEN_HERE and article.url == links.article(slug, article.id)


def is_public(article: Article, *, now: datetime) -> bool:
    """Whether anybody may read it here: once it is released, and while nobody has said otherwise."""
    return article.standing == Standing.FREE and article.released_at is not None and article.released_at <= now


def _settle(session: Session, article: Article, slug: str, links: Links) -> None:
    article.url = links.article(slug, article.id)
    _leave_page_unread(article)
    by_link = {"article_id": article.id, "newsletter_id": article.newsletter_id, "feed_id": EVERYWHERE}
    of_link = (ArticleAlias.article_id == article.id, ArticleAlias.kind == AliasKind.LINK)
    session.execute(delete(ArticleAlias).where(*of_link))
    row = by_link | {"kind": AliasKind.LINK, "value": canonical_link(article.url)}
    insert_if_new(session, ArticleAlias, [row])
    session.flush()


def _leave_page_unread(article: Article) -> None:
    """Our own page says nothing that we do not know."""
    article.page_due_at = None


def _address_of(session: Session, newsletter_id: int, guid: str) -> str | None:
    query = (
        select(Article.url)
        .join(ArticleAlias, ArticleAlias.article_id == Article.id)
        .where(ArticleAlias.newsletter_id == newsletter_id, ArticleAlias.feed_id == EVERYWHERE)
        .where(ArticleAlias.kind == AliasKind.GUID, ArticleAlias.value == guid)
    )
    return session.scalar(query)
