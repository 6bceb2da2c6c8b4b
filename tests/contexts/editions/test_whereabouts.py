"""Where an article stands, and why, in a sentence."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.editions import proofs
from newsletter.editions.editions import Edition, EditionArticle, EditionState
from newsletter.editions.whereabouts import ArticleState, Whereabouts, already_out, whereabouts, whereabouts_of
from newsletter.feeds.articles import Article, Decision, Origin, Standing
from newsletter.feeds.deciding import decide
from newsletter.subscriptions.subscribers import SubscriptionState
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, an_editor
from tests.edition_runs import FRIDAY, go_out, settle_all, tick

HOUR = timedelta(hours=1)
ZONE = "Europe/Berlin"
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def where(**fields: object) -> Whereabouts:
    """Where an article with these fields stands that no edition has seen."""
    article = Article(**{"standing": Standing.FREE, "released_at": NOW - HOUR, "page_tries": 0, **fields})
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
        ({"standing": Standing.NO_ARTICLE, "page_tries": 1}, ArticleState.NEVER, "holds no article that could be read"),
        ({"standing": Standing.NO_ARTICLE, "page_tries": 3}, ArticleState.NEVER, "could not be read in three tries"),
        (
            {"standing": Standing.NO_ARTICLE, "page_tries": 3, "page_trouble": "proof.example asks for less (429)."},
            ArticleState.NEVER,
            "its page gave nothing. proof.example asks for less (429). Look at it in a browser; if it is there, fetch",
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
    go_out(database, clock, FRIDAY)
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
    go_out(database, clock, FRIDAY)
    found = look(database, oldest, at=clock.at)
    assert found.state is ArticleState.CARRIED_OVER
    assert found.sentence == (
        "No digest of edition 1 held it: they were full, or it was due to none of their readers. "
        "Where it is still due, it comes with the next one."
    )


def an_edition_before(session: Session, *, at: datetime) -> None:
    """An earlier weekly edition, the number 7, that went out at this instant to nobody of ours."""
    edition = Edition(
        newsletter_id=1, cadence="weekly", local_date=at.date() - timedelta(days=1), state=EditionState.SENT, number=7,
        cutoff_at=at, send_at=at,
    )  # fmt: skip
    session.add(edition)
    session.flush()
    for place, each in enumerate(session.scalars(select(Article).where(Article.released_at <= at)), start=1):
        session.add(EditionArticle(edition_id=edition.id, article_id=each.id, position=place))
    session.flush()


def run(database: Database, clock: StandingClock, *, at: datetime) -> None:
    """Let an edition close, go out at this instant, and reach everybody."""
    go_out(database, clock, at)
    settle_all(database, DeliveryState.SENT)
    tick(database, clock)


def test_an_article_that_went_out_stays_mailed_when_later_editions_have_it_on_their_lists(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        first = an_article(session, newsletter).id
    tick(database, clock)
    run(database, clock, at=FRIDAY)
    with database.write() as session:
        an_article(session, session.get_one(Newsletter, 1), "A week later", released_at=FRIDAY + HOUR)
    run(database, clock, at=FRIDAY + timedelta(days=7))
    assert look(database, first, at=clock.at) == Whereabouts(ArticleState.IN_EDITION, "It went out in edition 1.", 1)


def test_an_article_in_a_topic_that_nobody_follows_says_so(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, topics=("science",))
        a_reader(session, newsletter, "left@example.org", state=SubscriptionState.UNSUBSCRIBED)
        an_article(session, newsletter)
        alone = an_article(session, newsletter, "Chips", topics=("technology",)).id
    tick(database, clock)
    run(database, clock, at=FRIDAY)
    found = look(database, alone, at=clock.at)
    assert (found.state, found.edition_id) == (ArticleState.CARRIED_OVER, 1)
    assert found.sentence.startswith("Nobody follows Technology yet, so no digest of edition 1 held it.")


@pytest.mark.parametrize("topics", [("technology",), ()])
def test_somebody_who_follows_a_topic_by_name_or_all_of_them_is_a_follower(
    database: Database, clock: StandingClock, topics: tuple[str, ...]
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, topics=("science",))
        a_reader(session, newsletter, "late@example.org", topics=topics, joined_at=FRIDAY - 2 * HOUR)
        an_article(session, newsletter, released_at=NOW + HOUR)
        early = an_article(session, newsletter, "Chips", topics=("technology",)).id
        an_edition_before(session, at=NOW)  # so that nothing from before is due to those who come later
    tick(database, clock)
    run(database, clock, at=FRIDAY)
    assert look(database, early, at=clock.at).sentence == (
        "No digest of edition 8 held it: it was due to none of their readers. "
        "Where it is still due, it comes with the next one."
    )


def test_while_digests_are_being_made_nothing_is_said_of_room(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        article_id = an_article(session, newsletter).id
    tick(database, clock)
    clock.at = FRIDAY
    tick(database, clock)
    tick(database, clock)
    assert look(database, article_id, at=clock.at) == Whereabouts(
        ArticleState.CLOSED_IN, "It is on the list of the edition of Friday 27 November, which is going out now.", 1
    )


def test_what_only_a_proof_held_went_out_to_nobody(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, topics=("science",))
        an_article(session, newsletter)
        alone = an_article(session, newsletter, "Chips", topics=("technology",)).id
        editor_id = an_editor(session).id
        assert proofs.queue_test_send(session, newsletter, editor_id, now=NOW)
    run(database, clock, at=FRIDAY)
    assert look(database, alone, at=clock.at).state is ArticleState.CARRIED_OVER


def test_what_is_held_after_an_edition_left_it_out_is_held(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, topics=("science",))
        an_article(session, newsletter)
        alone = an_article(session, newsletter, "Chips", topics=("technology",)).id
    tick(database, clock)
    run(database, clock, at=FRIDAY)
    with database.write() as session:
        decide(session, session.get_one(Article, alone), Decision.HOLD, now=clock.at)
    assert look(database, alone, at=clock.at).state is ArticleState.HELD


def test_what_was_left_out_and_is_too_old_by_now_is_promised_to_no_edition(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter, joined_at=NOW - timedelta(hours=1))
        early = an_article(session, newsletter, "Early", released_at=NOW - timedelta(days=3)).id
        an_article(session, newsletter, "Fresh", released_at=NOW)
        an_edition_before(session, at=NOW - timedelta(days=2))
    tick(database, clock)
    run(database, clock, at=FRIDAY)
    assert "it comes with the next one" in look(database, early, at=clock.at).sentence
    late = look(database, early, at=clock.at + max(defaults.REACH_BACK.values())).sentence
    assert late.endswith("It is too old for any digest by now. Hold it, then release it anew.")
