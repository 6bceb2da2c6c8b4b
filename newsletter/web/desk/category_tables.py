"""Topics with their rules and figures, and the articles that follow a change of rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.shelf import topics_of
from newsletter.editions.whereabouts import already_out
from newsletter.feeds.articles import Article, ArticleTopic, Standing
from newsletter.feeds.placing import place_all

_MAILED_WITHIN: Final = timedelta(days=366)  # what has gone out since then is not placed anew
_SETTLED: Final = (Standing.OLD, Standing.NO_ARTICLE)


@dataclass(frozen=True, slots=True)
class RuledTopic:
    """A topic, what happens to its articles, and how many would follow another rule."""

    topic_id: int
    name: str
    rule: str
    not_out: int


def topics_with_rules(session: Session, newsletter_id: int, *, now: datetime) -> list[RuledTopic]:
    """The topics in their order."""
    out = already_mailed(session, newsletter_id, now=now)
    query = (
        select(ArticleTopic.topic_id, func.count())
        .join(Article, Article.id == ArticleTopic.article_id)
        .where(Article.newsletter_id == newsletter_id, Article.standing.not_in(_SETTLED), Article.id.not_in(out))
        .where(Article.decision == "")
        .group_by(ArticleTopic.topic_id)
    )
    counts = dict(session.execute(query).all())
    return [
        RuledTopic(each.id, each.name, each.rule, counts.get(each.id, 0)) for each in topics_of(session, newsletter_id)
    ]


def already_mailed(session: Session, newsletter_id: int, *, now: datetime) -> set[int]:
    """The articles that have gone out, which no later rule touches."""
    return already_out(session, newsletter_id, since=now - _MAILED_WITHIN)


def standings(session: Session, topic_id: int) -> set[tuple[int, str]]:
    """The articles of a topic with their standing."""
    query = select(Article.id, Article.standing).join(ArticleTopic, ArticleTopic.article_id == Article.id)
    return set(session.execute(query.where(ArticleTopic.topic_id == topic_id)))


def place_again(session: Session, newsletter_id: int, article_ids: Collection[int], *, now: datetime) -> None:
    """Let articles that changed topic follow the rules of their new one, unless they have gone out."""
    out = already_mailed(session, newsletter_id, now=now)
    articles = session.scalars(select(Article).where(Article.id.in_(set(article_ids) - out))).all()
    place_all(session, articles, now=now)
