"""Letting editors in: one-time links, passwords, and making editors."""

from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config import defaults
from newsletter.accounts.editors import Editor, LoginLink, Role
from newsletter.database import Database
from newsletter.errors import RefusedError
from newsletter.signing import Purpose, Signer, new_nonce, read_claim

_HASHER: Final = PasswordHasher()  # argon2id with the library's current parameters
_SHORTEST_PASSWORD: Final = 12
_FREE_TRIES: Final = 3
_LONGEST_LOCK: Final = timedelta(minutes=15)


def add_editor(session: Session, address: str, name: str, *, role: Role | None = None, now: datetime) -> Editor:
    """Make an editor; the first one is the owner. Raises RefusedError when the address has one."""
    if session.scalar(select(Editor.id).where(Editor.address == address.lower())) is not None:
        raise RefusedError("There is an editor with this address already.")
    is_first = session.scalar(select(func.count()).select_from(Editor)) == 0
    editor = Editor(
        address=address.lower(),
        name=name,
        role=role or (Role.OWNER if is_first else Role.EDITOR),
        password_hash=None,
        session_nonce=new_nonce(),
        created_at=now,
        locked_until=None,
    )
    session.add(editor)
    session.flush()
    return editor


def editors(session: Session) -> list[Editor]:
    """All editors, the first one first."""
    return list(session.scalars(select(Editor).order_by(Editor.id)))


def editor_by_address(session: Session, address: str) -> Editor | None:
    """The editor with this address, if there is one."""
    return session.scalar(select(Editor).where(Editor.address == address.strip().lower()))


def new_login_link(session: Session, editor: Editor, *, now: datetime) -> LoginLink:
    """A link that lets an editor in once; earlier ones that were not used end."""
    session.execute(
        update(LoginLink).where(LoginLink.editor_id == editor.id, LoginLink.used_at.is_(None)).values(expires_at=now)
    )
    link = LoginLink(
        editor_id=editor.id,
        nonce=new_nonce(),
        created_at=now,
        expires_at=now + defaults.LOGIN_LINK_LIFETIME,
        used_at=None,
    )
    session.add(link)
    session.flush()
    return link


def login_link_by_token(session: Session, signer: Signer, token: str, *, now: datetime) -> LoginLink | None:
    """The link of a token while it may still be used."""
    claim = read_claim(token)
    if claim is None:
        return None
    link = session.get(LoginLink, claim.row_id)
    if not signer.is_valid(claim, Purpose.LOGIN, "" if link is None else link.nonce):
        return None
    if link is None or link.used_at is not None or now >= link.expires_at:
        return None
    return link


def use_login_link(session: Session, signer: Signer, token: str, *, now: datetime) -> Editor | None:
    """The editor whom a link lets in; it works once."""
    link = login_link_by_token(session, signer, token, now=now)
    if link is None:
        return None
    # Of two presses at the same instant one finds it used.
    use = update(LoginLink).where(LoginLink.id == link.id, LoginLink.used_at.is_(None)).values(used_at=now)
    if session.connection().execute(use).rowcount != 1:
        return None
    return session.get(Editor, link.editor_id)


def check_password(database: Database, address: str, password: str, *, now: datetime) -> Editor | None:
    """The editor with this address and password; None is all that a stranger learns.

    Wrong passwords lock the account for a growing while, up to a quarter of an hour.
    """
    with database.read() as session:
        found = editor_by_address(session, address)
    # Slow on purpose, so with no transaction open: a flood of guesses must not hold up the workers.
    is_right = _verified(found.password_hash if found else None, password)
    if found is None:
        return None
    with database.write() as session:
        editor = session.get_one(Editor, found.id, with_for_update=True)
        is_still_right = is_right and editor.password_hash == found.password_hash
        return editor if _is_let_in(editor, is_right=is_still_right, now=now) else None


def _is_let_in(editor: Editor, *, is_right: bool, now: datetime) -> bool:
    """Whether this try counts as a login; a locked account takes no password, not even the right one."""
    if editor.locked_until is not None and now < editor.locked_until:
        return False
    if is_right:
        editor.failed_logins, editor.locked_until = 0, None
        return True
    editor.failed_logins += 1
    if editor.failed_logins >= _FREE_TRIES:
        wait = timedelta(seconds=2 ** min(editor.failed_logins, 12))
        editor.locked_until = now + min(wait, _LONGEST_LOCK)
    return False


def set_password(editor: Editor, password: str) -> None:
    """Set an editor's password and end all sessions; raises RefusedError when it is too short."""
    if len(password) < _SHORTEST_PASSWORD:
        raise RefusedError(f"A password needs at least {_SHORTEST_PASSWORD} letters; a few words are good.")
    editor.password_hash = _HASHER.hash(password)
    editor.session_nonce = new_nonce()


@cache
def _nobodys_hash() -> str:
    """Compared against when there is no such editor, so that the time taken tells nothing."""
    return _HASHER.hash(new_nonce())


def _verified(password_hash: str | None, password: str) -> bool:
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
