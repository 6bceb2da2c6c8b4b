"""Connecting a site at the desk: looking at it on loopback, choosing, and what is taken over."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from newsletter.catalogue.newsletters import Newsletter
from newsletter.feeds.articles import Article, Feed, FeedKind, Standing
from newsletter.feeds.extracting.found import SiteLook
from newsletter.feeds.pictures.hosted import Picture
from newsletter.web.desk.proposals import Part, proposals
from tests.data import a_newsletter, topic_ids
from tests.desk import logged_in, services_of, token_in, words
from tests.fake_feeds import item, rss
from tests.loopback_site import Site, page, status

ADD = "/desk/n/the-proof/feeds/add"
CHOSEN = f"{ADD}/chosen"
FEEDS = "/desk/n/the-proof/feeds"


@pytest.fixture
def site() -> Iterator[Site]:
    """A news site: a front page that names two feeds, twelve articles, a logo and a colour."""
    with Site() as made:
        made.pages["/"] = page(front_page(), Content_Type="text/html; charset=utf-8")
        made.pages["/feed.xml"] = page(a_feed("The Harbour", 3), Content_Type="application/rss+xml")
        made.pages["/science.xml"] = page(a_feed("Science", 1), Content_Type="application/rss+xml")
        made.pages["/logo.png"] = page(a_logo(), Content_Type="image/png")
        yield made


def front_page(*, feeds: bool = True) -> bytes:
    """The page of the site."""
    named = (
        '<link rel="alternate" type="application/rss+xml" href="/feed.xml" title="The Harbour">'
        '<link rel="alternate" type="application/rss+xml" href="/science.xml" title="Science">'
    )
    links = "".join(
        f'<article><h2><a href="/2026/11/{n}-article-about-the-ice">Article {n} about the ice of the north</a></h2>'
        "<p>A few words about it.</p></article>"
        for n in range(12)
    )
    return (
        '<!doctype html><html lang="en"><head><title>The Harbour</title>'
        '<meta property="og:site_name" content="The Harbour">'
        '<meta name="theme-color" content="#0a7f5a"><link rel="apple-touch-icon" href="/logo.png" sizes="180x180">'
        f"{named if feeds else ''}</head><body><main>{links}</main></body></html>"
    ).encode()


def a_feed(title: str, articles: int) -> bytes:
    """A feed with so many articles."""
    items = [
        item(f"{title} {n}", link=f"https://harbour.example/{title}/{n}", guid=f"{title}-{n}") for n in range(articles)
    ]
    return rss(*items, title=title).encode()


def a_logo() -> bytes:
    """A picture of a decent size."""
    buffer = io.BytesIO()
    Image.new("RGB", (180, 180), "#0a7f5a").save(buffer, "PNG")
    return buffer.getvalue()


def a_house(app: Flask) -> FlaskClient:
    """A newsletter without a feed, and an owner before it."""
    with services_of(app).database.write() as session:
        a_newsletter(session)
    return logged_in(app)


def post(browser: FlaskClient, action: str, **fields: str | list[str]) -> TestResponse:
    """Send a form, with the token of the page."""
    return browser.post(action, data={"csrf_token": token_in(browser.get(ADD)), **fields})


def the_newsletter(app: Flask) -> Newsletter:
    """The Proof as it stands."""
    with services_of(app).database.read() as session:
        return session.scalars(select(Newsletter).where(Newsletter.slug == "the-proof")).one()


def feeds(app: Flask) -> list[Feed]:
    """The feeds that are connected."""
    with services_of(app).database.read() as session:
        return list(session.scalars(select(Feed).order_by(Feed.id)))


def ticked(answer: TestResponse, name: str) -> list[str]:
    """The values of the check boxes of this name that are ticked on a page."""
    boxes = re.findall(r"<input\b[^>]*>", answer.text)
    return [
        found[1]
        for box in boxes
        if f'name="{name}"' in box and re.search(r"\bchecked\b", box) and (found := re.search(r'value="([^"]*)"', box))
    ]


def test_looking_at_a_site_shows_its_feeds_and_connects_none(app: Flask, site: Site) -> None:
    answer = post(a_house(app), ADD, url=site.url("/"))
    shown = words(answer)
    assert answer.status_code == 200
    assert "2 feeds found at The Harbour." in shown
    assert "The Harbour feed · 3 articles · the best match" in shown
    assert "Read this page itself: its links become articles web page · 12 links to articles" in shown
    assert ticked(answer, "feed") == [site.url("/feed.xml")]
    assert feeds(app) == []


def test_what_nobody_has_chosen_yet_is_proposed_with_a_tick(app: Flask, site: Site) -> None:
    answer = post(a_house(app), ADD, url=site.url("/"))
    assert "Name: The Harbour Now: The Proof" in words(answer)
    assert ticked(answer, "take") == ["logo", "accent"]
    assert 'src="data:image/' in answer.text, "the logo is shown without asking the site from the browser"


def test_connecting_takes_the_feed_and_what_is_ticked_and_mails_nothing_old(app: Flask, site: Site) -> None:
    browser = a_house(app)
    with services_of(app).database.read() as session:
        science = topic_ids(session, the_newsletter(app))["science"]
    logo = site.url("/logo.png")
    fields = {"accent_value": "#0a7f5a", "logo_value": logo, "name_value": "Not ticked"}
    answer = post(
        browser,
        CHOSEN,
        feed=[site.url("/feed.xml")],
        take=["logo", "accent"],
        topic=str(science),
        full_text="yes",
        **fields,
    )
    assert answer.status_code == 303
    shown = words(browser.get(FEEDS))
    assert "Connected: The Harbour, 3 articles. None of these will be mailed; later ones will." in shown
    [feed] = feeds(app)
    assert (feed.default_topic_id, feed.wants_full_text) == (science, True)
    newsletter = the_newsletter(app)
    assert (newsletter.name, newsletter.accent, newsletter.logo_url) == ("The Proof", "#0a7f5a", logo)
    with services_of(app).database.read() as session:
        assert set(session.scalars(select(Article.standing))) == {Standing.OLD}
        assert logo in session.scalars(select(Picture.address)).all(), "the logo is fetched to be served from here"


def test_two_feeds_and_a_page_are_connected_at_once(app: Flask, site: Site) -> None:
    browser = a_house(app)
    both = [site.url("/feed.xml"), site.url("/science.xml")]
    post(browser, CHOSEN, feed=both, page=[site.url("/")])
    assert [feed.kind for feed in feeds(app)] == [FeedKind.FEED, FeedKind.FEED, FeedKind.PAGE]
    assert "Connected: Science, 1 article. It will not be mailed; later ones will." in words(browser.get(FEEDS))


def test_one_broken_feed_keeps_no_other_from_being_connected(app: Flask, site: Site) -> None:
    site.pages["/science.xml"] = status(500)
    browser = a_house(app)
    post(browser, CHOSEN, feed=[site.url("/science.xml"), site.url("/feed.xml")])
    shown = words(browser.get(FEEDS))
    assert "Connected: The Harbour, 3 articles." in shown
    assert "Nothing was connected." in shown, "of the broken one"
    assert len(feeds(app)) == 1


def test_a_site_without_a_feed_is_offered_as_a_page(app: Flask, site: Site) -> None:
    for path in ("/feed.xml", "/science.xml"):
        del site.pages[path]
    site.pages["/"] = page(front_page(feeds=False), Content_Type="text/html; charset=utf-8")
    answer = post(a_house(app), ADD, url=site.url("/"))
    assert "No feed was found at The Harbour." in words(answer)
    assert ticked(answer, "page") == [site.url("/")]


def test_the_feed_of_a_wix_site_is_found_by_itself(app: Flask, site: Site) -> None:
    site.pages["/"] = page(front_page(feeds=False), Content_Type="text/html; charset=utf-8")
    site.pages["/blog-feed.xml"] = site.pages.pop("/feed.xml")
    answer = post(a_house(app), ADD, url=site.url("/"))
    assert ticked(answer, "feed") == [site.url("/blog-feed.xml")]


@pytest.mark.parametrize(
    "typed", ["", "ftp://proof.example", "http://user:secret@proof.example/", "http://[", "x" * 3000]
)
def test_what_is_no_address_is_refused_and_kept_as_typed(app: Flask, typed: str) -> None:
    answer = post(a_house(app), ADD, url=typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{typed}"' in answer.text


def test_a_site_that_does_not_answer_is_told_of_at_the_field(app: Flask, site: Site) -> None:
    site.pages["/"] = status(503)
    answer = post(a_house(app), ADD, url=site.url("/"))
    assert answer.status_code == 422
    assert "503" in words(answer)
    assert site.url("/") in answer.text


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/", "http://10.0.0.1/feed.xml"])
def test_addresses_within_are_refused_in_both_steps(app: Flask, url: str) -> None:
    browser = a_house(app)
    assert post(browser, ADD, url=url).status_code == 422
    assert post(browser, CHOSEN, feed=[url]).status_code == 422
    assert feeds(app) == []


def test_nothing_chosen_connects_nothing_and_says_so(app: Flask, site: Site) -> None:
    answer = post(a_house(app), CHOSEN, typed=site.url("/"), take=["name"], name_value="Taken")
    assert answer.status_code == 422
    assert "No feed was chosen, so nothing was connected." in words(answer)
    assert site.url("/") in answer.text
    assert the_newsletter(app).name == "The Proof"


def test_too_many_feeds_at_once_are_refused(app: Flask) -> None:
    answer = post(a_house(app), CHOSEN, feed=[f"http://127.0.0.1:1/{number}" for number in range(11)])
    assert answer.status_code == 422
    assert "Choose at most 10 feeds at once" in words(answer)


def test_a_feed_that_is_connected_already_is_refused(app: Flask, site: Site) -> None:
    browser = a_house(app)
    post(browser, CHOSEN, feed=[site.url("/feed.xml")])
    answer = post(browser, CHOSEN, feed=[site.url("/feed.xml")])
    assert answer.status_code == 422
    assert "This feed is connected already: The Harbour" in words(answer)


def test_the_topic_of_another_newsletter_is_refused(app: Flask, site: Site) -> None:
    browser = a_house(app)
    with services_of(app).database.write() as session:
        other = topic_ids(session, a_newsletter(session, "The Evening"))["science"]
    assert post(browser, CHOSEN, feed=[site.url("/feed.xml")], topic=str(other)).status_code == 422
    assert feeds(app) == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("accent", "#ffee00"),
        ("accent", "red; } * { display: none"),
        ("logo", "javascript:alert(1)"),
        ("language", "tlh"),
        ("zone", "Europe/Atlantis"),
        ("zone", "../../etc/passwd"),
        ("name", ""),
        ("name", "x" * 101),
    ],
)
def test_a_proposal_that_was_changed_on_the_way_is_checked_again(app: Flask, site: Site, part: str, value: str) -> None:
    browser = a_house(app)
    before = the_newsletter(app)
    post(browser, CHOSEN, feed=[site.url("/feed.xml")], take=[part], **{f"{part}_value": value})
    after = the_newsletter(app)
    for name in ("name", "logo_url", "accent", "language", "zone"):
        assert getattr(after, name) == getattr(before, name)
    assert f"The {part} was left as it was." in words(browser.get(FEEDS))


def test_only_what_is_new_and_usable_is_proposed(app: Flask) -> None:
    a_house(app)
    newsletter = the_newsletter(app)
    newsletter.zone = "UTC"
    look = SiteLook(name="The Proof", accent="#ffee00", language="de", zone="Europe/Vienna")
    found = {each.part: each for each in proposals(newsletter, look)}
    assert set(found) == {Part.ACCENT, Part.LANGUAGE, Part.ZONE}, "the name is the same already"
    assert found[Part.ZONE].is_ticked
    assert found[Part.ACCENT].trouble
    assert not found[Part.ACCENT].is_ticked
    assert found[Part.LANGUAGE].is_ticked
    [_, finnish, _] = proposals(newsletter, replace(look, language="fi"))
    assert "do not come in this language yet" in finnish.trouble
    newsletter.zone = "Europe/Berlin"
    [_, _, zone] = proposals(newsletter, look)
    assert not zone.is_ticked, "somebody has chosen a zone"


def test_an_unknown_newsletter_has_no_page(app: Flask) -> None:
    browser = a_house(app)
    token = token_in(browser.get(ADD))
    for path in ("/desk/n/nobody/feeds/add", "/desk/n/nobody/feeds/add/chosen"):
        assert browser.post(path, data={"csrf_token": token, "url": "https://proof.example"}).status_code == 404
