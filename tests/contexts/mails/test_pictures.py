"""Digests show pictures from our own host, at their true size, and do without those that are not here."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.editions.editions import Variant
from newsletter.feeds.articles import Article
from newsletter.feeds.pictures.making import make_picture
from newsletter.feeds.pictures.wanting import upload, want
from tests.composed_mails import a_digest, body, composed, read
from tests.data import NOW
from tests.drawn_pictures import a_photograph

ICE = "https://img.proof.example/ice.jpg"
IMAGE = re.compile(r"<img[^>]*>")


def the_articles(session: Session) -> list[Article]:
    """The two of the digest, in its order."""
    variant = session.scalars(select(Variant)).one()
    return [session.get_one(Article, each) for each in variant.article_ids]


def bring(session: Session, article: Article, width: int, height: int, alt: str = "") -> str:
    """Give an article a picture of an editor; the name under which it is served."""
    picture = a_photograph(width, height)
    article.own_image_url = upload(session, article.newsletter_id, picture, make=make_picture, now=NOW)
    article.own_image_alt = alt
    return article.own_image_url.removeprefix("upload:")


def attributes(image: str) -> dict[str, str]:
    return dict(re.findall(r'([\w-]+)="([^"]*)"', image))


def test_the_lead_is_the_first_article_with_a_picture_and_shows_it_from_here(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        _first, second = the_articles(session)
        digest = bring(session, second, 2400, 1200, "A small ferry")
        message = read(composed(session, row))
    assert message["Subject"] == "The ferry"
    [image] = map(attributes, IMAGE.findall(body(message, "html")))
    assert image["src"] == f"https://news.example.org/picture/{digest}.jpg"
    assert (image["width"], image["height"], image["alt"]) == ("600", "300", "A small ferry")


def test_beside_the_others_it_is_small_and_without_words_where_it_only_decorates(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        for article, size in zip(the_articles(session), ((800, 1600), (600, 400)), strict=True):
            bring(session, article, *size)
        lead, beside = map(attributes, IMAGE.findall(body(read(composed(session, row)), "html")))
    assert (lead["width"], lead["height"]) == ("360", "720")  # upright: not a whole screen of it
    assert (beside["width"], beside["height"], beside["alt"]) == ("168", "112", "")


def test_the_link_of_a_picture_without_words_is_not_read_out(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        first, second = the_articles(session)
        bring(session, first, 800, 400, "A boat before a wall of ice")
        bring(session, second, 600, 400)
        html = body(read(composed(session, row)), "html")
    heard, unheard = re.findall(r"<a ([^>]*)>\s*<img", html)
    assert "aria-hidden" not in heard
    assert ('aria-hidden="true"' in unheard, 'tabindex="-1"' in unheard) == (True, True)


def test_a_small_picture_is_not_enlarged(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        bring(session, the_articles(session)[0], 160, 120)
        [image] = map(attributes, IMAGE.findall(body(read(composed(session, row)), "html")))
    assert (image["width"], image["height"], image["class"]) == ("160", "120", "narrow")


def test_a_picture_that_is_not_here_leaves_the_digest_whole(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        for article in the_articles(session):
            article.image_url, article.image_alt = ICE, "Ice"
        want(session, the_articles(session)[0].newsletter_id, [ICE], now=NOW)
        message = read(composed(session, row))
    assert message["Subject"] == "Under the ice shelf"
    assert not IMAGE.findall(body(message, "html"))
    assert "What The ferry is about." in body(message, "html")
    assert "img.proof.example" not in body(message, "html")


def test_an_editor_has_the_last_word_on_title_summary_and_picture(database: Database) -> None:
    with database.write() as session:
        row = a_digest(session)
        first, second = the_articles(session)
        bring(session, second, 600, 300)
        second.image_url, second.own_image_url = second.own_image_url or "", ""  # the site's picture, taken away
        first.own_title, first.own_summary = "Below the ice", "In our own words."
        message = read(composed(session, row))
    assert message["Subject"] == "Below the ice"
    for part in ("plain", "html"):
        assert "In our own words." in body(message, part)
        assert "What Under the ice shelf is about." not in body(message, part)
    assert not IMAGE.findall(body(message, "html"))
