"""Letting editors in: links that work once, passwords, locks."""

from datetime import timedelta

import pytest

from config import defaults
from newsletter.accounts import entry
from newsletter.accounts.editors import Editor, Role
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.signing import Purpose, Signer
from tests.conftest import StandingClock
from tests.data import NOW, an_editor

SIGNER = Signer(("a-key-for-tests-that-is-long-enough-0123456789",))
PASSWORD = "a few good words"


def a_link(database: Database, clock: StandingClock) -> str:
    """The token of a new login link for the first editor."""
    with database.write() as session:
        editor = entry.editor_by_address(session, "maren@proof.example") or an_editor(session)
        link = entry.new_login_link(session, editor, now=clock.now())
        return SIGNER.token(Purpose.LOGIN, link.id, link.nonce)


def lets_in(database: Database, clock: StandingClock, token: str) -> bool:
    """Whether a link lets somebody in now."""
    with database.write() as session:
        return entry.use_login_link(session, SIGNER, token, now=clock.now()) is not None


def opens(database: Database, clock: StandingClock, password: str, address: str = "maren@proof.example") -> bool:
    """Whether a password is taken now."""
    return entry.check_password(database, address, password, now=clock.now()) is not None


def with_password(database: Database) -> None:
    """Make the first editor, with a password."""
    with database.write() as session:
        entry.set_password(an_editor(session), PASSWORD)


def test_the_first_editor_is_the_owner_and_the_next_is_not(database: Database) -> None:
    with database.write() as session:
        first = entry.add_editor(session, "Maren@Proof.Example", "Maren", now=NOW)
        second = entry.add_editor(session, "jonas@proof.example", "Jonas", now=NOW)
        assert (first.role, second.role) == (Role.OWNER, Role.EDITOR)
        assert first.address == "maren@proof.example"
        with pytest.raises(RefusedError, match="already"):
            entry.add_editor(session, "MAREN@proof.example", "Again", now=NOW)


def test_a_login_link_lets_in_once(database: Database, clock: StandingClock) -> None:
    token = a_link(database, clock)
    assert lets_in(database, clock, token)
    assert not lets_in(database, clock, token)


def test_looking_at_a_login_link_does_not_use_it_up(database: Database, clock: StandingClock) -> None:
    token = a_link(database, clock)
    with database.read() as session:
        assert entry.login_link_by_token(session, SIGNER, token, now=clock.now()) is not None
    assert lets_in(database, clock, token)


def test_a_login_link_ends_after_its_lifetime(database: Database, clock: StandingClock) -> None:
    token = a_link(database, clock)
    clock.pass_by(defaults.LOGIN_LINK_LIFETIME - timedelta(seconds=1))
    with database.read() as session:
        assert entry.login_link_by_token(session, SIGNER, token, now=clock.now()) is not None
    clock.pass_by(timedelta(seconds=1))
    assert not lets_in(database, clock, token)


def test_a_newer_login_link_ends_the_one_before(database: Database, clock: StandingClock) -> None:
    older = a_link(database, clock)
    newer = a_link(database, clock)
    assert not lets_in(database, clock, older)
    assert lets_in(database, clock, newer)


@pytest.mark.parametrize("token", ["", "abc", "A" * 38, "ü" * 38, "A" * 4000])
def test_what_is_no_link_of_ours_lets_nobody_in(database: Database, clock: StandingClock, token: str) -> None:
    a_link(database, clock)
    assert not lets_in(database, clock, token)


def test_a_token_made_for_something_else_lets_nobody_in(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        link = entry.new_login_link(session, an_editor(session), now=clock.now())
        token = SIGNER.token(Purpose.LEAVE, link.id, link.nonce)
    assert not lets_in(database, clock, token)


def test_the_right_password_opens_and_a_wrong_one_does_not(database: Database, clock: StandingClock) -> None:
    with_password(database)
    assert opens(database, clock, PASSWORD, "  MAREN@proof.example ")
    assert not opens(database, clock, PASSWORD + " ")
    assert not opens(database, clock, PASSWORD, "nobody@proof.example")


def test_an_editor_without_a_password_cannot_log_in_with_any(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        an_editor(session)
    assert not opens(database, clock, "")


def test_three_wrong_passwords_lock_the_account_for_a_growing_while(database: Database, clock: StandingClock) -> None:
    with_password(database)
    for _ in range(3):
        assert not opens(database, clock, "wrong")
    assert not opens(database, clock, PASSWORD), "locked, also for the right password"
    clock.pass_by(timedelta(seconds=9))
    assert not opens(database, clock, "wrong")
    clock.pass_by(timedelta(seconds=9))
    assert not opens(database, clock, PASSWORD), "the second lock is longer"
    clock.pass_by(timedelta(seconds=9))
    assert opens(database, clock, PASSWORD)


def test_no_lock_lasts_longer_than_a_quarter_of_an_hour(database: Database, clock: StandingClock) -> None:
    with_password(database)
    for _ in range(14):
        opens(database, clock, "wrong")
        clock.pass_by(timedelta(minutes=15))
    assert opens(database, clock, PASSWORD)


def test_a_password_that_was_right_forgives_the_wrong_ones_before(database: Database, clock: StandingClock) -> None:
    with_password(database)
    for wrong in ("wrong", "wrong", PASSWORD, "wrong", "wrong"):
        opens(database, clock, wrong)
    assert opens(database, clock, PASSWORD)


def test_a_short_password_is_refused_and_changes_nothing(database: Database) -> None:
    with database.write() as session:
        editor = an_editor(session)
        before = editor.session_nonce
        with pytest.raises(RefusedError, match="12 letters"):
            entry.set_password(editor, "eleven char")
        assert (editor.password_hash, editor.session_nonce) == (None, before)


def test_a_new_password_ends_all_sessions_and_is_not_kept_in_clear(database: Database) -> None:
    with database.write() as session:
        editor = an_editor(session)
        before = editor.session_nonce
        entry.set_password(editor, PASSWORD)
        editor_id = editor.id
    with database.read() as session:
        kept = session.get_one(Editor, editor_id)
        assert kept.session_nonce != before
        assert kept.password_hash is not None
        assert kept.password_hash.startswith("$argon2id$")
        assert PASSWORD not in kept.password_hash
