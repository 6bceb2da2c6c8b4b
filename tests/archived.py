"""Editions that went out week by week, for tests of the archive."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.database import Database
from newsletter.delivery.deliveries import DeliveryState
from newsletter.editions.editions import Edition
from newsletter.feeds.articles import Article
from newsletter.feeds.pictures.making import make_picture
from newsletter.feeds.pictures.wanting import upload
from tests.conftest import StandingClock
from tests.data import NOW, an_article
from tests.drawn_pictures import a_photograph
from tests.edition_runs import send_now, settle_all


def sent(database: Database, clock: StandingClock, titles: Sequence[str], *, after: timedelta = timedelta()) -> int:
    """Publish articles, the first one last, and send them to all readers at once; the number of their edition."""
    clock.pass_by(after)
    with database.write() as session:
        newsletter = session.scalars(select(Newsletter)).one()
        for place, title in enumerate(titles):
            released_at = clock.now() - timedelta(minutes=place + 1)
            an_article(session, newsletter, title, topics=(), released_at=released_at)
    edition_id = send_now(database, clock)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        edition = session.get_one(Edition, edition_id)
        edition.state = "sent"
        return edition.number or 0


def article_named(session: Session, title: str) -> Article:
    """The article of this title."""
    return session.scalars(select(Article).where(Article.title == title)).one()


def with_picture(session: Session, article: Article, alt: str = "A drawing of the ice") -> str:
    """Give an article a picture; the path under which it is served."""
    picture = a_photograph(1200, 675)
    article.own_image_url = upload(session, article.newsletter_id, picture, make=make_picture, now=NOW)
    article.own_image_alt = alt
    session.flush()
    return f"/picture/{article.own_image_url.removeprefix('upload:')}.jpg"
