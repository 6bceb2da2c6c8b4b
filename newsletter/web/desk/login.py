"""Sessions of editors: who is logged in, since when, and until when."""

from datetime import datetime

from flask import Flask, session
from flask_login import LoginManager, UserMixin, current_user, login_user

from config import defaults
from newsletter.accounts.editors import Editor, Role
from newsletter.web.desk.blueprints import is_poll
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
    manager = LoginManager()
    # Not by its `init_app`: that looks into the session after every request, for a cookie that we never set. What has
    # looked there varies by cookie, and caches would keep a copy of each picture for every visitor. It would also
    # look up in every template who visits; ours are told.
    app.login_manager = manager  # type: ignore[attr-defined]  # where the library looks for it
    manager.session_protection = None  # phones change networks; the nonce and the limits protect
    manager.user_loader(_visitor)


def let_in(editor: Editor, *, by_link: bool = False) -> None:
    """Begin a session; whatever the cookie held before is gone."""
    session.clear()
    login_user(Visitor(editor))
    session["came_at"] = session["seen_at"] = now().timestamp()
    session["by_link"] = by_link


def came_by_link() -> bool:
    """Whether this session began with a mailed link, so that a forgotten password may be replaced."""
    return bool(session.get("by_link"))


def visitor() -> Visitor:
    """The editor who is logged in; only behind the guard."""
    found = current_user._get_current_object()  # noqa: SLF001 - how the library hands out the object itself
    assert isinstance(found, Visitor)  # noqa: S101 - the guard let nobody else pass
    return found


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
    if not is_poll():
        # A page that looks for newer figures by itself keeps nobody logged in.
        session["seen_at"] = now().timestamp()
    return Visitor(editor)


def _is_fresh(at: datetime) -> bool:
    came = float(session.get("came_at", 0))
    seen = float(session.get("seen_at", 0))
    return (
        at.timestamp() - came < defaults.SESSION_LIFETIME.total_seconds()
        and at.timestamp() - seen < defaults.SESSION_IDLE.total_seconds()
    )
