"""What is known of the articles that a fetch brings: looked up in a few queries, however many they are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.feeds.articles import Article, ArticleAlias, ArticleTopic
from newsletter.feeds.identity import Alias, AliasKind

EVERYWHERE: Final = 0
"""The feed id of aliases that all feeds of a newsletter share."""
_MOST_GUIDS: Final = 20
_STEP: Final = 10_000  # of values in one query; SQLite takes some 32,000


@dataclass(slots=True)
class Known:
    """Articles by what they are known by. One that was removed here is known, and None."""

    by_alias: dict[Alias, Article | None]
    stored: frozenset[Alias]
    with_topics: set[int]
    guids: Counter[int] = field(default_factory=Counter)  # of articles that have many in this feed

    def article_of(self, names: Iterable[Alias]) -> tuple[bool, Article | None]:
        """Whether any of these names is known, and the article that the surest of them belongs to."""
        for name in names:
            if name in self.by_alias:
                return True, self.by_alias[name]
        return False, None

    @property
    def has_restless_guids(self) -> bool:
        """Whether articles have so many guids that no more are kept."""
        return any(count >= _MOST_GUIDS for count in self.guids.values())

    def learn(self, article: Article, names: Iterable[Alias]) -> list[Alias]:
        """Know an article by these names too; those that are new.

        A feed that gives a new guid at every fetch is known by its links; after twenty guids no more are kept.
        """
        new = [name for name in names if name not in self.by_alias]
        if self.guids[article.id] >= _MOST_GUIDS:
            new = [name for name in new if name.kind is not AliasKind.GUID]
        self.by_alias.update(dict.fromkeys(new, article))
        return new


def known_of(session: Session, newsletter_id: int, feed_id: int, names: Iterable[Sequence[Alias]]) -> Known:
    """Everything that is known of the articles with these names."""
    wanted = {alias for each in names for alias in each}
    ids = _article_ids(session, newsletter_id, feed_id, wanted)
    articles = _articles(session, set(ids.values()))
    by_alias = {alias: articles.get(article_id) for alias, article_id in ids.items()}
    renamed = {ids[a] for each in names for a in each if a in ids and any(b not in ids for b in each)}
    return Known(
        by_alias, frozenset(by_alias), _with_topics(session, articles), _guid_counts(session, feed_id, renamed)
    )


def _article_ids(session: Session, newsletter_id: int, feed_id: int, wanted: set[Alias]) -> dict[Alias, int]:
    values = sorted({alias.value for alias in wanted})
    found: dict[Alias, int] = {}
    for start in range(0, len(values), _STEP):
        query = select(ArticleAlias.kind, ArticleAlias.value, ArticleAlias.article_id).where(
            ArticleAlias.newsletter_id == newsletter_id,
            ArticleAlias.feed_id.in_({EVERYWHERE, feed_id}),
            ArticleAlias.value.in_(values[start : start + _STEP]),
        )
        for kind, value, article_id in session.execute(query):
            found[Alias(AliasKind(kind), value)] = article_id
    return {alias: article_id for alias, article_id in found.items() if alias in wanted}


def _articles(session: Session, ids: set[int]) -> Mapping[int, Article]:
    if not ids:
        return {}
    return {each.id: each for each in session.scalars(select(Article).where(Article.id.in_(ids)))}


def _with_topics(session: Session, articles: Mapping[int, Article]) -> set[int]:
    if not articles:
        return set()
    return set(session.scalars(select(ArticleTopic.article_id).where(ArticleTopic.article_id.in_(articles))))


def _guid_counts(session: Session, feed_id: int, article_ids: set[int]) -> Counter[int]:
    if not article_ids:
        return Counter()
    query = (
        select(ArticleAlias.article_id, func.count())
        .where(ArticleAlias.article_id.in_(article_ids), ArticleAlias.feed_id == feed_id)
        .where(ArticleAlias.kind == AliasKind.GUID)
        .group_by(ArticleAlias.article_id)
    )
    return Counter(dict(session.execute(query).all()))
