"""Where an article stands, and why, in a sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.editions import fanout
from newsletter.editions.whereabouts import ArticleState, Whereabouts, already_out, whereabouts, whereabouts_of
from newsletter.feeds.articles import Article, Origin, Standing
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article
from tests.edition_runs import FRIDAY, settle_all, tick

HOUR = timedelta(hours=1)
ZONE = "Europe/Berlin"
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def where(**fields: object) -> Whereabouts:
    """Where an article with these fields stands that no edition has seen."""
    article = Article(**{"standing": Standing.FREE, "released_at": NOW - HOUR, **fields})
    return whereabouts(article, None, ZONE, now=NOW)


@pytest.mark.parametrize(
    ("fields", "state", "words"),
    [
        ({}, ArticleState.RELEASED, "goes out with the next edition"),
        ({"released_at": NOW + HOUR}, ArticleState.NEW, "mended by Tuesday 24 November, 11:00 is mended in the mail"),
        ({"released_at": NOW + HOUR, "embargo_at": NOW + HOUR}, ArticleState.EMBARGOED, "under embargo until Tuesday"),
        (
            {"released_at": NOW + HOUR, "published_at": NOW + HOUR},
            ArticleState.EMBARGOED,
            "waits until Tuesday 24 November, 11:00",
        ),
        (
            {
                "released_at": datetime.fromisoformat("9999-01-01T00:00Z"),
                "published_at": datetime.fromisoformat("9999-01-01T00:00Z"),
            },
            ArticleState.EMBARGOED,
            "1 January 9999",
        ),
        ({"standing": Standing.SAME_STORY, "released_at": None}, ArticleState.HELD, "tells the same story"),
        ({"standing": Standing.OLD, "released_at": None}, ArticleState.OLD, "before its feed was connected"),
        (
            {"standing": Standing.OLD, "released_at": None, "origin": Origin.IMPORT},
            ArticleState.OLD,
            "came in with an export",
        ),
        ({"released_at": NOW - 21 * 24 * HOUR}, ArticleState.RELEASED, "too old for any digest"),
        ({"released_at": NOW - 20 * 24 * HOUR}, ArticleState.RELEASED, "goes out with the next edition"),
    ],
)
def test_an_article_says_where_it_stands(fields: dict[str, object], state: ArticleState, words: str) -> None:
    found = where(**fields)
    assert found.state is state
    assert words in found.sentence


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.FREE])
def test_every_obstacle_has_a_sentence(standing: Standing) -> None:
    found = where(standing=standing, released_at=None)
    assert found.state in {ArticleState.HELD, ArticleState.NEVER, ArticleState.OLD}
    assert found.sentence.endswith(".")


def look(database: Database, article_id: int, *, at: datetime) -> Whereabouts:
    with database.read() as session:
        article = session.get_one(Article, article_id)
        return whereabouts_of(session, [article], ZONE, now=at)[article_id]


def test_an_article_is_followed_from_the_closed_edition_to_its_correction(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        article_id = an_article(session, newsletter).id
    tick(database, clock)
    clock.at = FRIDAY - HOUR
    tick(database, clock)
    assert look(database, article_id, at=clock.at).state is ArticleState.CLOSED_IN
    clock.at = FRIDAY
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    settle_all(database, DeliveryState.SENT)
    assert look(database, article_id, at=clock.at) == Whereabouts(
        ArticleState.IN_EDITION, "It went out in edition 1.", 1
    )
    with database.write() as session:
        assert already_out(session, 1, since=NOW) == {article_id}
        session.get_one(Article, article_id).updated_at = FRIDAY + HOUR
    corrected = look(database, article_id, at=FRIDAY + 2 * HOUR)
    assert corrected.state is ArticleState.CORRECTED
    assert "changed after that, Friday 27 November, 08:00" in corrected.sentence


def test_an_article_for_which_there_was_no_room_is_carried_over(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        oldest = an_article(session, newsletter, "Oldest", released_at=FRIDAY - timedelta(days=3)).id
        for number in range(12):
            an_article(session, newsletter, f"Newer {number}", released_at=FRIDAY - timedelta(days=2))
    tick(database, clock)
    clock.at = FRIDAY
    tick(database, clock)
    tick(database, clock)
    fanout.fan_out(database, clock, 1)
    found = look(database, oldest, at=clock.at)
    assert (found.state, found.sentence) == (
        ArticleState.CARRIED_OVER,
        "There was no room for it in edition 1; it comes with the next one.",
    )
