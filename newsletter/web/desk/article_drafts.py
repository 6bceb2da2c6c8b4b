"""An article written at the desk: what its form says, and how it is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import RefusedError
from newsletter.feeds import deciding
from newsletter.feeds.articles import Article, ArticleAlias, ArticleRevision, ArticleTopic, Decision, Origin
from newsletter.feeds.handing_in import Given, hand_in
from newsletter.feeds.identity import AliasKind
from newsletter.feeds.parsing.items import ParsedItem
from newsletter.feeds.sanitizing import absolute, line
from newsletter.feeds.writing import LONGEST_MARKDOWN, preview, written
from newsletter.links import Links
from newsletter.signing import new_nonce
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
    link: str = ""  # empty: it gets a page here
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


def draft_from(session: Session, article: Article, zone: str, links: Links, slug: str) -> Draft:
    """The form of an article that was written here."""
    topics = session.scalars(select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article.id))
    embargo = article.embargo_at.astimezone(ZoneInfo(zone)) if article.embargo_at else None
    return Draft(
        title=article.title,
        summary=article.summary,
        markdown=article.markdown or "",
        author=article.author,
        link="" if article.url == links.article(slug, article.id) else article.url,
        topic_ids=frozenset(topics),
        way="keep",
        day=f"{embargo:%Y-%m-%d}" if embargo else "",
        time=f"{embargo:%H:%M}" if embargo else "",
    )


def previewed(markdown: str) -> str:
    """What the text will look like, as safe HTML; in place of each picture stands what it shows."""
    return _IMAGE.sub(_picture_in_words, preview(markdown))


def checked(draft: Draft, zone: str, *, now: datetime) -> datetime | None:
    """The moment until which a draft waits, if it waits for one. Raises FormError with what is to be mended."""
    if not draft.title:
        raise FormError("title", "Give it a title: mails lead with it.")
    if draft.link and not absolute(draft.link, ""):
        raise FormError("link", "This is no web address. It begins with https:// or http://.")
    if not draft.markdown.strip() and not draft.link:
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
    nonce = new_nonce()
    # Its own page is named after its number, which it has not yet.
    item = _item(draft, links.subscribe(newsletter.slug), guid=f"desk:{nonce}", url=draft.link or f"urn-{nonce}")
    given = Given(item, draft.topic_ids, moment, is_held=draft.way == "draft", markdown=draft.markdown)
    try:
        handed = hand_in(session, newsletter.id, given, origin=Origin.DESK, now=now)
    except RefusedError as error:
        raise FormError("link", str(error)) from None
    if not handed.is_new:
        raise FormError("link", "An article with this link is here already. Edit that one, or give another link.")
    article = session.get_one(Article, handed.article_id)
    if not draft.link:
        _give_page(session, article, links.article(newsletter.slug, article.id))
    article.published_at = None if draft.way == "draft" else moment or now
    return article


def save_edit(
    session: Session,
    newsletter: Newsletter,
    article: Article,
    draft: Draft,
    *,
    links: Links,
    editor_id: int,
    now: datetime,
) -> None:
    """Store an edit of an article that was written here. Raises FormError when it cannot be."""
    moment = checked(draft, newsletter.zone, now=now)
    query = select(ArticleAlias.value).where(ArticleAlias.article_id == article.id, ArticleAlias.kind == AliasKind.GUID)
    guid = session.scalar(query.limit(1)) or ""
    url = draft.link or links.article(newsletter.slug, article.id)
    item = _item(draft, links.subscribe(newsletter.slug), guid=guid, url=url)
    hand_in(session, newsletter.id, Given(item, markdown=draft.markdown), origin=Origin.DESK, now=now)
    session.execute(
        update(ArticleRevision)
        .where(ArticleRevision.article_id == article.id, ArticleRevision.made_at == now)
        .values(editor_id=editor_id)
    )
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


def _item(draft: Draft, base_url: str, *, guid: str, url: str) -> ParsedItem:
    return written(
        draft.title,
        draft.summary,
        draft.markdown,
        url=absolute(url, f"{base_url}/"),
        author=draft.author,
        base_url=base_url,
        guid=guid,
    )


def _give_page(session: Session, article: Article, url: str) -> None:
    """Let an article stand on a page of its own here, which nobody need fetch."""
    session.execute(
        delete(ArticleAlias).where(ArticleAlias.article_id == article.id, ArticleAlias.kind == AliasKind.LINK)
    )
    article.url = url
    article.page_due_at = None


def _picture_in_words(found: re.Match[str]) -> str:
    alt = _ALT.search(found[1])
    return f'<span class="prose-picture">Picture: {alt[1] if alt and alt[1] else "it only decorates"}</span>'
