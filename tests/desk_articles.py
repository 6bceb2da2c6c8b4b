"""Articles of a newsletter at the desk, for its tests."""

from io import BytesIO

from flask import Flask
from PIL import Image

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.editions import Edition, EditionArticle, EditionState, Variant
from newsletter.feeds.articles import Article, Decision, Standing
from tests.data import NOW, a_newsletter, an_article
from tests.desk import services_of

LIST = "/desk/n/the-proof/articles"


def a_house(app: Flask) -> int:
    """A live newsletter with the topics Science and Technology; its id."""
    with services_of(app).database.write() as session:
        return a_newsletter(session).id


def the_article(app: Flask, title: str = "Under the ice shelf", **said: object) -> int:
    """An article of the newsletter, with these columns set; its id."""
    with services_of(app).database.write() as session:
        newsletter = session.get_one(Newsletter, 1)
        article = an_article(session, newsletter, title)
        for name, value in said.items():
            setattr(article, name, value)
        return article.id


def a_held_article(app: Flask, title: str = "Held back") -> int:
    """An article that an editor holds; its id."""
    return the_article(app, title, standing=Standing.HELD, decision=Decision.HOLD, released_at=None)


def mailed(app: Flask, article_id: int, *, number: int = 7) -> int:
    """Let an edition have taken an article to its readers; the id of the edition."""
    with services_of(app).database.write() as session:
        edition = Edition(
            newsletter_id=1,
            cadence="special",
            local_date=None,
            state=EditionState.SENT,
            number=number,
            cutoff_at=NOW,
            send_at=NOW,
            is_rehearsal=False,
        )
        session.add(edition)
        session.flush()
        session.add(EditionArticle(edition_id=edition.id, article_id=article_id, position=1))
        session.add(a_variant(edition.id, article_id))
        return edition.id


def a_variant(edition_id: int, article_id: int) -> Variant:
    """A digest of one article."""
    return Variant(edition_id=edition_id, key=str(article_id), article_ids=[article_id], more=0)


def article_of(app: Flask, article_id: int) -> Article:
    """An article as it stands in the database."""
    with services_of(app).database.read() as session:
        return session.get_one(Article, article_id)


def a_photo(width: int = 300, height: int = 200) -> BytesIO:
    """A picture as an editor brings it."""
    content = BytesIO()
    Image.new("RGB", (width, height), (13, 58, 94)).save(content, "JPEG")
    content.seek(0)
    return content
