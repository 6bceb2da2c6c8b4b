"""An article written at the desk: what its form says, and how it is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import RefusedError
from newsletter.feeds import deciding, own_pages
from newsletter.feeds.articles import Article, ArticleRevision, ArticleTopic, Decision, Origin
from newsletter.feeds.handing_in import Given
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.sanitizing import absolute, line
from newsletter.feeds.writing import LONGEST_MARKDOWN, preview, written
from newsletter.links import Links
from newsletter.web.desk.article_forms import FormError, typed_moment
from newsletter.web.desk.article_view import state_of

WAYS: Final = ("now", "moment", "draft", "keep")
"""When an article goes out: now, at a moment, not before an editor releases it, or as it stands."""

_IMAGE: Final = re.compile(r'<img((?:\s[\w-]+="[^"]*")*)\s*/?>')  # as the cleaner writes it
_ALT: Final = re.compile(r'\salt="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of an article says."""

    title: str = ""
    summary: str = ""
    markdown: str = ""
    author: str = ""
    link: str = ""  # empty: it gets a page here; never changed later
    topic_ids: frozenset[int] = frozenset()
    way: str = "now"
    day: str = ""
    time: str = ""


def draft_of(form: Mapping[str, str], topic_ids: frozenset[int]) -> Draft:
    """What was typed. Pure."""
    way = form.get("way", "now")
    return Draft(
        title=line(form.get("title")),
        summary=line(form.get("summary")),
        markdown=form.get("markdown", "").replace("\0", "").replace("\r\n", "\n")[:LONGEST_MARKDOWN],
        author=line(form.get("author")),
        link=line(form.get("link")),
        topic_ids=topic_ids,
        way=way if way in WAYS else "now",
        day=form.get("day", ""),
        time=form.get("time", ""),
    )


def draft_from(session: Session, article: Article, zone: str) -> Draft:
    """The form of an article that was written here."""
    topics = session.scalars(select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article.id))
    embargo = article.embargo_at.astimezone(ZoneInfo(zone)) if article.embargo_at else None
    return Draft(
        title=article.title,
        summary=article.summary,
        markdown=article.markdown or "",
        author=article.author,
        link=article.url,
        topic_ids=frozenset(topics),
        way="keep",
        day=f"{embargo:%Y-%m-%d}" if embargo else "",
        time=f"{embargo:%H:%M}" if embargo else "",
    )


def previewed(markdown: str) -> str:
    """What the text will look like, as safe HTML; in place of each picture stands what it shows."""
    return _IMAGE.sub(_picture_in_words, preview(markdown))


def checked(draft: Draft, zone: str, *, stands_elsewhere: bool = False, now: datetime) -> datetime | None:
    """The moment until which a draft waits, if it waits for one. Raises FormError with what is to be mended.

    An article that stands elsewhere, or has a link, needs no text here.
    """
    if not draft.title:
        raise FormError("title", "Give it a title: mails lead with it.")
    if draft.link and not absolute(draft.link, ""):
        raise FormError("link", "This is no web address. It begins with https:// or http://.")
    if not draft.markdown.strip() and not draft.link and not stands_elsewhere:
        raise FormError("markdown", "Write the text, or give the link under which the article stands.")
    if draft.way != "moment":
        return None
    moment = typed_moment(draft.day, draft.time, zone)
    if moment <= now:
        raise FormError("day", "This moment has passed. Choose a later one, or let it go out now.")
    return moment


def save_new(session: Session, newsletter: Newsletter, draft: Draft, *, links: Links, now: datetime) -> Article:
    """Store a new article. Raises FormError when it cannot be."""
    moment = checked(draft, newsletter.zone, now=now)
    given = Given(
        _item(draft, draft.link or own_pages.HERE, newsletter.site_url),
        topic_ids=draft.topic_ids,
        embargo_at=moment,
        is_held=draft.way == "draft",
        markdown=draft.markdown,
    )
    try:
        done = own_pages.write(session, newsletter, given, links, origin=Origin.DESK, now=now)
    except RefusedError as error:
        raise FormError("link", str(error)) from None
    if not done.is_new:
        raise FormError("link", "An article with this link is here already. Change that one, or give another link.")
    article = session.get_one(Article, done.article_id)
    article.published_at = None if draft.way == "draft" else moment or now
    return article


def save_edit(
    session: Session,
    newsletter: Newsletter,
    article: Article,
    draft: Draft,
    *,
    editor_id: int,
    links: Links,
    now: datetime,
) -> None:
    """Store an edit of an article that was written here. Raises FormError when it cannot be."""
    stands_elsewhere = not own_pages.has_own_page(article, newsletter.slug, links)
    moment = checked(draft, newsletter.zone, stands_elsewhere=stands_elsewhere, now=now)
    given = Given(_item(draft, article.url, newsletter.site_url), markdown=draft.markdown)
    own_pages.rewrite(session, article, given, now=now)
    made_now = (ArticleRevision.article_id == article.id, ArticleRevision.made_at == now)
    session.execute(update(ArticleRevision).where(*made_now).values(editor_id=editor_id))
    deciding.set_topics(session, article, draft.topic_ids, now=now)
    if not state_of(session, article, newsletter.zone, now=now).is_out:
        _go(session, article, draft.way, moment, now=now)


def _go(session: Session, article: Article, way: str, moment: datetime | None, *, now: datetime) -> None:
    if way == "now":
        deciding.decide(session, article, Decision.RELEASE, now=now)
    elif way == "draft":
        deciding.decide(session, article, Decision.HOLD, now=now)
    elif way == "moment":
        article.decision = Decision.NONE
        deciding.set_embargo(session, article, moment, now=now)
    if way in {"now", "moment"}:
        article.published_at = moment or article.published_at or now


def _item(draft: Draft, url: str, site_url: str) -> ParsedItem:
    # Links within the text that name no site are those of the newsletter's own.
    return written(draft.title, draft.summary, draft.markdown, url=url, author=draft.author, base_url=site_url)


def _picture_in_words(found: re.Match[str]) -> str:
    alt = _ALT.search(found[1])
    return f'<span class="prose-picture">Picture: {alt[1] if alt and alt[1] else "it only decorates"}</span>'
