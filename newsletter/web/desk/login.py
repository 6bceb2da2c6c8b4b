"""Sessions of editors: who is logged in, since when, and until when."""

from datetime import datetime

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user

from config import defaults
from newsletter.accounts.editors import Editor, Role
from newsletter.web.doors import now, reading


class Visitor(UserMixin):  # type: ignore[misc]  # the library ships no types
    """An editor as the desk knows them during one request."""

    def __init__(self, editor: Editor) -> None:
        self.editor_id = editor.id
        self.name = editor.name
        self.address = editor.address
        self.is_owner = editor.role == Role.OWNER
        self.has_password = editor.password_hash is not None
        # A new nonce (password changed) makes every older session void.
        self._session = f"{editor.id}:{editor.session_nonce}"

    def get_id(self) -> str:
        """What the cookie says of this visitor."""
        return self._session


def add_login(app: Flask) -> None:
    """Let the application know its editors."""
    manager = LoginManager(app)
    manager.session_protection = None  # phones change networks; the nonce and the limits protect
    manager.user_loader(_visitor)


def let_in(editor: Editor) -> None:
    """Begin a session; whatever the cookie held before is gone."""
    session.clear()
    login_user(Visitor(editor))
    session["came_at"] = session["seen_at"] = now().timestamp()


def _visitor(cookie: str) -> Visitor | None:
    if not _is_fresh(now()):
        session.clear()
        return None
    editor_id, _, nonce = cookie.partition(":")
    if not editor_id.isdigit():
        return None
    with reading() as database:
        editor = database.get(Editor, int(editor_id))
    if editor is None or editor.session_nonce != nonce:
        return None
    session["seen_at"] = now().timestamp()
    return Visitor(editor)


def _is_fresh(at: datetime) -> bool:
    came = float(session.get("came_at", 0))
    seen = float(session.get("seen_at", 0))
    return (
        at.timestamp() - came < defaults.SESSION_LIFETIME.total_seconds()
        and at.timestamp() - seen < defaults.SESSION_IDLE.total_seconds()
    )
