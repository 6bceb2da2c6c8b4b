"""The local inbox: every mail that was sent while there is no relay."""

from pathlib import Path
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from newsletter.local import mailbox_reader
from newsletter.local.mailbox_reader import MailView
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.doors import now, services
from newsletter.web.guards import inbox_visitors
from newsletter.web.inbox import listing, opened

blueprint = desk_blueprint("inbox", __name__, guard=inbox_visitors, url_prefix="/inbox")


@blueprint.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    """The list; nothing is open."""
    return render_template("inbox/inbox.html", **_listed(), mail=None, is_refresh=False)


@blueprint.get("/list")
def refresh() -> ResponseReturnValue:
    """The list for a page that looks for new mails by itself; empty-handed when it is as the page knows it."""
    shown = _listed()
    if shown["mark"] == request.args.get("mark"):
        return Response(status=204)
    return render_template("inbox/list.html", **shown, is_refresh=True)


@blueprint.get("/empty")
def ask_empty() -> ResponseReturnValue:
    """How many mails would be deleted."""
    return render_template("inbox/empty.html", totals=mailbox_reader.totals(_place()))


@blueprint.post("/empty")
def empty() -> ResponseReturnValue:
    """Delete all mails."""
    mailbox_reader.empty(_place())
    return redirect(url_for("inbox.show"), 303)


@blueprint.get("/<key>")
def read(key: str) -> ResponseReturnValue:
    """One mail beside the list."""
    mail = opened.opened(_mail_or_404(key), request.args.get("view", ""))
    return render_template("inbox/inbox.html", **_listed(key), mail=mail, is_refresh=False)


@blueprint.get("/<key>/html")
def frame(key: str) -> ResponseReturnValue:
    """What stands in the frame: the mail's own HTML, which may do nothing but be looked at."""
    html = _mail_or_404(key).html
    if html is None:
        raise NotFound("This mail has no HTML part.")
    return opened.framed(html, services().settings.base_url)


@blueprint.get("/<key>/raw")
def raw(key: str) -> ResponseReturnValue:
    """The mail as it came over the wire, for other programs."""
    return opened.download(_mail_or_404(key))


def _listed(key: str = "") -> dict[str, Any]:
    search = request.args.get("search", "").strip()
    return listing.listed(_place(), search, request.args.get("open", key), now=now())


def _mail_or_404(key: str) -> MailView:
    found = mailbox_reader.mail(_place(), key)
    if found is None:
        raise NotFound("This mail is no longer in the inbox.")
    return found


def _place() -> Path:
    return services().settings.inbox_dir
