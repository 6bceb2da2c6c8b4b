"""A database that is opened under another public address writes to nobody until somebody says so."""

import pytest

from newsletter.catalogue.installation import open_under
from newsletter.catalogue.shelf import newsletters
from newsletter.database import Database
from tests.conftest import StandingClock
from tests.data import a_newsletter

HERE = "https://news.example.org"


def opened(database: Database, clock: StandingClock, url: str, *former: str) -> list[str]:
    with database.write() as session:
        return open_under(session, url, former, now=clock.now())


def has_live(database: Database) -> bool:
    with database.read() as session:
        return any(newsletter.is_live for newsletter in newsletters(session))


def test_the_first_opening_and_all_under_the_same_address_change_nothing(
    database: Database, clock: StandingClock
) -> None:
    with database.write() as session:
        a_newsletter(session)
    assert opened(database, clock, HERE) == []
    assert opened(database, clock, HERE) == []
    assert has_live(database)


def test_under_another_address_every_newsletter_is_in_rehearsal(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        a_newsletter(session)
        a_newsletter(session, "Not Yet", is_live=False)
    opened(database, clock, HERE)
    assert opened(database, clock, "https://staging.example.org") == ["The Proof"]
    assert not has_live(database)
    assert opened(database, clock, "https://staging.example.org") == []


@pytest.mark.parametrize(
    ("before", "after", "former"),
    [
        (HERE, "https://mail.example.org", (HERE + "/",)),
        ("http://localhost:8000", "http://localhost:8001", ()),
        ("http://127.0.0.1:8000", "http://[::1]:8001", ()),
    ],
)
def test_a_move_that_is_meant_or_only_another_port_here_changes_nothing(
    database: Database, clock: StandingClock, before: str, after: str, former: tuple[str, ...]
) -> None:
    with database.write() as session:
        a_newsletter(session)
    opened(database, clock, before)
    assert opened(database, clock, after, *former) == []
    assert has_live(database)
