"""What an article said before, as the desk shows it: who changed what, word by word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor
from newsletter.feeds.articles import Article, ArticleRevision, Origin
from newsletter.feeds.revisions import Change, changes_between, revisions_of
from newsletter.feeds.sanitizing import plain_text
from newsletter.web.desk.wording import day_and_time

_NAMES: Final[Mapping[str, str]] = {
    "title": "Title",
    "summary": "Summary",
    "html": "Text",
    "author": "Author",
    "url": "Address",
    "language": "Language",
    "categories": "Categories",
    "image_url": "Picture",
    "image_alt": "What the picture shows",
    "shown_title": "Title in mails",
    "shown_summary": "Summary in mails",
    "shown_image_url": "Picture in mails",
    "shown_image_alt": "What the picture in mails shows",
}
_AROUND: Final = 8  # words of what stayed, on each side of what changed


@dataclass(frozen=True, slots=True)
class Edit:
    """A field, and how it changed."""

    name: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Revision:
    """One edit of an article: when, by whom, and what changed."""

    when: str
    by: str
    edits: Sequence[Edit]


def history_of(session: Session, article: Article, zone: str, *, now: datetime) -> list[Revision]:
    """The edits of an article, the newest first."""
    kept = revisions_of(session, article.id)
    editors = _editor_names(session, kept)
    unnamed = "here" if article.origin == Origin.DESK else "by the site"
    after: dict[str, Any] = {}
    found = []
    for each in kept:
        edits = edits_of(each.before, {name: after.get(name, getattr(article, name, "")) for name in each.before})
        after |= each.before
        by = unnamed if each.editor_id is None else f"by {editors.get(each.editor_id, 'an editor who has left')}"
        found.append(Revision(day_and_time(each.made_at, zone, now=now), by, edits))
    return found


def edits_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Edit]:
    """What changed in each field that an editor can read. Pure."""
    return [
        Edit(name, shortened(changes_between(_text(field, before[field]), _text(field, after[field]))))
        for field, name in _NAMES.items()
        if field in before and before[field] != after[field]
    ]


def shortened(changes: Sequence[Change]) -> list[Change]:
    """The changes, with only a few words of what stayed as it was around each. Pure."""
    last = len(changes) - 1
    return [
        Change(text := _around(each.before, begins=place == 0, ends=place == last), text, is_same=True)
        if each.is_same
        else each
        for place, each in enumerate(changes)
    ]


def _around(text: str, *, begins: bool, ends: bool) -> str:
    words = text.split()
    if len(words) <= 2 * _AROUND + 1:
        return text
    head = [] if begins else words[:_AROUND]
    tail = [] if ends else words[-_AROUND:]
    return " ".join([*head, "…", *tail])


def _text(field: str, value: Any) -> str:
    if field == "html":
        return plain_text(value)
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _editor_names(session: Session, kept: Sequence[ArticleRevision]) -> dict[int, str]:
    ids = {each.editor_id for each in kept if each.editor_id is not None}
    return dict(session.execute(select(Editor.id, Editor.name).where(Editor.id.in_(ids))).all())
