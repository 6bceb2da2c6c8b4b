"""What each reader is due, told the naive way: sets of articles per reader, asked anew each time, whatever it costs.

Where an edition stands, who shares its hour and what became of a delivery are looked up. What is due, given and
lapsed is worked out here, from design section 4 and by no code of the product but the calendar's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.editions.editions import Edition, EditionArticle
from newsletter.feeds.articles import Article, ArticleTopic

REACH = {"daily": timedelta(days=3), "weekly": timedelta(days=21)}
LATEST = {"daily": timedelta(hours=12), "weekly": timedelta(hours=24)}


@dataclass
class NaiveArticle:
    article_id: int
    released_at: datetime | None
    topic_ids: set[int]


@dataclass
class NaiveEdition:
    edition_id: int
    cadence: str
    local_date: date | None
    state: str
    cutoff_at: datetime
    send_at: datetime
    order: list[int]  # its list
    pinned: set[int]


@dataclass
class NaiveDelivery:
    edition: NaiveEdition
    article_ids: list[int]
    left: list[int]
    is_given_back: bool = False


@dataclass
class NaiveReader:
    subscription_id: int
    cadence: str
    hour: int
    zone: str
    topics: dict[int, datetime]
    joined_at: datetime
    rhythm_at: datetime
    is_active: bool = True
    deliveries: list[NaiveDelivery] = field(default_factory=list)

    def had(self) -> tuple[set[int], set[int]]:
        """The articles given, reserved or lapsed, and those that one digest had no room for."""
        had: set[int] = set()
        missed: set[int] = set()
        for each in self.deliveries:
            if each.is_given_back:
                continue
            had |= set(each.article_ids)
            if each.edition.cadence != "special":
                had |= missed & set(each.left)
                missed |= set(each.left)
        return had, missed - had

    def came_at(self, edition: NaiveEdition) -> datetime | None:
        """When an edition of a date comes at this reader's hour."""
        if edition.cadence != self.cadence or edition.local_date is None:
            return None
        local = datetime.combine(edition.local_date, datetime.min.time()).replace(hour=self.hour)
        zone = ZoneInfo(self.zone)
        while local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) != local:
            local += timedelta(minutes=1)
        return local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))

    def window(self, editions: Iterable[NaiveEdition], since: datetime) -> datetime | None:
        """Where the window opens of what was chosen at an instant."""
        came = [(self.came_at(each), each.cutoff_at) for each in editions if each.state != "skipped"]
        return max((cutoff for at, cutoff in came if at is not None and max(at, cutoff) <= since), default=None)

    def due(
        self, edition: NaiveEdition, editions: Iterable[NaiveEdition], articles: dict[int, NaiveArticle]
    ) -> list[int]:
        """What is due to this reader of an edition, in order: what was missed before comes last."""
        had, missed = self.had()
        editions = list(editions)
        found = [
            each
            for each in edition.order
            if each not in had and self._is_open(articles[each], edition.cutoff_at, editions)
        ]
        return sorted(found, key=lambda each: each in missed and each not in edition.pinned)

    def _is_open(self, article: NaiveArticle, cutoff: datetime, editions: list[NaiveEdition]) -> bool:
        at = article.released_at
        if at is None or not cutoff - REACH[self.cadence] < at <= cutoff:
            return False
        if self.topics and article.topic_ids:
            since = [max(self.joined_at, self.topics[each]) for each in article.topic_ids & self.topics.keys()]
        else:
            since = [self.joined_at]
        opens = [self.window(editions, each) for each in since]
        return any(each is None or at > each for each in opens)


def articles_of(session: Session) -> dict[int, NaiveArticle]:
    """The articles as they stand."""
    topics: dict[int, set[int]] = {}
    for article_id, topic_id in session.execute(select(ArticleTopic.article_id, ArticleTopic.topic_id)):
        topics.setdefault(article_id, set()).add(topic_id)
    return {
        each.id: NaiveArticle(each.id, each.released_at, topics.get(each.id, set()))
        for each in session.scalars(select(Article))
    }


def editions_of(session: Session) -> dict[int, NaiveEdition]:
    """The editions as they stand, with their lists."""
    lists: dict[int, list[int]] = {}
    pinned: dict[int, set[int]] = {}
    for row in session.scalars(select(EditionArticle).order_by(EditionArticle.position)):
        lists.setdefault(row.edition_id, []).append(row.article_id)
        if row.pinned_at is not None:
            pinned.setdefault(row.edition_id, set()).add(row.article_id)
    return {
        e.id: NaiveEdition(
            *(e.id, e.cadence, e.local_date, e.state, e.cutoff_at, e.send_at),
            lists.get(e.id, []),
            pinned.get(e.id, set()),
        )
        for e in session.scalars(select(Edition))
    }
