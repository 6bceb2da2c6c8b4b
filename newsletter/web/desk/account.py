"""Your account: the password, and leaving."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.accounts import entry
from newsletter.accounts.editors import Editor
from newsletter.errors import RefusedError
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import came_by_link, let_in, visitor
from newsletter.web.desk.masthead import masthead
from newsletter.web.doors import now, reading, services, writing

blueprint = desk_blueprint("account", __name__, url_prefix="/desk/account")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Who is logged in, and the form for a new password."""
    return _page("desk/account.html")


@blueprint.get("/password")
def first_password() -> ResponseReturnValue:
    """After the first login: set a password, or do it later."""
    return _page("desk/first_password.html")


@blueprint.post("/password")
def set_password() -> ResponseReturnValue:
    """Set the password; every other session of this editor ends."""
    is_first = not visitor().has_password
    try:
        editor = _changed()
    except RefusedError as error:
        return _page("desk/first_password.html" if is_first else "desk/account.html", str(error)), 422
    let_in(editor, by_link=came_by_link())
    flash("Your password is set. Wherever else you were logged in, you are no longer.")
    return redirect(url_for("pages.home" if is_first else "account.show"), 303)


def _changed() -> Editor:
    """Set the password entered. Raises RefusedError with what is wrong."""
    if visitor().has_password and not came_by_link():
        current = request.form.get("current", "")
        if entry.check_password(services().database, visitor().address, current, now=now()) is None:
            raise RefusedError("The current password is not right. You can also log out and ask for a login link.")
    with writing() as session:
        editor = session.get_one(Editor, visitor().editor_id)
        entry.set_password(editor, request.form.get("password", ""))
        return editor


def _page(template: str, trouble: str = "") -> str:
    with reading() as session:
        surroundings = masthead(session, here="account")
    return render_template(template, **surroundings, trouble=trouble, asks_current=not came_by_link())
