"""The demo newsletter comes only into an empty database, and goes without a trace."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Role
from newsletter.database import Base, Database
from newsletter.delivery.deliveries import Delivery
from newsletter.editions.building import chosen_for, frame_at
from newsletter.editions.editions import SPECIAL
from newsletter.editions.fanout import fan_out
from newsletter.editions.outlook import audience
from newsletter.editions.schedule import request_special, tick
from newsletter.errors import NotFoundError, RefusedError
from newsletter.feeds.articles import Article, ArticleAlias
from newsletter.feeds.identity import canonical_link
from newsletter.feeds.pictures.hosted import Picture
from newsletter.feeds.pictures.showing import ShownPicture, shown
from newsletter.local.demo import removing, seeding
from newsletter.local.demo.readers import DOMAIN, add_readers
from newsletter.local.demo.samples import samples
from newsletter.migrations.tables import METADATA
from newsletter.subscriptions import signup
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.signup import SignUp
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from newsletter.suppression.suppressions import Suppression, SuppressionReason, suppress
from tests.conftest import StandingClock
from tests.data import EVIDENCE, NOW, a_newsletter, a_reader, an_editor

BASE = "http://localhost:8000"


def seeded(database: Database, *, readers: int = 0) -> int:
    with database.write() as session:
        newsletter_id = seeding.seed(session, BASE, now=NOW).id
    for _ in add_readers(database, newsletter_id, readers, now=NOW):
        pass
    return newsletter_id


def count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        found = {
            name: session.scalar(select(func.count()).select_from(table)) for name, table in METADATA.tables.items()
        }
    return {name: number for name, number in found.items() if number}


def test_a_digest_is_due_at_once_and_holds_nothing_old(database: Database) -> None:
    newsletter_id = seeded(database)
    with database.write() as session:
        newsletter = seeding.demo_newsletter(session)
        assert newsletter is not None
        assert newsletter.is_live
        reader = a_reader(session, newsletter, joined_at=NOW)
        frame = frame_at(session, newsletter, SPECIAL, NOW)
        [chosen] = chosen_for(session, frame, [reader], now=NOW)
        assert chosen.subscription_id == reader.id
        assert 9 <= len(chosen.digest.article_ids) <= 12
        assert chosen.digest.more == 0
        every = session.scalars(select(Article).where(Article.newsletter_id == newsletter_id))
        assert len(list(every)) == len(samples()) == 20


def test_every_article_has_a_page_here_and_is_known_again_by_its_link(database: Database) -> None:
    seeded(database)
    with database.read() as session:
        links = set(session.scalars(select(ArticleAlias.value).where(ArticleAlias.kind == "link")))
        addresses = list(session.scalars(select(Article.url)))
        assert links == {canonical_link(address) for address in addresses}
        assert all(address.startswith(f"{BASE}/demo/") for address in addresses)


def test_it_is_made_only_in_an_empty_database(database: Database) -> None:
    with database.write() as session:
        a_newsletter(session)
        with pytest.raises(RefusedError, match="empty database"):
            seeding.seed(session, BASE, now=NOW)


def test_links_move_along_when_the_installation_has_another_port(database: Database) -> None:
    seeded(database)
    with database.write() as session:
        seeding.follow(session, "http://localhost:8001", now=NOW)
    with database.read() as session:
        assert all(url.startswith("http://localhost:8001/demo/") for url in session.scalars(select(Article.url)))
        assert all(":8001/" in link for link in session.scalars(select(ArticleAlias.value)))


def shown_pictures(database: Database, newsletter_id: int) -> dict[str, ShownPicture]:
    with database.read() as session:
        return shown(session, newsletter_id, list(session.scalars(select(Article.image_url))))


def test_its_pictures_are_served_from_here_under_any_address(database: Database) -> None:
    found = shown_pictures(database, seeded(database))
    assert len(found) == len([sample for sample in samples() if sample.picture]) == 10
    assert {(each.suffix, each.width, each.height) for each in found.values()} == {("png", 1200, 675)}


def test_a_demo_from_before_gets_its_pictures_here_at_the_next_start(database: Database) -> None:
    newsletter_id = seeded(database)
    with database.write() as session:
        session.execute(delete(Picture))
        for article in session.scalars(select(Article).where(Article.image_url != "")):
            article.image_url = f"{BASE}/static/demo/ferry.png"
        session.scalars(select(Article)).first().image_url = f"{BASE}/static/demo/gone.png"  # type: ignore[union-attr]  # there are 20
    with database.write() as session:
        seeding.follow(session, BASE, now=NOW)
    assert len(shown_pictures(database, newsletter_id)) == 1
    with database.read() as session:
        assert not [url for url in session.scalars(select(Article.image_url)) if "static" in url]


def test_readers_are_active_differ_in_topics_and_have_addresses_that_can_be_written_to(database: Database) -> None:
    seeded(database, readers=70)
    with database.read() as session:
        newsletter = seeding.demo_newsletter(session)
        assert newsletter is not None
        found = audience(session, newsletter, now=NOW)
        assert (found.readers, found.variants) == (
            70,
            7 * 2,
        )  # choices of topics, and the two cadences reach back differently
        addresses = list(session.scalars(select(Subscriber.address)))
        assert all(parse_address(address).key == address for address in addresses)


def test_more_readers_may_be_added_later(database: Database) -> None:
    newsletter_id = seeded(database, readers=3)
    assert list(add_readers(database, newsletter_id, 4, now=NOW)) == [4]
    with database.read() as session:
        assert count(session, Subscription) == 7
        assert session.scalar(select(Subscriber.address).order_by(Subscriber.id.desc())) == f"reader-7@{DOMAIN}"


def test_after_the_removal_every_table_is_empty(database: Database, clock: StandingClock) -> None:
    """The demo is used before: readers signed up, editions ran, mails were written."""
    assert rows(database) == {}
    seeded(database, readers=20)
    with database.write() as session:
        newsletter = seeding.demo_newsletter(session)
        assert newsletter is not None
        entered = SignUp(address="anna@example.org", choice=Choice(), evidence=EVIDENCE)
        signup.sign_up(session, newsletter, entered, now=NOW)
        edition_id = request_special(session, newsletter, requested_by=None, now=NOW).id
        suppress(session, f"reader-1@{DOMAIN}", SuppressionReason.ASKED, now=NOW)
    fan_out(database, clock, edition_id)
    with database.write() as session:
        tick(session, now=NOW + timedelta(minutes=1))
        assert count(session, Delivery) == 20, "19 digests, none for who must not be written to, and a confirmation"
    with database.write() as session:
        assert removing.remove(session) == 21
    assert rows(database) == {}


def test_what_is_not_of_the_demo_stays(database: Database) -> None:
    seeded(database, readers=2)
    with database.write() as session:
        demo = seeding.demo_newsletter(session)
        assert demo is not None
        other = a_newsletter(session, "The Other")
        a_reader(session, other, "both@example.org")
        a_reader(session, demo, "both@example.org")
        an_editor(session, role=Role.OWNER)
        suppress(session, "never@example.org", SuppressionReason.ASKED, now=NOW)
    before = rows(database)
    with database.write() as session:
        assert removing.remove(session) == 3
    with database.read() as session:
        assert session.scalar(select(Subscriber.address)) == "both@example.org"
        assert count(session, Suppression) == 1
    after = rows(database)
    assert (after["newsletters"], after["subscriptions"], after["topics"]) == (1, 1, 2)
    assert after["editors"] == before["editors"] == 1


def test_a_removal_without_a_demo_says_so(database: Database) -> None:
    with database.write() as session, pytest.raises(NotFoundError, match="no demo newsletter"):
        removing.remove(session)


def test_every_table_is_looked_into_or_said_to_stay() -> None:
    named = {table.__tablename__ for table in removing.tables() | removing.STAYS}
    assert named == set(METADATA.tables), (
        "add the new table to `_steps` or `STAYS` in newsletter/local/demo/removing.py"
    )


def test_the_bulk_of_readers_is_written_in_batches(database: Database) -> None:
    newsletter_id = seeded(database)
    assert list(add_readers(database, newsletter_id, 5_001, now=NOW)) == [5_000, 1]
    with database.read() as session:
        assert count(session, Subscription) == 5_001
