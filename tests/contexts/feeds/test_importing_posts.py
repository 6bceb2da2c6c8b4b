"""Importing the posts of a Wix site whose feed is connected: each is one article, whichever came first."""

from sqlalchemy import select

from newsletter.database import Database
from newsletter.feeds.articles import Article, Feed
from newsletter.feeds.importing.posts import ImportReport, import_posts
from newsletter.feeds.importing.tables import rows_of
from newsletter.feeds.importing.wix import posts_of
from tests.data import NOW
from tests.feed_stock import a_feed, take

ID = "3f9a1b2c-0000-4000-8000-000000000004"
IN_FEED = (
    "<item><title>Über das Eis</title><link>https://proof.example/post/über-das-eis</link>"
    f'<guid isPermaLink="false">{ID}</guid></item>'
)
EXPORT = (
    "Title,ID,Post Page URL,Plain Content,Published Date\n"
    f"Über das Eis,{ID},/post/%C3%BCber-das-eis,Dünn.,2026-10-01T09:00:00.000Z\n"
)


def do_import(database: Database) -> ImportReport:
    """Import the export into the one newsletter."""
    with database.read() as session:
        newsletter_id = session.scalars(select(Feed.newsletter_id)).one()
    posts = posts_of(rows_of(EXPORT.encode()), "https://proof.example/")
    return import_posts(database, newsletter_id, posts, now=NOW)


def titles(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Article.title)))


def test_a_post_that_the_feed_has_written_another_way_is_known(database: Database) -> None:
    take(database, a_feed(database), IN_FEED, is_first=True)
    report = do_import(database)
    assert (report.new, report.known) == (0, 1)
    assert titles(database) == ["Über das Eis"]


def test_what_was_imported_first_is_known_when_the_feed_has_it(database: Database) -> None:
    feed_id = a_feed(database)
    assert do_import(database).new == 1
    assert take(database, feed_id, IN_FEED)[0] == 0
    assert titles(database) == ["Über das Eis"]
