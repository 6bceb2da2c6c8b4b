"""The board: its sentence, its lists, and what it says when there is nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery import relays
from newsletter.editions import fanout, schedule
from newsletter.editions.editions import Edition
from newsletter.feeds.articles import Feed
from newsletter.subscriptions.subscribers import Cadence, SubscriptionState
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article
from tests.desk import logged_in, press, services_of, words

BOARD = "/desk/n/the-proof"


def a_feed(newsletter: Newsletter, url: str = "https://proof.example/feed.xml", trouble: str | None = None) -> Feed:
    """A feed that was read a minute ago, or is in trouble."""
    return Feed(
        newsletter_id=newsletter.id,
        url=url,
        title="The Proof, all articles",
        default_topic_id=None,
        connected_at=NOW - timedelta(days=9),
        next_poll_at=NOW + timedelta(minutes=4),
        etag=None,
        last_modified=None,
        last_success_at=NOW - timedelta(minutes=1),
        last_change_at=None,
        trouble=trouble,
    )


def a_house(app: Flask, *, readers: int = 2, articles: int = 3, is_live: bool = True) -> int:
    """A newsletter with readers and articles; its id."""
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session, is_live=is_live)
        for number in range(readers):
            a_reader(session, newsletter, f"r{number}@example.org")
        for number in range(articles):
            an_article(session, newsletter, f"Piece {number}")
        return newsletter.id


def test_the_sentence_says_what_happens_if_nobody_does_anything(app: Flask) -> None:
    a_house(app)
    page = words(logged_in(app).get(BOARD))
    assert (
        "Friday’s digest starts at 07:00 (Berlin time): 2 readers. It closes in 2 days 20 h with 3 articles. "
        "If you do nothing, it goes out like this."
    ) in page


def test_the_figures_lead_to_what_is_behind_them(app: Flask) -> None:
    a_house(app)
    page = logged_in(app).get(BOARD).text
    for place in ("readers", "articles"):
        assert f'href="#{place}"' in page
        assert f'id="{place}"' in page


def test_what_does_not_fit_waits_and_is_counted(app: Flask) -> None:
    a_house(app, articles=14)
    page = words(logged_in(app).get(BOARD))
    assert "with 12 articles; 2 do not fit and come with the next one." in page
    assert "In this edition 12" in page
    assert "Waiting 2" in page


def test_the_list_is_in_the_order_of_the_mail(app: Flask) -> None:
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session)
        for number in range(3):
            released = NOW - timedelta(hours=1 + number)
            an_article(session, newsletter, f"Science {number}", topics=("science",), released_at=released)
        an_article(session, newsletter, "Machines", topics=("technology",), released_at=NOW - timedelta(hours=9))
    page = words(logged_in(app).get(BOARD))
    places = [page.index(title) for title in ("Science 0", "Machines", "Science 1", "Science 2")]
    assert places == sorted(places)


def test_a_closed_edition_keeps_its_list_and_later_articles_wait(app: Flask, clock: StandingClock) -> None:
    newsletter_id = a_house(app, articles=1)
    database = services_of(app).database
    with database.write() as session:
        schedule.tick(session, now=clock.now())
        edition = session.scalars(select(Edition)).one()
        clock.at = edition.cutoff_at + timedelta(minutes=10)
        schedule.tick(session, now=clock.now())
        newsletter = session.get_one(Newsletter, newsletter_id)
        an_article(session, newsletter, "Too late for this one", released_at=clock.now() - timedelta(minutes=5))
    page = words(logged_in(app).get(BOARD))
    assert "It closed at 06:00 and starts in 50 min with 1 article." in page
    assert "In this edition 1" in page
    assert page.index("Waiting 1") < page.index("Too late for this one")


def test_what_went_out_in_a_special_edition_does_not_stand_there_again(app: Flask, clock: StandingClock) -> None:
    newsletter_id = a_house(app)
    parts = services_of(app)
    with parts.database.write() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        special = schedule.request_special(session, newsletter, requested_by=None, now=clock.now())
    fanout.fan_out(parts.database, clock, special.id)
    clock.pass_by(timedelta(minutes=5))
    with parts.database.write() as session:
        an_article(session, session.get_one(Newsletter, newsletter_id), "Newer", released_at=clock.now())
    page = words(logged_in(app).get(BOARD))
    assert "with 1 article. If you do nothing" in page
    assert "In this edition 1" in page


def test_without_articles_it_says_that_the_edition_would_be_skipped(app: Flask) -> None:
    a_house(app, articles=0)
    page = words(logged_in(app).get(BOARD))
    assert "with no article. If nothing new appears, it is skipped and nobody gets mail." in page
    assert "No article waits. No feed is connected" in page
    assert "gazette feed add https://your-site.example/feed.xml --newsletter the-proof" in page


def test_an_article_with_a_later_date_waits_for_it(app: Flask) -> None:
    newsletter_id = a_house(app, articles=0)
    with services_of(app).database.write() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        an_article(session, newsletter, "Embargoed", released_at=NOW + timedelta(hours=9))
    page = words(logged_in(app).get(BOARD))
    assert "In this edition 0" in page
    assert "Waiting 1" in page
    assert "until 19:00" in page


def test_daily_readers_are_told_of_beside_the_sentence(app: Flask) -> None:
    newsletter_id = a_house(app)
    with services_of(app).database.write() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        a_reader(session, newsletter, "daily@example.org", cadence=Cadence.DAILY)
    assert "The daily digest starts tomorrow at 07:00: 1 reader, 3 articles." in words(logged_in(app).get(BOARD))


def test_readers_are_counted_by_state(app: Flask) -> None:
    newsletter_id = a_house(app)
    with services_of(app).database.write() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        a_reader(session, newsletter, "p@example.org", state=SubscriptionState.PENDING)
        a_reader(session, newsletter, "u@example.org", state=SubscriptionState.UNSUBSCRIBED)
    assert "active 2 to confirm 1 paused 0 left 1" in words(logged_in(app).get(BOARD))


def test_feeds_say_when_they_are_read_and_what_is_wrong_first(app: Flask) -> None:
    newsletter_id = a_house(app)
    with services_of(app).database.write() as session:
        newsletter = session.get_one(Newsletter, newsletter_id)
        session.add(a_feed(newsletter))
        session.add(a_feed(newsletter, "https://proof.example/tech.xml", trouble="It answers 404. Check its address."))
    page = words(logged_in(app).get(BOARD))
    assert page.index("It answers 404. Check its address.") < page.index("Read 09:59; next look 10:04.")


def test_look_now_makes_every_feed_due(app: Flask) -> None:
    newsletter_id = a_house(app)
    parts = services_of(app)
    with parts.database.write() as session:
        session.add(a_feed(session.get_one(Newsletter, newsletter_id)))
    answer = press(logged_in(app), BOARD, f"{BOARD}/look")
    assert answer.status_code == 303
    with parts.database.read() as session:
        assert session.scalars(select(Feed)).one().next_poll_at == NOW


def test_hostile_names_and_titles_are_words_and_nothing_else(app: Flask) -> None:
    evil = '"><script>alert(1)</script>'
    with services_of(app).database.write() as session:
        newsletter = a_newsletter(session, f"Proof {evil}", topics=(f"Topic {evil}",))
        article = an_article(session, newsletter, f"Title {evil}", topics=())
        article.url, article.image_url = "javascript:alert(1)", "javascript:alert(2)"
        feed = a_feed(newsletter, trouble=f"Trouble {evil}")
        feed.title = f"Feed {evil}"
        session.add(feed)
        slug = newsletter.slug
    answer = logged_in(app).get(f"/desk/n/{slug}")
    assert answer.status_code == 200
    assert f"Title {evil}" in words(answer)
    assert "<script>alert" not in answer.text
    assert "javascript:" not in answer.text


def test_without_a_relay_every_page_says_where_mail_stays(app: Flask) -> None:
    a_house(app)
    browser = logged_in(app)
    for page in ("", "/send", "/editions", "/live"):
        assert "Mail stays in the local inbox: no relay is set." in words(browser.get(BOARD + page)), page
    assert "Mail stays in the local inbox" in words(browser.get("/desk/account"))


def test_a_rehearsal_says_so_and_offers_to_go_live(app: Flask) -> None:
    a_house(app, is_live=False)
    answer = logged_in(app).get(BOARD)
    assert "Rehearsal: nobody outside this desk gets mail." in words(answer)
    assert "a rehearsal, to 1 editor only." in words(answer)
    assert f'href="{BOARD}/live"' in answer.text


def test_a_live_newsletter_speaks_of_no_rehearsal(app: Flask) -> None:
    a_house(app)
    assert "ehearsal" not in words(logged_in(app).get(BOARD))


def test_a_relay_that_takes_no_mail_is_named_with_what_happens_next(app: Flask) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        relays.trip(session, "connection refused", now=NOW)
    page = words(logged_in(app).get(BOARD))
    assert "takes no mail at present (connection refused)" in page
    assert "we try again at 10:00" in page


def test_the_first_page_leads_straight_to_the_only_newsletter(app: Flask) -> None:
    a_house(app)
    answer = logged_in(app).get("/desk/")
    assert (answer.status_code, answer.location) == (302, BOARD)


def test_the_first_page_lists_several_newsletters_with_what_comes_next(app: Flask) -> None:
    a_house(app)
    with services_of(app).database.write() as session:
        a_newsletter(session, "The Evening", is_live=False)
    page = words(logged_in(app).get("/desk/"))
    assert "2 newsletters" in page
    assert "The Evening Friday’s digest starts at 07:00 (Berlin time): 0 readers, 0 articles. rehearsal" in page


def test_an_empty_house_says_how_to_begin(app: Flask) -> None:
    page = words(logged_in(app).get("/desk/"))
    assert "There is no newsletter yet." in page
    assert "gazette newsletter add" in page


@pytest.mark.parametrize("path", ["/desk/n/nothing", "/desk/n/nothing/send", "/desk/n/nothing/editions"])
def test_an_unknown_newsletter_is_a_page_with_a_sentence(app: Flask, path: str) -> None:
    answer = logged_in(app).get(path)
    assert answer.status_code == 404
    assert "There is no such newsletter." in words(answer)
