"""How fast articles are parsed and stored: feeds of realistic articles, read, cleaned, known again and written.

    python benchmarks/ingest.py [--articles 10000] [--runs 3] [--database URL]

Without a URL it runs on SQLite in a temporary folder and on a PostgreSQL of its own, where one is found. It prints
medians of several runs and, as the baseline, what feedparser alone takes for the same feeds.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import feedparser
from sqlalchemy import func, select, text

sys.path.insert(0, str(Path(__file__).parent.parent))

from newsletter.catalogue.shelf import NewNewsletter, add_newsletter, add_topic
from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.ingest import ingest
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed
from newsletter.jobs import announce_nothing
from newsletter.migrations import migrate
from newsletter.migrations.tables import METADATA

NOW: Final = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS: Final = [
    "ice",
    "shelf",
    "radar",
    "survey",
    "model",
    "data",
    "quiet",
    "river",
    "city",
    "light",
    "paper",
    "study",
    "market",
    "engine",
    "garden",
    "winter",
]
PER_FEED: Final = 50


def sentence(dice: random.Random, length: int) -> str:
    """So many words."""
    return " ".join(dice.choice(WORDS) for _ in range(length)).capitalize() + "."


def feed_text(dice: random.Random, number: int) -> bytes:
    """A feed of fifty articles of some 400 words, with links, a picture, author and categories."""
    items = []
    for place in range(PER_FEED):
        at = NOW - timedelta(minutes=dice.randrange(20_000))
        paragraphs = "".join(f"<p>{sentence(dice, 45)} <a href='/a/{place}'>More</a></p>" for _ in range(9))
        address = f"https://news{number}.example/{at:%Y/%m}/{dice.getrandbits(60):x}"
        items.append(
            f"<item><title>{sentence(dice, 9)}</title><link>{address}</link><guid>{address}</guid>"
            f"<dc:creator>{sentence(dice, 2)}</dc:creator><category>Science</category><category>Ice</category>"
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate><description>{sentence(dice, 30)}</description>"
            f"<media:content url='{address}.jpg' medium='image' width='1200'/>"
            f"<content:encoded><![CDATA[<img src='{address}.jpg' width='1200' height='800'>{paragraphs}]]>"
            "</content:encoded></item>"
        )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>News {number}</title><link>https://news{number}.example/</link>{''.join(items)}</channel></rss>"
    ).encode()


@contextmanager
def postgresql(folder: Path) -> Iterator[str | None]:
    """A PostgreSQL of our own, if its programs are found."""
    from tests.servers import MissingPartError, PostgresServer  # noqa: PLC0415 - only where it is wanted

    try:
        server = PostgresServer(folder, None)
    except MissingPartError as error:
        print(f"PostgreSQL is left out: {error}")
        yield None
        return
    with server as url:
        yield url


def connected(database: Database, count: int) -> list[int]:
    """A newsletter with so many feeds, in an empty database; the feeds' ids."""
    with database.engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(text(f"DELETE FROM {table.name}"))  # noqa: S608 - names of our own tables
    with database.write() as session:
        made = NewNewsletter("The Proof", "post@proof.example", "Bleisatzgasse 7", "https://proof.example")
        newsletter = add_newsletter(session, made, now=NOW)
        add_topic(session, newsletter, "Science")
        feeds = [
            Feed(
                newsletter_id=newsletter.id,
                url=f"https://news{number}.example/feed",
                title=f"News {number}",
                connected_at=NOW - timedelta(days=1),
                next_poll_at=NOW,
            )
            for number in range(count)
        ]
        session.add_all(feeds)
        session.flush()
        return [feed.id for feed in feeds]


def stored(database: Database, feed_ids: list[int], parsed: list[ParsedFeed]) -> float:
    """Seconds to store these feeds, a transaction each."""
    begun = time.perf_counter()
    for feed_id, each in zip(feed_ids, parsed, strict=True):
        with database.write() as session:
            ingest(session, session.get_one(Feed, feed_id), each, now=NOW, is_first=False)
    return time.perf_counter() - begun


def timed(act: Callable[[], object]) -> float:
    """Seconds that something takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def measure(name: str, url: str, feeds: list[bytes], runs: int) -> None:
    """Store everything into one database, several times, then read it all again unchanged; print medians."""
    database = Database(url, announce_nothing)
    migrate(database.engine)
    both, storing, again = [], [], []
    for _run in range(runs):
        ids = connected(database, len(feeds))
        parsed: list[ParsedFeed] = []
        parsing = timed(lambda: parsed.extend(parse(each, None, "https://news.example/feed") for each in feeds))  # noqa: B023 - called at once
        storing.append(stored(database, ids, parsed))
        both.append(parsing + storing[-1])
        again.append(stored(database, ids, parsed))
    count = len(feeds) * PER_FEED
    with database.read() as session:
        rows = session.scalar(select(func.count()).select_from(Article))
    assert rows == count, f"{rows} articles are stored, not {count}"
    database.close()
    rate, alone, unchanged = (count / statistics.median(each) for each in (both, storing, again))
    print(
        f"{name:12} parsed and stored {rate:7,.0f}/s   stored {alone:7,.0f}/s   "
        f"read again, unchanged {unchanged:7,.0f}/s"
    )


def main() -> None:
    """Make the feeds, take the baseline, measure each database."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--database", help="measure only this one; it is emptied")
    chosen = options.parse_args()
    dice = random.Random(4)
    feeds = [feed_text(dice, number) for number in range(chosen.articles // PER_FEED)]
    size = sum(map(len, feeds))
    print(f"{chosen.articles:,} articles in {len(feeds)} feeds, {size / 1e6:.0f} MB; median of {chosen.runs} runs")
    baseline = timed(lambda: [feedparser.parse(each) for each in feeds])
    ours = statistics.median(
        timed(lambda: [parse(each, None, "https://news.example/feed") for each in feeds]) for _run in range(chosen.runs)
    )
    print(
        f"parsing      ours {chosen.articles / ours:7,.0f}/s   feedparser with its own cleaning "
        f"{chosen.articles / baseline:7,.0f}/s   ratio {baseline / ours:.2f}"
    )
    if chosen.database:
        measure("given", chosen.database, feeds, chosen.runs)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/ingest.sqlite3", feeds, chosen.runs)
        with postgresql(Path(folder)) as url:
            if url is not None:
                measure("PostgreSQL", url, feeds, chosen.runs)


if __name__ == "__main__":
    main()
