"""The feeds at the desk: how they are doing, their settings, and their end."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from newsletter.catalogue.newsletters import MailRule, Newsletter
from newsletter.feeds.articles import Article, Feed, FeedKind, FeedPush, Standing
from newsletter.jobs import JobKind
from newsletter.wiring import Services
from tests.data import NOW, a_newsletter, an_article, topic_ids
from tests.desk import logged_in, press, services_of, token_in, words

FEEDS = "/desk/n/the-proof/feeds"


def a_feed(newsletter_id: int, title: str = "The Proof, all articles", **columns: object) -> Feed:
    """A feed that was read a minute ago, unless said otherwise."""
    usual: dict[str, object] = {
        "url": f"https://proof.example/{title.lower().replace(' ', '-')}.xml",
        "connected_at": NOW - timedelta(days=9),
        "next_poll_at": NOW + timedelta(minutes=4),
        "last_success_at": NOW - timedelta(minutes=1),
        "last_change_at": NOW - timedelta(hours=3),
        "items_seen": 23,
    }
    return Feed(newsletter_id=newsletter_id, title=title, **(usual | columns))


def a_house(app: Flask, *feeds: dict[str, object]) -> list[int]:
    """A newsletter with these feeds; their ids. Another newsletter has one too, with id 1."""
    with services_of(app).database.write() as session:
        other = a_newsletter(session, "The Evening")
        session.add(a_feed(other.id, "Another paper"))
        session.flush()
        newsletter = a_newsletter(session)
        made = [a_feed(newsletter.id, **each) for each in feeds]  # type: ignore[arg-type] # tests name them
        session.add_all(made)
        session.flush()
        return [feed.id for feed in made]


def the_feed(app: Flask, feed_id: int) -> Feed:
    """A feed as it stands."""
    with services_of(app).database.read() as session:
        return session.get_one(Feed, feed_id)


def an_article_of(app: Flask, feed_id: int, title: str = "Ice", standing: Standing = Standing.FREE) -> int:
    """An article that this feed brought, released unless said otherwise; its id."""
    with services_of(app).database.write() as session:
        newsletter = session.get_one(Newsletter, session.get_one(Feed, feed_id).newsletter_id)
        is_free = standing is Standing.FREE
        article = an_article(session, newsletter, title, topics=(), released_at=NOW if is_free else None)
        article.feed_id, article.standing, article.categories = feed_id, standing, ["Science", "KI"]
        return article.id


def test_without_a_feed_the_field_for_an_address_is_right_there(app: Flask) -> None:
    a_house(app)
    page = logged_in(app).get(FEEDS)
    assert "Connect your site. Its new articles come in by themselves" in words(page)
    assert 'name="url"' in page.text
    assert "Another paper" not in words(page)


def test_every_feed_says_how_it_is_doing(app: Flask) -> None:
    with services_of(app).database.write() as session:
        science = topic_ids(session, a_newsletter(session, "Unused"))["science"]
    a_house(app, {"title": "Fine", "remark": "48,000 older articles were left out.", "default_topic_id": science})
    page = words(logged_in(app).get(FEEDS))
    assert "1 feed brings articles into The Proof. It works." in page
    assert "48,000 older articles were left out." in page
    assert "Last success 09:59" in page
    assert "Last change 07:00" in page
    assert "Articles in it 23" in page
    assert "Next look 10:04" in page


def test_feeds_in_trouble_come_first_with_what_to_do(app: Flask) -> None:
    trouble = "The site answers with an error of its own (503). We try again by ourselves."
    broken = {"failures": 3, "trouble": trouble, "failing_since_at": NOW - timedelta(hours=30)}
    a_house(app, {"title": "A fine one"}, {"title": "Z is broken", **broken})
    page = words(logged_in(app).get(FEEDS))
    assert "1 needs a look; what to do stands below." in page
    assert page.index("Z is broken") < page.index(trouble) < page.index("A fine one")
    assert "In trouble since yesterday 04:00" in page


def test_a_feed_whose_articles_are_held_or_never_mailed_is_marked(app: Flask) -> None:
    a_house(app, {"title": "One", "rule": MailRule.HOLD}, {"title": "Two", "rule": MailRule.NEVER})
    page = words(logged_in(app).get(FEEDS))
    assert "articles are held" in page
    assert "never mailed" in page


def test_fetch_again_goes_past_pace_and_caches_and_revives_an_ended_feed(app: Flask) -> None:
    [feed_id] = a_house(app, {"etag": '"1"', "ended_at": NOW, "trouble": "It has ended."})
    answer = press(logged_in(app), FEEDS, f"{FEEDS}/{feed_id}/look")
    assert answer.status_code == 303
    feed = the_feed(app, feed_id)
    assert feed.wants_fresh
    assert (feed.etag, feed.next_poll_at) == (None, NOW)


@pytest.mark.parametrize("standing", [Standing.NO_ARTICLE, Standing.FREE])
def test_fetch_again_also_reads_the_pages_that_gave_no_text(app: Flask, standing: Standing) -> None:
    [feed_id] = a_house(app, {"wants_full_text": True, "kind": FeedKind.PAGE})
    article_id = an_article_of(app, feed_id, standing=standing)
    with services_of(app).database.write() as session:
        session.get_one(Article, article_id).page_tries = 3
    page = f"{FEEDS}/{feed_id}"
    assert press(logged_in(app), page, f"{page}/look").status_code == 303
    with services_of(app).database.read() as session:
        article = session.get_one(Article, article_id)
        assert (article.page_due_at, article.page_tries) == (NOW, 0)


def test_fetching_all_again_leaves_out_those_that_have_ended_and_those_of_others(app: Flask) -> None:
    one, ended = a_house(app, {"title": "One"}, {"title": "Ended", "ended_at": NOW})
    press(logged_in(app), FEEDS, f"{FEEDS}/look")
    assert the_feed(app, one).wants_fresh
    assert not the_feed(app, ended).wants_fresh
    assert not the_feed(app, 1).wants_fresh


def test_the_page_of_a_feed_shows_what_it_brought_and_why_it_stands_there(app: Flask) -> None:
    [feed_id] = a_house(app, {})
    an_article_of(app, feed_id, "Ready")
    an_article_of(app, feed_id, "Waiting", standing=Standing.HELD_BY_FEED)
    page = words(logged_in(app).get(f"{FEEDS}/{feed_id}"))
    assert "The Proof, all articles has brought 2 articles." in page
    assert "Everything from its feed waits for an editor." in page
    assert "Science 2 articles Science" in page
    assert "KI 2 articles no topic" in page


def test_a_hub_that_tells_us_at_once_is_shown(app: Flask) -> None:
    [feed_id] = a_house(app, {})
    with services_of(app).database.write() as session:
        until = NOW + timedelta(days=5)
        session.add(
            FeedPush(
                feed_id=feed_id, hub_url="https://hub.example/", topic_url="t", nonce="n", renew_at=until,
                lease_until_at=until,
            )
        )  # fmt: skip
    page = words(logged_in(app).get(f"{FEEDS}/{feed_id}"))
    assert "Its hub https://hub.example/ tells us of news at once, until Sun 29 Nov, 10:00" in page


def test_settings_are_saved_and_said_back(app: Flask) -> None:
    [feed_id] = a_house(app, {})
    article_id = an_article_of(app, feed_id)
    browser = logged_in(app)
    page = f"{FEEDS}/{feed_id}"
    press(browser, page, page, title="News", topic="", rule="hold", full_text="yes")
    shown = words(browser.get(page))
    assert "Saved. Articles of this feed wait until an editor releases each of them." in shown
    feed = the_feed(app, feed_id)
    assert (feed.title, feed.rule, feed.wants_full_text) == ("News", MailRule.HOLD, True)
    with services_of(app).database.read() as session:
        assert session.get_one(Article, article_id).standing == Standing.HELD_BY_FEED


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"topic": "99"},
        {"topic": "-1"},
        {"topic": "²"},
        {"topic": "9" * 30},
        {"rule": "burn"},
        {"rule": ""},
    ],
)
def test_what_cannot_be_saved_is_refused_and_kept_as_typed(app: Flask, wrong: dict[str, str]) -> None:
    [feed_id] = a_house(app, {})
    page = f"{FEEDS}/{feed_id}"
    answer = press(logged_in(app), page, page, **({"title": "Typed <b>", "topic": "", "rule": "mail"} | wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if "title" not in wrong:
        assert "Typed &lt;b&gt;" in answer.text
    assert the_feed(app, feed_id).title == "The Proof, all articles"


def test_a_page_is_always_read_for_its_text(app: Flask) -> None:
    [feed_id] = a_house(app, {"kind": FeedKind.PAGE, "wants_full_text": True})
    page = f"{FEEDS}/{feed_id}"
    press(logged_in(app), page, page, title="Culture", topic="", rule="mail")
    assert the_feed(app, feed_id).wants_full_text


def test_a_feed_is_removed_after_a_page_that_says_what_stays(app: Flask) -> None:
    [feed_id] = a_house(app, {})
    article_id = an_article_of(app, feed_id)
    browser = logged_in(app)
    page = f"{FEEDS}/{feed_id}/remove"
    assert "1 article that it brought stays as it is." in words(browser.get(page))
    press(browser, page, page)
    assert "The Proof, all articles is removed. Its articles stay" in words(browser.get(FEEDS))
    with services_of(app).database.read() as session:
        assert session.get(Feed, feed_id) is None
        assert session.get(Article, article_id) is not None


@pytest.mark.parametrize("path", ["/1", "/1/remove", "/999", f"/{9**30}"])
def test_the_feed_of_another_newsletter_is_not_here(app: Flask, path: str) -> None:
    a_house(app, {})
    answer = logged_in(app).get(FEEDS + path)
    assert answer.status_code == 404
    assert "The list of feeds shows all there are." in words(answer)


@pytest.mark.parametrize("action", ["/1", "/1/look", "/1/remove"])
def test_nothing_can_be_done_to_the_feed_of_another_newsletter(app: Flask, action: str) -> None:
    a_house(app, {})
    browser = logged_in(app)
    token = token_in(browser.get(FEEDS))
    fields = {"csrf_token": token, "title": "Mine", "topic": "", "rule": "never"}
    assert browser.post(FEEDS + action, data=fields).status_code == 404
    feed = the_feed(app, 1)
    assert (feed.title, feed.wants_fresh) == ("Another paper", False)


@pytest.mark.parametrize("action", ["/2", "/2/look", "/2/remove", "/look", "/add", "/add/chosen"])
def test_a_form_from_elsewhere_changes_nothing(app: Flask, action: str) -> None:
    a_house(app, {})
    answer = logged_in(app).post(FEEDS + action, data={"title": "Taken", "topic": "", "rule": "never"})
    assert answer.status_code == 400
    assert the_feed(app, 2).rule == MailRule.MAIL


@pytest.mark.parametrize("path", ["", "/add", "/2", "/2/remove"])
def test_nobody_sees_the_feeds_without_logging_in(app: Flask, path: str) -> None:
    a_house(app, {})
    answer = app.test_client().get(FEEDS + path)
    assert answer.status_code == 302
    assert "/desk/login" in answer.location


def test_asking_again_rings_for_the_work(app: Flask, parts: Services, announced: list[object]) -> None:
    del app
    with parts.database.write() as session:
        newsletter = a_newsletter(session)
        session.add(a_feed(newsletter.id))
    from newsletter.web.application import create_app  # noqa: PLC0415 - on the services of this test

    press(logged_in(create_app(parts)), FEEDS, f"{FEEDS}/look")
    assert [job.kind for job in announced if getattr(job, "kind", None) == JobKind.POLL_FEED] == [JobKind.POLL_FEED]  # type: ignore[attr-defined] # a Job
    with parts.database.read() as session:
        assert session.scalars(select(Feed.wants_fresh)).one()
