"""What an article said before: every edit that readers could see is kept, the newest twenty of each article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.feeds.articles import Article, ArticleRevision
from newsletter.feeds.sanitizing import plain_text

_MOST_REVISIONS: Final = 20
_MOST_WORDS: Final = 4_000  # comparing takes quadratic time at worst
_PICTURE_NAMES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of a text before and after; either may be empty."""

    before: str
    after: str
    is_same: bool


def edits_of(article: Article, texts: Mapping[str, Any]) -> dict[str, Any]:
    """What of these texts differs from what the article has, by field. Pure.

    A picture's address that differs in nothing but its query is the same picture: some sites sign
    their pictures anew at every fetch.
    """
    edits = {name: value for name, value in texts.items() if getattr(article, name) != value}
    if "image_url" in edits and _is_same_picture(article.image_url, edits["image_url"]):
        del edits["image_url"]
    return edits


def is_visible(article: Article, edits: Mapping[str, Any]) -> bool:
    """Whether a reader could see these edits: not when only the markup of the text has changed. Pure."""
    shown = {name for name in edits if name not in {"minutes", "categories", "language"}}
    if shown != {"html"}:
        return bool(shown)
    return plain_text(article.html) != plain_text(edits["html"])


def keep(session: Session, article: Article, fields: Mapping[str, Any], *, editor_id: int | None, at: datetime) -> None:
    """Keep what these fields say now, before they are changed by the site (no editor) or by an editor."""
    before = {name: getattr(article, name) for name in fields}
    session.add(ArticleRevision(article_id=article.id, made_at=at, editor_id=editor_id, before=before))
    session.flush()
    count = select(func.count()).where(ArticleRevision.article_id == article.id)
    if (session.scalar(count) or 0) > _MOST_REVISIONS:
        newest = (
            select(ArticleRevision.id)
            .where(ArticleRevision.article_id == article.id)
            .order_by(ArticleRevision.id.desc())
            .limit(_MOST_REVISIONS)
        )
        session.execute(
            delete(ArticleRevision).where(ArticleRevision.article_id == article.id, ArticleRevision.id.not_in(newest))
        )


def revisions_of(session: Session, article_id: int) -> list[ArticleRevision]:
    """The kept revisions of an article, newest first."""
    query = select(ArticleRevision).where(ArticleRevision.article_id == article_id)
    return list(session.scalars(query.order_by(ArticleRevision.id.desc())))


def changes_between(before: str, after: str) -> list[Change]:
    """The difference of two texts, word by word, of their first 4,000 words. Pure."""
    old, new = before.split()[:_MOST_WORDS], after.split()[:_MOST_WORDS]
    steps = SequenceMatcher(None, old, new).get_opcodes()
    return [
        Change(" ".join(old[start:end]), " ".join(new[from_:to]), is_same=tag == "equal")
        for tag, start, end, from_, to in steps
    ]


def _is_same_picture(one: str, other: str) -> bool:
    try:
        parts, others = urlsplit(one), urlsplit(other)
    except ValueError:
        return False
    is_file = parts.path.lower().endswith(_PICTURE_NAMES)
    return is_file and (parts.netloc, parts.path) == (others.netloc, others.path)
