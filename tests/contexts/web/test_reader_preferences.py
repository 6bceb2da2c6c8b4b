"""Preferences, over HTTP."""

from datetime import timedelta

import pytest

from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState
from newsletter.suppression.suppressions import SuppressionReason, suppress
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article, topic_ids
from tests.reader_site import ReaderSite, the_input, words

ANNA = "anna@example.org"


def a_reader_of(site: ReaderSite, *topics: str, cadence: Cadence = Cadence.WEEKLY) -> Subscription:
    with site.database.write() as session:
        return a_reader(session, site.newsletter(), topics=topics, cadence=cadence)


def chosen(site: ReaderSite) -> set[str]:
    """The slugs of the topics that Anna chose; none means all."""
    with site.database.read() as session:
        slugs = {each: slug for slug, each in topic_ids(session, site.newsletter()).items()}
        return {slugs[each] for each in topics_chosen(session, site.subscription().id)}


def some_articles(site: ReaderSite) -> None:
    with site.database.write() as session:
        for number in range(5):
            topic = "science" if number < 3 else "technology"
            an_article(session, site.newsletter(), f"Piece {number}", topics=(topic,))


def test_the_page_shows_what_is_chosen_and_says_what_comes_next(site: ReaderSite) -> None:
    a_reader_of(site, "science")
    some_articles(site)
    page = site.get(site.preferences_link())
    assert "Next mail: Friday 27 November, about 7:00, science; 3 articles so far." in words(page)
    assert "checked" in the_input(page, "topics", "science")
    assert "checked" not in the_input(page, "topics", "technology")
    assert site.leave_link() in page.text


def test_where_nothing_waits_the_page_says_so(site: ReaderSite) -> None:
    a_reader_of(site)
    assert "all topics; nothing new so far." in words(site.get(site.preferences_link()))


def test_what_is_below_the_minimum_waits_too(site: ReaderSite) -> None:
    a_reader_of(site)
    some_articles(site)
    with site.database.write() as session:
        session.merge(site.newsletter()).minimum_articles = 20
    assert "5 articles so far" in words(site.get(site.preferences_link()))


def test_saving_takes_topics_and_cadence_and_says_so(site: ReaderSite) -> None:
    a_reader_of(site, "science")
    some_articles(site)
    answer = site.post(site.preferences_link(), topics=["science", "technology"], cadence="daily")
    assert answer.status_code == 200
    text = words(answer)
    assert "Saved. It holds from your next mail on." in text
    assert "Next mail: Wednesday 25 November, about 7:00, all topics; 5 articles so far." in text
    assert site.subscription().cadence == "daily"


def test_narrowing_from_all_topics_loses_nothing_that_already_waits(site: ReaderSite) -> None:
    reader = a_reader_of(site)
    site.post(site.preferences_link(), topics=["science"], cadence="weekly")
    assert chosen(site) == {"science"}
    with site.database.read() as session:
        assert set(topics_chosen(session, reader.id).values()) == {reader.joined_at}


def test_a_topic_that_is_chosen_later_begins_then_also_when_it_makes_all(
    site: ReaderSite, clock: StandingClock
) -> None:
    reader = a_reader_of(site, "science")
    clock.pass_by(timedelta(hours=1))
    site.post(site.preferences_link(), topics=["science", "technology"], cadence="weekly")
    with site.database.read() as session:
        ids = topic_ids(session, site.newsletter())
        assert topics_chosen(session, reader.id) == {
            ids["science"]: NOW - timedelta(days=30),
            ids["technology"]: clock.now(),
        }


def test_no_tick_counts_as_all_and_the_page_says_so(site: ReaderSite) -> None:
    a_reader_of(site, "science")
    answer = site.post(site.preferences_link(), cadence="weekly")
    assert "No topic was ticked, so all of them come; to get none, leave." in words(answer)
    assert chosen(site) == {"science", "technology"}


def test_all_topics_stay_all_so_that_a_later_one_comes_too(site: ReaderSite) -> None:
    a_reader_of(site)
    site.post(site.preferences_link(), topics=["science", "technology"], cadence="weekly")
    assert chosen(site) == set()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_only_a_post_changes_anything(site: ReaderSite, method: str) -> None:
    a_reader_of(site, "science")
    site.client.open(site.preferences_link(), method=method, data={"topics": "technology", "cadence": "daily"})
    assert (chosen(site), site.subscription().cadence) == ({"science"}, "weekly")


def test_who_has_left_finds_the_way_back_and_changes_nothing_here(site: ReaderSite) -> None:
    a_reader_of(site, "science")
    site.post(site.leave_link(), action="leave")
    answer = site.post(site.preferences_link(), topics=["technology"], cadence="daily")
    assert "You have left. No mail from The Proof goes to anna@example.org." in words(answer)
    assert site.leave_link() in answer.text
    assert (chosen(site), site.subscription().state) == ({"science"}, "unsubscribed")


def test_who_signed_up_again_is_sent_to_the_mail_with_the_button(site: ReaderSite) -> None:
    with site.database.write() as session:
        a_reader(session, site.newsletter(), state=SubscriptionState.PENDING)
    assert "One press is missing." in words(site.get(site.preferences_link()))


def test_the_page_promises_no_mail_that_cannot_come(site: ReaderSite) -> None:
    a_reader_of(site)
    with site.database.write() as session:
        suppress(session, ANNA, SuppressionReason.ASKED, now=NOW)
        rehearsal = a_newsletter(session, "Not Yet", is_live=False)
        early = a_reader(session, rehearsal, "ben@example.org")
    assert "No mail comes: this address is on the list" in words(site.get(site.preferences_link()))
    assert "Not Yet has not begun yet" in words(site.get(site.links.preferences(early.id, early.nonce)))
