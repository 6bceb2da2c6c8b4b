"""The way into the desk: address and password, or a mailed link that lets in once."""

import re
from datetime import timedelta
from typing import Final

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from newsletter.accounts import entry
from newsletter.accounts.editors import Editor
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.outbox import Recipient, queue_mail
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import let_in
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody

_PLACE: Final = re.compile(r"/(?:desk|inbox)(?:/[\w-]+)*/?")
_BETWEEN_LINKS: Final = timedelta(minutes=5)
_WRONG: Final = (
    "This address and password do not belong together, or there were too many tries. "
    "Please try again in a while, or ask for a login link below."
)

blueprint = desk_blueprint("entry", __name__, guard=anybody)


@blueprint.get("/desk/login")
def login() -> ResponseReturnValue:
    """The form."""
    if current_user.is_authenticated:
        return redirect(_place(request.args.get("next")))
    return _form(trouble="")


@blueprint.post("/desk/login")
def check() -> ResponseReturnValue:
    """Let an editor in who knows the password; the answer says nothing about addresses."""
    address, password = request.form.get("address", ""), request.form.get("password", "")
    editor = entry.check_password(services().database, address, password, now=now())
    if editor is None:
        return _form(trouble=_WRONG), 422
    return _admit(editor, _place(request.form.get("next")))


@blueprint.post("/desk/login/link")
def mail_link() -> ResponseReturnValue:
    """Mail a login link to an editor; the answer is the same for every address."""
    address = request.form.get("address", "").strip()
    if "@" not in address:
        return _form(trouble="Please enter your address; the link is mailed to it."), 422
    with writing() as database:
        _queue_link(database, address)
    return render_template(
        "desk/link_mailed.html", address=address, has_inbox=_has_inbox(), minutes=_BETWEEN_LINKS.seconds // 60
    )


@blueprint.get("/desk/login/<token>")
def link(token: str) -> ResponseReturnValue:
    """One button; opening the page changes nothing, since mail scanners open every link."""
    with reading() as database:
        found = entry.login_link_by_token(database, services().signer, token, now=now())
        editor = None if found is None else database.get(Editor, found.editor_id)
    if editor is None:
        return render_template("desk/link_ended.html"), 410
    return render_template("desk/link.html", editor=editor, token=token)


@blueprint.post("/desk/login/<token>")
def use_link(token: str) -> ResponseReturnValue:
    """Let an editor in, once; without a password yet they may set one next."""
    with writing() as database:
        editor = entry.use_login_link(database, services().signer, token, now=now())
    if editor is None:
        return render_template("desk/link_ended.html"), 410
    is_first = editor.password_hash is None
    return _admit(editor, url_for("account.first_password" if is_first else "pages.home"), by_link=True)


@blueprint.post("/desk/logout")
def logout() -> ResponseReturnValue:
    """End the session of this browser."""
    session.clear()
    return redirect(url_for("entry.login"))


def _admit(editor: Editor, place: str, *, by_link: bool = False) -> Response:
    let_in(editor, by_link=by_link)
    return redirect(place, 303)


def _form(*, trouble: str) -> str:
    return render_template(
        "desk/login.html",
        trouble=trouble,
        address=request.form.get("address", ""),
        next=_place(request.values.get("next")),
        has_inbox=_has_inbox(),
    )


def _place(wanted: str | None) -> str:
    """Where to go after the login: a page of ours, never another site."""
    return wanted if wanted and _PLACE.fullmatch(wanted) else url_for("pages.home")


def _queue_link(database: Session, address: str) -> None:
    editor = entry.editor_by_address(database, address)
    if editor is None or _was_mailed_lately(database, editor.id):
        return
    made = entry.new_login_link(database, editor, now=now())
    queue_mail(database, MailKind.LOGIN_LINK, Recipient(editor_id=editor.id, login_link_id=made.id), now=now())


def _was_mailed_lately(database: Session, editor_id: int) -> bool:
    # The columns are those of an index on mails outside editions, in its order.
    query = select(Delivery.id).where(
        Delivery.edition_id.is_(None),
        Delivery.subscriber_id.is_(None),
        Delivery.kind == MailKind.LOGIN_LINK,
        Delivery.created_at > now() - _BETWEEN_LINKS,
        Delivery.editor_id == editor_id,
    )
    return database.scalar(query.limit(1)) is not None


def _has_inbox() -> bool:
    settings = services().settings
    return not settings.has_relay and bool(settings.inbox_port) and settings.is_bound_to_loopback
