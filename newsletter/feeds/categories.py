"""From the categories of feeds to the topics of a newsletter, by rules that editors read and change.

A category means what its rule says; without a rule it means the topic of the same name; else nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Topic
from newsletter.catalogue.shelf import slug_of, topics_of
from newsletter.database import insert_if_new
from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article, ArticleTopic, CategoryRule

_LATELY: Final = timedelta(days=62)
_LONGEST_CATEGORY: Final = 100


@dataclass(frozen=True, slots=True)
class TopicMap:
    """What the categories of a newsletter's feeds mean."""

    by_rule: dict[str, int | None]
    by_name: dict[str, int]

    def meaning(self, category: str) -> int | None:
        """The topic that a category means, if any."""
        key = category_key(category)
        if key in self.by_rule:
            return self.by_rule[key]
        return self.by_name.get(key) or self.by_name.get(slug_of(category))

    def topics_for(self, categories: Iterable[str], default: int | None) -> set[int]:
        """The topics that categories mean; the feed's own topic where they mean none."""
        found = {topic for each in categories if (topic := self.meaning(each)) is not None}
        return found or ({default} if default is not None else set())


@dataclass(frozen=True, slots=True)
class SeenCategory:
    """A category that feeds used lately, and what it means."""

    category: str
    articles: int
    topic_id: int | None
    has_rule: bool


def category_key(category: str) -> str:
    """A category in the form in which rules know it."""
    return " ".join(category.split()).casefold()[:_LONGEST_CATEGORY]


def topic_map(session: Session, newsletter_id: int) -> TopicMap:
    """What categories mean to a newsletter now."""
    rules = session.scalars(select(CategoryRule).where(CategoryRule.newsletter_id == newsletter_id))
    return TopicMap({rule.category: rule.topic_id for rule in rules}, topics_by_name(topics_of(session, newsletter_id)))


def topics_by_name(topics: Sequence[Topic]) -> dict[str, int]:
    """The ids of topics by every name that a feed may use for them. Pure."""
    names: dict[str, int] = {}
    for topic in topics:
        for name in (topic.slug, slug_of(topic.name), category_key(topic.name)):
            if name:
                names.setdefault(name, topic.id)
    return names


def seen_categories(session: Session, newsletter_id: int, *, now: datetime) -> list[SeenCategory]:
    """The categories of the last two months and those with a rule, the most used first."""
    query = select(Article.categories).where(
        Article.newsletter_id == newsletter_id, Article.first_seen_at > now - _LATELY
    )
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for categories in session.scalars(query):
        for category in {category_key(each): each for each in categories}.values():
            key = category_key(category)
            counts[key] += 1
            spelled.setdefault(key, category)
    known = topic_map(session, newsletter_id)
    for key in known.by_rule:
        counts.setdefault(key, 0)
    return [
        SeenCategory(spelled.get(key, key), count, known.meaning(key), key in known.by_rule)
        for key, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def set_rule(session: Session, newsletter_id: int, category: str, topic_id: int | None, *, now: datetime) -> list[int]:
    """Say what a category means from now on (None: nothing); the ids of the articles that changed topic.

    Articles of the last two months follow; topics that none of their categories means are left alone, since an
    editor may have given them. Raises RefusedError when the topic is none of this newsletter.
    """
    key = category_key(category)
    if not key:
        raise RefusedError("Name the category, as the feed writes it.")
    if topic_id is not None and topic_id not in {topic.id for topic in topics_of(session, newsletter_id)}:
        raise RefusedError("This topic is not one of this newsletter. Choose one of its topics.")
    before = topic_map(session, newsletter_id)
    _drop_rule(session, newsletter_id, key)
    session.add(CategoryRule(newsletter_id=newsletter_id, category=key, topic_id=topic_id))
    session.flush()
    return _follow(session, newsletter_id, key, before, now=now)


def end_rule(session: Session, newsletter_id: int, category: str, *, now: datetime) -> list[int]:
    """A category means its namesake again, or nothing; the ids of the articles that changed topic."""
    before = topic_map(session, newsletter_id)
    _drop_rule(session, newsletter_id, category_key(category))
    session.flush()
    return _follow(session, newsletter_id, category_key(category), before, now=now)


def _drop_rule(session: Session, newsletter_id: int, key: str) -> None:
    session.execute(
        delete(CategoryRule).where(CategoryRule.newsletter_id == newsletter_id, CategoryRule.category == key)
    )


def _follow(session: Session, newsletter_id: int, key: str, before: TopicMap, *, now: datetime) -> list[int]:
    after = topic_map(session, newsletter_id)
    old, new = before.meaning(key), after.meaning(key)
    if old == new:
        return []
    query = select(Article.id, Article.categories).where(
        Article.newsletter_id == newsletter_id, Article.first_seen_at > now - _LATELY
    )
    touched = {
        article_id: categories
        for article_id, categories in session.execute(query)
        if key in {category_key(each) for each in categories}
    }
    if new is not None:
        insert_if_new(session, ArticleTopic, [{"article_id": each, "topic_id": new} for each in touched])
    leaving = [each for each, categories in touched.items() if old not in after.topics_for(categories, None)]
    if old is not None and leaving:
        session.execute(delete(ArticleTopic).where(ArticleTopic.topic_id == old, ArticleTopic.article_id.in_(leaving)))
    return sorted(touched)
