"""Which editions stand in the archive, what each of them brought, and how they are found."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.editions import fanout
from newsletter.editions.archive import Past, brought, found_in, past_editions, words_of
from newsletter.feeds.articles import Article, Decision
from newsletter.feeds.deciding import OwnWords, decide, overwrite
from newsletter.subscriptions.subscribers import Cadence
from tests.archived import article_named, sent
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor
from tests.edition_runs import FRIDAY, send_now, tick
from tests.statements import heard

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def newsletter(database: Database) -> int:
    """A live newsletter with a weekly reader."""
    with database.write() as session:
        made = a_newsletter(session)
        a_reader(session, made)
        return made.id


def archive(session: Session) -> tuple[Newsletter, list[Past]]:
    newsletter = the_newsletter(session, None)
    return newsletter, past_editions(session, newsletter)


def shown(database: Database, *, now: datetime) -> dict[int, list[str]]:
    """The titles that each edition brought, by its number."""
    with database.read() as session:
        _newsletter, past = archive(session)
        articles = brought(session, past, now=now)
        return {
            each.number: [session.get_one(Article, one).title for one in articles[each.edition_id]]
            for each in past
            if each.edition_id in articles
        }


def found(database: Database, query: str, *, now: datetime) -> dict[int, list[str]]:
    """The titles that a search finds, by the number of their edition."""
    with database.read() as session:
        newsletter, past = archive(session)
        articles = found_in(session, newsletter, past, words_of(query), now=now)
        return {
            each.number: [session.get_one(Article, one).title for one in articles[each.edition_id]]
            for each in past
            if each.edition_id in articles
        }


def test_each_edition_brings_what_the_one_before_did_not_have(database: Database, clock: StandingClock) -> None:
    sent(database, clock, ["Ice", "Yeast"])
    sent(database, clock, ["Ferry"], after=WEEK)
    assert shown(database, now=clock.now()) == {1: ["Ice", "Yeast"], 2: ["Ferry"]}
    with database.read() as session:
        assert [each.number for each in archive(session)[1]] == [2, 1], "newest first"


def test_what_was_skipped_or_rehearsed_is_not_there(database: Database, clock: StandingClock) -> None:
    send_now(database, clock)
    with database.write() as session:
        the_newsletter(session, None).live_at = None
        an_article(session, the_newsletter(session, None))
        an_editor(session)
    send_now(database, clock)
    with database.read() as session:
        assert archive(session)[1] == []


def test_what_is_under_way_is_there_once_every_mail_is_written(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        an_article(session, the_newsletter(session, None), "Ice")
    send_now(database, clock)
    assert shown(database, now=clock.now()) == {1: ["Ice"]}


@pytest.mark.parametrize("decision", [Decision.NEVER, Decision.HOLD])
def test_what_an_editor_has_taken_back_since_is_not_shown(
    database: Database, clock: StandingClock, decision: Decision
) -> None:
    sent(database, clock, ["Ice", "Yeast"])
    sent(database, clock, ["Ferry"], after=WEEK)
    with database.write() as session:
        for title in ("Yeast", "Ferry"):
            decide(session, article_named(session, title), decision, now=clock.now())
    assert shown(database, now=clock.now()) == {1: ["Ice"]}
    assert found(database, "ferry", now=clock.now()) == {}


def test_the_first_edition_reaches_no_further_back_than_its_digests(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        an_article(session, newsletter, "Long ago", released_at=NOW - timedelta(days=40))
    sent(database, clock, ["Ice"])
    assert shown(database, now=clock.now()) == {1: ["Ice"]}
    assert found(database, "ago", now=clock.now()) == {}


def test_daily_and_weekly_readers_have_their_own_editions(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        a_reader(session, newsletter, "daily@example.org", cadence=Cadence.DAILY)
        an_article(session, newsletter, "Ice", released_at=NOW - timedelta(hours=2))
        an_article(session, newsletter, "Ferry", released_at=FRIDAY - timedelta(hours=3))
    editions = 0
    for at in (NOW, datetime(2026, 11, 25, 6, 0, tzinfo=UTC), FRIDAY - timedelta(days=1), FRIDAY):
        clock.at = at
        tick(database, clock)
        for editions in range(1, 6):
            fanout.fan_out(database, clock, editions)
    with database.read() as session:
        cadences = {each.number: each.cadence for each in archive(session)[1]}
    by_cadence = {cadences[number]: titles for number, titles in shown(database, now=clock.now()).items() if number > 1}
    assert by_cadence == {"weekly": ["Ferry", "Ice"], "daily": ["Ferry"]}


def test_a_special_edition_brings_what_is_new_to_weekly_readers(database: Database, clock: StandingClock) -> None:
    sent(database, clock, ["Ice"])
    assert sent(database, clock, ["Ferry"], after=timedelta(hours=3)) == 2
    with database.write() as session:
        an_article(session, the_newsletter(session, None), "Bread", released_at=FRIDAY - timedelta(days=1))
    tick(database, clock)
    clock.at = FRIDAY
    tick(database, clock)
    for edition_id in range(1, 5):
        fanout.fan_out(database, clock, edition_id)
    assert shown(database, now=clock.now()) == {1: ["Ice"], 2: ["Ferry"], 3: ["Bread"]}
    with database.read() as session:
        assert archive(session)[1][0].day == date(2026, 11, 27)


def test_a_search_finds_the_edition_that_brought_an_article(database: Database, clock: StandingClock) -> None:
    sent(database, clock, ["Under the ice shelf", "Yeast"])
    sent(database, clock, ["Ferry on ice", "Bread"], after=WEEK)
    assert found(database, "ICE", now=clock.now()) == {1: ["Under the ice shelf"], 2: ["Ferry on ice"]}
    assert found(database, "ice ferry", now=clock.now()) == {2: ["Ferry on ice"]}
    assert found(database, "What Bread is about", now=clock.now()) == {2: ["Bread"]}, "summaries are searched too"
    assert found(database, "zebra", now=clock.now()) == {}


@pytest.mark.parametrize(("query", "expected"), [("%", []), ("_", []), ("100%", []), ("\\", []), ("'", ["Ann's"])])
def test_what_means_something_to_the_database_is_looked_for_as_it_is(
    database: Database, clock: StandingClock, query: str, expected: list[str]
) -> None:
    sent(database, clock, ["Ann's", "1000 ferries"])
    assert found(database, query, now=clock.now()).get(1, []) == expected


@pytest.mark.parametrize("query", ["über", "Über"])
def test_a_search_knows_small_and_capital_letters_beyond_ascii(
    database: Database, clock: StandingClock, query: str
) -> None:
    sent(database, clock, ["Über dem Eis", "Ganz nah über uns"])
    assert found(database, query, now=clock.now()) == {1: ["Über dem Eis", "Ganz nah über uns"]}


def test_a_search_reads_the_words_of_the_editor(database: Database, clock: StandingClock) -> None:
    sent(database, clock, ["Ice"])
    with database.write() as session:
        overwrite(session, article_named(session, "Ice"), OwnWords(title="Snow"), editor_id=None, now=clock.now())
    assert found(database, "snow", now=clock.now()) == {1: ["Ice"]}


def test_words_are_taken_from_whatever_is_typed() -> None:
    assert words_of("  ice\x00 \n shelf ") == ["ice", "shelf"]
    assert words_of("a b c d e f g h") == ["a", "b", "c", "d", "e", "f"]
    assert len(words_of("x" * 5000)[0]) == 100


def test_a_long_archive_costs_no_more_queries_than_a_short_one(database: Database, clock: StandingClock) -> None:
    def asked() -> int:
        with heard(database) as seen, database.read() as session:
            newsletter, past = archive(session)
            brought(session, past, now=clock.now())
            found_in(session, newsletter, past, ["ice"], now=clock.now())
        return len(seen)

    sent(database, clock, ["Ice 1"])
    short = asked()
    for number in range(2, 8):
        sent(database, clock, [f"Ice {number}", f"Ferry {number}"], after=WEEK)
    assert asked() == short
