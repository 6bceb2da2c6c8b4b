"""The archive over HTTP: the list, the editions, both feeds, and a reader's own digest in the browser."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from newsletter.catalogue.newsletters import NewsletterText, Topic, TopicText
from newsletter.feeds.articles import Article, Decision
from newsletter.feeds.deciding import OwnWords, decide, overwrite
from tests.archived import article_named, sent, with_picture
from tests.conftest import StandingClock
from tests.data import NOW, a_reader
from tests.reader_site import SLUG, ReaderSite, elements, words
from tests.statements import heard

ARCHIVE = f"/n/{SLUG}/archive"
WEEK = timedelta(days=7)


@pytest.fixture
def site(app: Flask) -> ReaderSite:
    """An installation whose newsletter has a reader."""
    made = ReaderSite(app)
    with made.database.write() as session:
        a_reader(session, made.newsletter())
    return made


def send(site: ReaderSite, clock: StandingClock, *titles: str, after: timedelta = WEEK) -> int:
    """An edition with these articles; its number."""
    return sent(site.database, clock, titles, after=after)


def metas(site: ReaderSite, path: str) -> dict[str, str]:
    """What a page says of itself in its head, by name."""
    named = [each for tag, each in elements(site.get(path)) if tag == "meta" and "content" in each]
    return {str(each.get("property") or each.get("name")): str(each["content"]) for each in named}


def hrefs(site: ReaderSite, path: str) -> list[str]:
    return [str(each["href"]) for tag, each in elements(site.get(path)) if tag == "a" and each.get("href")]


def test_the_archive_lists_what_went_out_newest_first(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice", "Yeast")
    send(site, clock, "Ferry")
    page = site.get(ARCHIVE)
    said = words(page)
    assert "December 2026 Tue 8 No. 2 Ferry 1 article" in said
    assert "Tue 1 No. 1 Ice Yeast 2 articles" in said
    assert said.index("Ferry") < said.index("Ice")
    assert f"{ARCHIVE}/2" in hrefs(site, ARCHIVE)
    assert page.headers["X-Robots-Tag"] == "all"
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in page.headers


def test_before_the_first_edition_the_archive_says_so(site: ReaderSite) -> None:
    assert "No edition of The Proof has gone out yet." in words(site.get(ARCHIVE))
    assert site.get(f"{ARCHIVE}/1").status_code == 404


def test_older_editions_are_pages_away(site: ReaderSite, clock: StandingClock) -> None:
    for number in range(1, 24):
        send(site, clock, f"Article {number}", after=timedelta(days=1))
    first = hrefs(site, ARCHIVE)
    assert f"{ARCHIVE}/4" in first
    assert f"{ARCHIVE}/3" not in first
    assert f"{ARCHIVE}?before=4" in first
    older = hrefs(site, f"{ARCHIVE}?before=4")
    assert [each for each in older if re.search(r"/archive/\d+$", each)] == [f"{ARCHIVE}/{n}" for n in (3, 2, 1)]
    assert ARCHIVE in older, "the way back"


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=" + "9" * 400, "before=%00", "q=%00", "q=" + "x" * 9000]
)
def test_nonsense_in_the_address_is_passed_over(site: ReaderSite, clock: StandingClock, query: str) -> None:
    send(site, clock, "Ice")
    assert site.get(f"{ARCHIVE}?{query}").status_code == 200


@pytest.mark.parametrize("path", ["0", "2", str(2**70), "x", "-1"])
def test_an_edition_that_is_not_there_is_not_found(site: ReaderSite, clock: StandingClock, path: str) -> None:
    send(site, clock, "Ice")
    assert site.get(f"{ARCHIVE}/{path}").status_code == 404
    assert site.get(f"/n/nothing/archive/{path}").status_code == 404


def test_a_search_names_the_articles_that_it_found(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Yeast", "Under the ice", "Bread")
    send(site, clock, "Ferry")
    page = site.get(f"{ARCHIVE}?q=ice")
    assert "Editions with “ice”, newest first." in words(page)
    assert "No. 1 Under the ice 1 article found" in words(page)
    assert "Ferry" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "No edition has “<b>”" in words(site.get(f"{ARCHIVE}?q=%3Cb%3E")).replace("&lt;b&gt;", "<b>")


def test_a_search_has_pages_too(site: ReaderSite, clock: StandingClock) -> None:
    for number in range(1, 23):
        send(site, clock, f"Ice {number}", after=timedelta(days=1))
    assert f"{ARCHIVE}?before=3&q=ice" in hrefs(site, f"{ARCHIVE}?q=ice")
    assert "No. 2 Ice 2" in words(site.get(f"{ARCHIVE}?before=3&q=ice"))


def test_an_edition_shows_all_that_it_brought_in_its_newest_words(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice", "Yeast", "Bread")
    with site.database.write() as session:
        overwrite(session, article_named(session, "Yeast"), OwnWords(title="Leaven"), editor_id=None, now=NOW)
        decide(session, article_named(session, "Bread"), Decision.NEVER, now=clock.now())
        picture = with_picture(session, article_named(session, "Yeast"))
    page = site.get(f"{ARCHIVE}/1")
    said = words(page)
    assert "Tuesday, 1 December 2026 · No. 1" in said
    assert said.index("Leaven") < said.index("Ice"), "what has a picture leads"
    assert "Bread" not in said
    assert f'src="{picture}"' in page.text
    assert "https://proof.example/ice" in hrefs(site, f"{ARCHIVE}/1")
    assert page.headers["X-Robots-Tag"] == "all"


def test_an_edition_of_which_nothing_is_left_says_so(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice")
    with site.database.write() as session:
        decide(session, article_named(session, "Ice"), Decision.NEVER, now=clock.now())
    assert site.get(f"{ARCHIVE}/1").status_code == 404
    assert "Nothing of this edition can be shown here any more." in words(site.get(f"{ARCHIVE}/1"))


def test_editions_lead_to_those_beside_them_past_what_is_gone(site: ReaderSite, clock: StandingClock) -> None:
    for title in ("Ice", "Yeast", "Ferry"):
        send(site, clock, title)
    with site.database.write() as session:
        decide(session, article_named(session, "Yeast"), Decision.NEVER, now=clock.now())
    assert "Later · No. 3 Ferry" in words(site.get(f"{ARCHIVE}/1"))
    assert "Earlier · No. 1 Ice" in words(site.get(f"{ARCHIVE}/3"))
    assert "Later" not in words(site.get(f"{ARCHIVE}/3"))


def test_each_article_stands_in_its_own_language(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice", "Ma")
    with site.database.write() as session:
        article_named(session, "Ma").language = "ar"
    blocks = [each for tag, each in elements(site.get(f"{ARCHIVE}/1")) if tag == "article"]
    assert [(each["lang"], each["dir"]) for each in blocks] == [("en", "ltr"), ("ar", "rtl")]


def test_an_archive_speaks_the_language_that_was_asked_for(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, "Ice", "Yeast")
    with site.database.write() as session:
        session.add(NewsletterText(newsletter_id=site.newsletter_id, language="de", tagline="Nur Neues"))
        for topic in session.scalars(select(Topic)):
            session.add(TopicText(topic_id=topic.id, language="de", name=f"{topic.name} auf Deutsch"))
    page = site.get(f"{ARCHIVE}?language=de")
    assert '<html lang="de"' in page.text
    assert "Dezember 2026" in words(page)
    assert f"{ARCHIVE}/1?language=de" in hrefs(site, f"{ARCHIVE}?language=de")
    assert metas(site, f"{ARCHIVE}/1?language=de")["og:locale"] == "de_DE"
    assert "Dienstag, 1. Dezember 2026" in words(site.get(f"{ARCHIVE}/1?language=de"))


def test_a_page_tells_others_how_to_show_it(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, 'Ice "and" <snow>')
    with site.database.write() as session:
        picture = with_picture(session, session.scalars(select(Article)).one(), "A drawing")
    said = metas(site, f"{ARCHIVE}/1")
    assert said["og:title"] == 'Ice "and" <snow>'
    assert said["og:description"].startswith("What Ice")
    assert said["og:image"] == f"http://localhost{picture}"
    assert said["og:image:alt"] == "A drawing"
    assert said["og:url"] == f"http://localhost{ARCHIVE}/1"
    assert (said["og:site_name"], said["og:locale"], said["og:type"]) == ("The Proof", "en_GB", "article")
    of_list = metas(site, ARCHIVE)
    assert (of_list["og:url"], of_list["og:type"]) == (f"http://localhost{ARCHIVE}", "website")
    links = [each for tag, each in elements(site.get(f"{ARCHIVE}/1")) if tag == "link"]
    assert {"rel": "canonical", "href": f"http://localhost{ARCHIVE}/1"} in links
    assert {each["href"] for each in links if each["rel"] == "alternate"} == {
        f"/n/{SLUG}/feed.xml",
        f"/n/{SLUG}/feed.json",
    }


@pytest.mark.parametrize("path", [ARCHIVE, f"{ARCHIVE}/1", f"/n/{SLUG}/feed.xml", f"/n/{SLUG}/feed.json"])
def test_what_has_not_changed_is_not_sent_again(site: ReaderSite, clock: StandingClock, path: str) -> None:
    send(site, clock, "Ice")
    etag = site.get(path).headers["ETag"]
    assert site.client.get(path, headers={"If-None-Match": etag}).status_code == 304
    with site.database.write() as session:
        overwrite(session, article_named(session, "Ice"), OwnWords(title="Snow"), editor_id=None, now=clock.now())
    changed = site.client.get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "Snow" in changed.text


@pytest.mark.parametrize("path", [ARCHIVE, f"{ARCHIVE}/2", f"{ARCHIVE}?q=article", f"/n/{SLUG}/feed.json"])
def test_a_page_asks_the_database_as_often_for_many_articles_as_for_few(
    site: ReaderSite, clock: StandingClock, path: str
) -> None:
    for number in range(3):
        send(site, clock, f"An article {number}")
    with heard(site.database) as few:
        site.get(path)
    for number in range(3, 9):
        send(site, clock, *(f"Article {number} {each}" for each in range(12)))
    with heard(site.database) as many:
        site.get(path)
    assert len(many) == len(few) <= 16


def test_a_long_edition_stays_a_small_page(site: ReaderSite, clock: StandingClock) -> None:
    send(site, clock, *(f"Article number {number} with a title of the usual length" for number in range(120)))
    with site.database.write() as session:
        for each in session.scalars(select(Article)):
            each.summary = "A sentence that goes on for quite a while. " * 12
    page = site.get(f"{ARCHIVE}/1")
    assert "And 60 more articles." in words(page)
    static = Path(site.app.static_folder or "")
    styles = sum((static / f"{name}.css").stat().st_size for name in ("tokens", "reader", "archive"))
    assert len(page.data) + styles < 60_000
