"""What a start leaves in the database, the first time and later."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from config.settings import Settings
from newsletter.accounts import entry
from newsletter.accounts.editors import Role
from newsletter.catalogue import shelf
from newsletter.database import Database
from newsletter.local.checks import CannotStartError
from newsletter.local.demo import removing
from newsletter.local.preparing import prepare
from newsletter.signing import Signer
from newsletter.subscriptions.subscribers import Subscriber
from tests.data import a_newsletter

SECRET = "a-secret-for-tests-that-is-long-enough-0123456789"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data_dir=tmp_path, database_url=SecretStr(database_url), secret_key=SecretStr(SECRET))


def test_the_first_start_brings_a_live_demo_and_a_link_that_lets_the_owner_in_once(
    settings: Settings, database: Database
) -> None:
    doors = prepare(settings)
    assert doors.reader == "http://localhost:8000/n/the-daily-proof"
    token = doors.desk.rpartition("/desk/login/")[2]
    with database.write() as session:
        editor = entry.use_login_link(session, Signer((SECRET,)), token, now=datetime.now(UTC))
        assert editor is not None
        assert editor.role == Role.OWNER
        assert [newsletter.is_live for newsletter in shelf.newsletters(session)] == [True]


def test_later_starts_change_nothing_and_a_removed_demo_stays_away(settings: Settings, database: Database) -> None:
    prepare(settings)
    prepare(settings)
    with database.write() as session:
        assert len(shelf.newsletters(session)) == len(entry.editors(session)) == 1
        removing.remove(session)
    assert prepare(settings).reader == "http://localhost:8000/"
    with database.read() as session:
        assert shelf.newsletters(session) == []


def test_a_database_with_a_newsletter_gets_no_demo(settings: Settings, database: Database) -> None:
    with database.write() as session:
        a_newsletter(session)
    prepare(settings)
    with database.read() as session:
        assert [newsletter.name for newsletter in shelf.newsletters(session)] == ["The Proof"]
        assert session.scalar(select(Subscriber.id)) is None


@pytest.mark.parametrize(
    "change", [{"public_url": "https://news.example.org"}, {"smtp_url": SecretStr("smtp://r.example")}]
)
def test_where_mail_could_leave_there_is_no_demo_and_no_made_up_editor(
    settings: Settings, database: Database, change: dict[str, object]
) -> None:
    doors = prepare(settings.model_copy(update=change))
    assert not doors.is_login_link
    assert any("There is no editor yet" in warning for warning in doors.warnings)
    with database.read() as session:
        assert shelf.newsletters(session) == entry.editors(session) == []


def test_a_relay_beside_the_demo_is_warned_of(settings: Settings) -> None:
    prepare(settings)
    doors = prepare(settings.model_copy(update={"smtp_url": SecretStr("smtp://relay.example.org")}))
    assert any("gazette demo remove" in warning for warning in doors.warnings)


def test_an_address_with_a_password_gets_no_link_where_others_may_read_the_screen(
    settings: Settings, database: Database
) -> None:
    prepare(settings)
    with database.write() as session:
        entry.set_password(entry.editors(session)[0], "four plain words here")
    public = settings.model_copy(update={"public_url": "https://news.example.org"})
    assert prepare(public).desk == "https://news.example.org/desk/"
    assert prepare(settings).is_login_link


def test_a_database_that_does_not_answer_is_told_with_its_setting(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=SecretStr("postgresql://nobody:hush@127.0.0.1:1/gazette"),
        secret_key=SecretStr(SECRET),
    )
    with pytest.raises(CannotStartError, match="GAZETTE_DATABASE_URL") as caught:
        prepare(settings)
    assert "hush" not in str(caught.value)
