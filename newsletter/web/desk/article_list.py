"""The list of a newsletter's articles: filtered, searched, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.feeds.articles import Article
from newsletter.web.desk.article_states import FILTER_NAMES, Filter, having
from newsletter.web.desk.listing import ListedArticle, listed

PAGE: Final = 50
_MOST_WORDS: Final = 10
_LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter as the list offers it."""

    value: str
    name: str
    count: int  # of what waits for an editor; 0 elsewhere


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for; `before` names the article after which the page begins."""

    state: Filter = Filter.ALL
    words: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ArticleList:
    """A page of articles, the newest first, and where older ones begin."""

    articles: Sequence[ListedArticle]
    older: int | None
    choices: Sequence[Choice]
    held: int
    is_empty: bool  # there is no article at all, whatever is asked for


def wanted_of(state: str, words: str, before: int | None) -> Wanted:
    """What a request asks for; an unknown filter shows all. Pure."""
    known = Filter(state) if state in set(Filter) else Filter.ALL
    return Wanted(known, " ".join(words.replace("\0", "").split())[:200], before)


def articles_of(session: Session, newsletter: Newsletter, wanted: Wanted, *, now: datetime) -> ArticleList:
    """The articles that are asked for."""
    query = _filtered(newsletter.id, wanted, now=now).limit(PAGE + 1)
    ids = session.scalars(_beyond(session, query, wanted)).all()
    held = count_held(session, newsletter.id, now=now)
    return ArticleList(
        articles=listed(session, newsletter, ids[:PAGE], now=now),
        older=ids[PAGE - 1] if len(ids) > PAGE else None,
        choices=[Choice(each, name, held if each is Filter.HELD else 0) for each, name in FILTER_NAMES.items()],
        held=held,
        is_empty=not ids and session.scalar(select(Article.id).where(_of(newsletter.id)).limit(1)) is None,
    )


def count_held(session: Session, newsletter_id: int, *, now: datetime) -> int:
    """How many articles wait for an editor's decision."""
    query = select(func.count()).select_from(Article).where(_of(newsletter_id), having(Filter.HELD, now=now))
    return session.scalar(query) or 0


def _filtered(newsletter_id: int, wanted: Wanted, *, now: datetime) -> Select[int]:
    title = func.coalesce(Article.own_title, Article.title)
    query = select(Article.id).where(_of(newsletter_id), having(wanted.state, now=now))
    for word in wanted.words.split()[:_MOST_WORDS]:
        query = query.where(or_(title.icontains(word, autoescape=True), Article.title.icontains(word, autoescape=True)))
    return query.order_by(Article.first_seen_at.desc(), Article.id.desc())


def _beyond(session: Session, query: Select[int], wanted: Wanted) -> Select[int]:
    last = session.get(Article, wanted.before) if wanted.before and 0 < wanted.before <= _LARGEST_ID else None
    if last is None:
        return query
    seen = Article.first_seen_at
    return query.where(or_(seen < last.first_seen_at, and_(seen == last.first_seen_at, Article.id < last.id)))


def _of(newsletter_id: int) -> ColumnElement[bool]:
    return Article.newsletter_id == newsletter_id
