"""Histories: nobody gets an article twice, and what failed is due again."""

from datetime import timedelta

import pytest

from config import defaults
from newsletter.catalogue.shelf import the_newsletter
from newsletter.database import Database
from newsletter.delivery import outbox
from newsletter.delivery.deliveries import Delivery, DeliveryState
from newsletter.editions.editions import Edition, EditionState
from newsletter.feeds.articles import Article
from tests.conftest import StandingClock
from tests.data import NOW, a_newsletter, a_reader, an_article
from tests.edition_runs import FRIDAY, claimed, digests, go_out, send_now, settle_all, tick


def test_sending_now_twice_gives_nobody_anything_twice(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    first = send_now(database, clock)
    second = send_now(database, clock)
    assert first != second
    assert digests(database) == {1: [[1]]}
    with database.read() as session:
        skipped = session.get_one(Edition, second)
        assert skipped.state == EditionState.SKIPPED
        assert skipped.reason == "Every reader already has everything that is new."


def test_the_scheduled_run_after_a_special_edition_brings_only_what_is_new(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    tick(database, clock)
    send_now(database, clock)
    settle_all(database, DeliveryState.SENT)
    with database.write() as session:
        an_article(session, the_newsletter(session, None), "Later", released_at=NOW + timedelta(hours=5))
    go_out(database, clock, FRIDAY)
    assert digests(database) == {1: [[1], [2]]}


def test_what_failed_is_due_again_and_what_is_unknown_stays_reserved(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        an_article(session, newsletter)
    send_now(database, clock)
    settle_all(database, DeliveryState.FAILED)
    send_now(database, clock)
    assert digests(database) == {1: [[1], [1]]}
    with database.write() as session:
        row = session.get_one(Delivery, 2)
        outbox.mark_sending(session.connection(), claimed(session, row), "test", fingerprint="f", now=NOW)
        session.refresh(row)
        assert outbox.settle(session.connection(), row.id, row.attempts, DeliveryState.UNKNOWN)
    send_now(database, clock)
    assert digests(database) == {1: [[1], [1]]}


def test_an_article_that_is_released_anew_does_not_come_again_to_those_who_had_it(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        article_id = an_article(session, newsletter).id
    send_now(database, clock)
    settle_all(database, DeliveryState.SENT)
    # By the edition of February groups have forgotten it: it is older than any digest reaches.
    clock.at = FRIDAY + timedelta(days=70)
    for _ in range(2):
        tick(database, clock)
    with database.write() as session:
        newsletter = the_newsletter(session, None)
        session.get_one(Article, article_id).released_at = clock.at + timedelta(days=1)
        a_reader(session, newsletter, "new@example.org", joined_at=clock.at)
    go_out(database, clock, clock.at + timedelta(days=7))
    assert digests(database) == {1: [[1]], 2: [[1]]}


def test_what_has_lapsed_for_a_reader_does_not_come_to_them_when_it_is_released_anew(
    database: Database, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(defaults, "MAXIMUM_ARTICLES", dict.fromkeys(defaults.MAXIMUM_ARTICLES, 1))
    with database.write() as session:
        newsletter = a_newsletter(session)
        a_reader(session, newsletter)
        lapsing = an_article(session, newsletter, "No room for it", released_at=NOW - timedelta(hours=3)).id
        an_article(session, newsletter, "First")
    tick(database, clock)
    for week in range(2):
        go_out(database, clock, FRIDAY + week * timedelta(days=7))
        settle_all(database, DeliveryState.SENT)
        with database.write() as session:
            newsletter = the_newsletter(session, None)
            an_article(session, newsletter, f"After {week}", released_at=clock.at + timedelta(days=1))
    with database.write() as session:
        later = FRIDAY + timedelta(days=10)
        session.get_one(Article, lapsing).released_at = later
        a_reader(session, the_newsletter(session, None), "new@example.org", joined_at=later - timedelta(hours=1))
    go_out(database, clock, FRIDAY + timedelta(days=14))
    assert digests(database) == {1: [[2], [3], [4]], 2: [[lapsing]]}
