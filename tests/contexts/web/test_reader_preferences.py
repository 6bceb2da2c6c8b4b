"""Preferences, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from newsletter.catalogue.newsletters import NewsletterText, TopicText
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription, SubscriptionState
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


def was_of(page: TestResponse) -> str:
    return str(the_input(page, "was")["value"])


def test_what_another_tab_has_changed_since_stays(site: ReaderSite) -> None:
    a_reader_of(site, "science")
    was = was_of(site.get(site.preferences_link()))
    form = {"topics": ["science"], "cadence": "weekly", "weekday": "4", "hour": "7", "zone": ""}
    site.post(site.preferences_link(), was=was, **form | {"hour": "18"})
    site.post(site.preferences_link(), was=was, **form | {"topics": ["science", "technology"]})
    assert (chosen(site), site.subscription().hour) == ({"science", "technology"}, 18)


@pytest.mark.parametrize("was", ["", "nonsense", "hour=99&topics=nothing&cadence=never", "%00%ff", "x" * 5_000])
def test_an_odd_page_before_harms_nothing(site: ReaderSite, was: str) -> None:
    a_reader_of(site, "science")
    answer = site.post(site.preferences_link(), was=was, topics=["technology"], cadence="weekly", hour="9")
    assert answer.status_code == 200
    assert "technology" in chosen(site)


def test_a_script_gets_what_comes_next_and_what_the_page_is_now(site: ReaderSite) -> None:
    a_reader_of(site, "science")
    some_articles(site)
    fields = {"topics": ["technology"], "cadence": "weekly", "hour": "9"}
    answer = site.client.post(site.preferences_link(), data=fields, headers={"Accept": "application/json"})
    found = answer.get_json()
    assert "about 9:00</strong>, technology; <strong>2 articles so far" in found["next"]
    assert (found["said"], found["is_all"]) == ("Saved. It holds from your next mail on.", False)
    assert found["was"] == was_of(site.get(site.preferences_link()))
    site.post(site.leave_link(), action="leave")
    over = site.client.post(site.preferences_link(), data=fields, headers={"Accept": "application/json"})
    assert over.status_code == 409


def test_a_pause_lasts_for_the_days_chosen_and_says_when_mails_come_again(site: ReaderSite) -> None:
    a_reader_of(site)
    answer = site.post(f"{site.preferences_link()}/pause", action="pause", days="14")
    assert answer.status_code == 200
    text = words(answer)
    assert "Paused. Your next mail comes on Friday 11 December; what you missed will be one link, not a pile." in text
    assert "Paused until Tuesday 8 December." in text
    assert site.subscription().state == "paused"
    back = site.post(f"{site.preferences_link()}/pause", action="resume")
    assert "Next mail: Friday 27 November" in words(back)
    assert site.subscription().state == "active"


def test_a_pause_may_end_on_a_day_that_is_named(site: ReaderSite) -> None:
    a_reader_of(site)
    answer = site.post(f"{site.preferences_link()}/pause", action="pause", days="14", until="2027-03-01")
    assert "Your next mail comes on Friday 5 March" in words(answer)
    assert site.subscription().paused_until == datetime(2027, 2, 28, 23, tzinfo=UTC)  # midnight in Berlin


@pytest.mark.parametrize("day", ["2026-11-24", "2020-01-01", "2028-01-01", "0000-00-00", "tomorrow", "9999-12-31"])
def test_a_day_that_cannot_end_a_pause_is_said_at_its_field(site: ReaderSite, day: str) -> None:
    a_reader_of(site)
    answer = site.post(f"{site.preferences_link()}/pause", action="pause", until=day)
    assert answer.status_code == 422
    assert the_input(answer, "until")["aria-describedby"] == "until-trouble"
    assert site.subscription().state == "active"


def test_the_language_is_offered_where_there_are_several_and_kept(site: ReaderSite) -> None:
    a_reader_of(site)
    assert 'name="language"' not in site.get(site.preferences_link()).text
    with site.database.write() as session:
        session.add(NewsletterText(newsletter_id=site.newsletter_id, language="de", tagline=""))
        for topic_id in topic_ids(session, site.newsletter()).values():
            session.add(TopicText(topic_id=topic_id, language="de", name=f"Thema {topic_id}"))
    was = was_of(site.get(site.preferences_link()))
    answer = site.post(site.preferences_link(), was=was, cadence="weekly", language="de")
    assert '<html lang="de"' in answer.text
    assert '<html lang="de"' in site.get(site.preferences_link()).text
    site.post(site.preferences_link(), was=was_of(answer), cadence="weekly", language="de", hour="9")
    with site.database.read() as session:
        assert session.scalars(select(Subscriber.language)).one() == "de"
