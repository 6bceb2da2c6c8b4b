"""A newsletter with a million readers in their groups, and its articles of two months: what programs here measure."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from newsletter.bulk import add_rows
from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.catalogue.shelf import NewNewsletter, add_newsletter, add_topic
from newsletter.database import Database
from newsletter.editions.beats import Beat
from newsletter.editions.groups import ReaderGroup
from newsletter.editions.likeness import Likeness
from newsletter.editions.runs import rhythm_id
from newsletter.editions.selection import ReaderView
from newsletter.editions.sorting import columns_of
from newsletter.feeds.articles import Article, ArticleTopic
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription
from newsletter.suppression.suppressions import Suppression

FRIDAY: Final = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
TOPICS: Final = 13
ARTICLES_A_DAY: Final = 20
DAYS: Final = 62
SUPPRESSED: Final = 10_000
BATCH: Final = 20_000


def lay_down(database: Database, readers: int, variants: int, histories: int) -> None:
    """A newsletter, its articles of two months, and its readers in their groups."""
    with database.write() as session:
        newsletter = add_newsletter(
            session, NewNewsletter("Paper", "post@bench.example", "A street 1", "http://bench.example"), now=FRIDAY
        )
        newsletter.live_at = FRIDAY - timedelta(days=400)
        for number in range(TOPICS):
            add_topic(session, newsletter, f"Topic {number}")
        session.flush()
        topic_ids = list(session.scalars(select(Topic.id)))
        new_articles(session, FRIDAY - timedelta(days=DAYS, hours=1), days=DAYS)
        group_ids = add_groups(session, newsletter, topic_ids, variants, histories)
    for start in range(0, readers, BATCH):
        with database.write() as session:
            add_readers(session, range(start, min(readers, start + BATCH)), group_ids)
    with database.write() as session:
        add_rows(
            session,
            Suppression,
            ("address_key", "reason", "created_at"),
            # Half of them read this newsletter.
            [(address(number if number % 2 else -1 - number), "bounced", FRIDAY) for number in range(SUPPRESSED)],
        )


def new_articles(session: Session, since: datetime, *, days: int) -> None:
    """Twenty a day from an instant on, each in one topic."""
    newsletter = session.scalars(select(Newsletter)).one()
    topic_ids = list(session.scalars(select(Topic.id).order_by(Topic.id)))
    rows = []
    for number in range(days * ARTICLES_A_DAY):
        at = since + timedelta(hours=24 * number / ARTICLES_A_DAY)
        rows.append(
            {
                "newsletter_id": newsletter.id,
                "url": f"http://bench.example/{at}",
                "title": f"Article {at}",
                "summary": "",
                "html": "",
                "author": "",
                "image_url": "",
                "image_alt": "",
                "minutes": 3,
                "published_at": at,
                "first_seen_at": at,
                "released_at": at,
                "updated_at": at,
            }
        )
    ids = session.scalars(insert(Article).returning(Article.id, sort_by_parameter_order=True), rows).all()
    topics = [{"article_id": each, "topic_id": topic_ids[place % TOPICS]} for place, each in enumerate(ids)]
    session.execute(insert(ArticleTopic), topics)


def add_groups(
    session: Session,
    newsletter: Newsletter,
    topic_ids: Sequence[int],
    variants: int,
    histories: int,
) -> list[int]:
    """A group for each choice of topics and each history: who joined when, and so had what came since."""
    chance = random.Random(7)
    choices: set[frozenset[int]] = set()
    while len(choices) < variants:
        choices.add(frozenset(chance.sample(topic_ids, chance.randint(1, TOPICS - 1))))
    week_ago = FRIDAY - timedelta(days=7, hours=1)
    beat = Beat(Cadence.WEEKLY)
    rhythm = rhythm_id(session, newsletter, beat, now=FRIDAY - timedelta(days=1))
    rows = []
    for history in range(histories):
        # Their views are told from different instants, as after different editions.
        since = week_ago - timedelta(seconds=history)
        for topics in sorted(choices, key=sorted):
            view = ReaderView(since, tuple((topic, None) for topic in sorted(topics)))
            columns = columns_of(Likeness(beat, "", view))
            rows.append({"newsletter_id": newsletter.id, "rhythm_id": rhythm, **columns})
    for start in range(0, len(rows), 5_000):
        session.execute(insert(ReaderGroup), rows[start : start + 5_000])
    return list(session.scalars(select(ReaderGroup.id).order_by(ReaderGroup.id)))


def add_readers(session: Session, numbers: range, group_ids: Sequence[int]) -> None:
    """Readers, spread evenly over the groups."""
    joined = FRIDAY - timedelta(days=100)
    subscriber = ("id", "address", "address_key", "created_at", "language")
    rows: list[tuple[object, ...]] = [(n + 1, address(n), address(n), joined, "") for n in numbers]
    add_rows(session, Subscriber, subscriber, rows)
    columns = ("id", "subscriber_id", "newsletter_id", "state", "cadence", "confirm_nonce", "nonce", "requested_at")
    rest = ("joined_at", "zone", "wants_breaking", "group_id")
    of_one = (1, "active", "weekly", "c" * 22, "n" * 22, joined, joined, "", False)
    # A reader's number says nothing of their group.
    rows = [(n + 1, n + 1, *of_one, group_ids[n * 7919 % len(group_ids)]) for n in numbers]
    add_rows(session, Subscription, (*columns, *rest), rows)


def address(number: int) -> str:
    return f"reader{number}@readers-{number % 997}.example"
