"""Reading a feed again adds nothing, whatever it holds, and whatever it does to its names meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.feeds.articles import Article, ArticleRevision, Feed
from newsletter.feeds.ingest import IngestReport, ingest
from newsletter.feeds.parsing.feed import parse
from newsletter.feeds.parsing.items import ParsedFeed, ParsedItem
from tests.data import a_newsletter
from tests.feed_rows import a_feed as a_row
from tests.feed_stock import LATER, a_feed

SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "feeds").iterdir())
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

instants = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)) | st.none()  # noqa: DTZ001 - the strategy adds the zone
names = st.sampled_from(["", "a", "b", "A", "a ", "x" * 600, "\u0130", "tag:a,2026:1"])
paths = st.sampled_from(["", "/", "/a", "/a/", "/a?p=1", "/a?utm_source=x", "/b#c", "/%61", "/" + "y" * 900])
items = st.builds(
    ParsedItem,
    guid=names,
    url=st.builds(
        "{}://{}{}".format,
        st.sampled_from(["http", "https"]),
        st.sampled_from(["proof.example", "www.proof.example"]),
        paths,
    ),
    title=names,
    summary=names,
    html=names.map("<p>{}</p>".format),
    author=st.just(""),
    image_url=st.just(""),
    image_alt=st.just(""),
    minutes=st.integers(1, 9),
    categories=st.lists(names, max_size=2).map(tuple),
    published_at=instants,
    updated_at=instants,
    language=st.just("en"),
)


def fresh_feed(database: Database) -> int:
    """A feed of a newsletter that has nothing yet; its id."""
    with database.write() as session:
        number = session.scalar(select(func.count(Feed.id))) or 0
        newsletter = a_newsletter(session, f"Paper {number}")
        return a_row(session, newsletter.id, "https://proof.example/feed.xml")


def take(database: Database, feed_id: int, parsed: ParsedFeed, *, at: datetime = LATER) -> IngestReport:
    """Store what a feed holds."""
    with database.write() as session:
        return ingest(session, session.get_one(Feed, feed_id), parsed, now=at, is_first=False)


def stock(database: Database) -> tuple[int, int]:
    """How many articles and revisions there are."""
    with database.read() as session:
        return session.scalar(select(func.count(Article.id))) or 0, session.scalar(
            select(func.count(ArticleRevision.id))
        ) or 0


def feed_of(found: list[ParsedItem]) -> ParsedFeed:
    """A feed of these items."""
    return ParsedFeed(title="The Proof", home_url="https://proof.example/", language="en", items=tuple(found))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_feed_as_a_well_known_system_writes_it_adds_nothing_when_it_is_read_again(
    database: Database, sample: Path
) -> None:
    feed_id = a_feed(database)
    parsed = parse(sample.read_bytes(), None, "https://proof.example/feed.xml")
    assert take(database, feed_id, parsed).new > 0
    before = stock(database)
    for again in (parsed, replace(parsed, items=parsed.items[::-1]), replace(parsed, items=parsed.items[1:])):
        report = take(database, feed_id, again, at=LATER + timedelta(hours=1))
        assert (report.new, report.changed) == (0, 0)
    assert stock(database) == before


@FEW
@given(st.lists(items, max_size=8))
def test_any_feed_adds_nothing_when_it_is_read_again(database: Database, found: list[ParsedItem]) -> None:
    feed_id = fresh_feed(database)
    take(database, feed_id, feed_of(found))
    before = stock(database)
    for _again in range(2):
        report = take(database, feed_id, feed_of(found))
        assert (report.new, report.changed) == (0, 0)
    assert stock(database) == before


@FEW
@given(st.lists(items, max_size=8, unique_by=lambda item: (item.guid, item.url)))
def test_new_guids_or_another_scheme_add_nothing(database: Database, found: list[ParsedItem]) -> None:
    own = [replace(each, guid=f"{n}", url=f"https://proof.example/{n}") for n, each in enumerate(found)]
    feed_id = fresh_feed(database)
    take(database, feed_id, feed_of(own))
    before = stock(database)[0]
    take(database, feed_id, feed_of([replace(each, guid=f"new {each.guid}") for each in own]))
    take(database, feed_id, feed_of([replace(each, url=each.url.replace("https://", "http://www.")) for each in own]))
    take(database, feed_id, feed_of([replace(each, guid="") for each in own]))
    take(database, feed_id, feed_of([replace(each, url=f"{each.url}/moved") for each in own]))
    assert stock(database)[0] == before
