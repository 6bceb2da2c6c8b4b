"""The pages of editions: the list of all, and how one stands, live."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.editions import Edition
from newsletter.web.desk import running
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading

_PAGE = 20

blueprint = desk_blueprint("edition_pages", __name__, url_prefix="/desk")


@blueprint.get("/n/<slug>/editions")
def every(slug: str) -> ResponseReturnValue:
    """All editions of a newsletter, newest first, page by page."""
    before = request.args.get("before", type=int)
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        found = running.past_editions(session, newsletter, now=now(), limit=_PAGE + 1, before=before)
        surroundings = masthead(session, newsletter, "editions")
    older = found[_PAGE - 1].edition_id if len(found) > _PAGE else None
    return render_template(
        "desk/editions.html", **surroundings, editions=found[:_PAGE], older=older, is_first=before is None
    )


@blueprint.get("/editions/<int:edition_id>")
def show(edition_id: int) -> ResponseReturnValue:
    """How one edition stands, and what is in it."""
    with reading() as session:
        edition, newsletter = _edition_or_404(session, edition_id)
        shown = _progress(session, edition, newsletter)
        articles = running.articles_of(session, edition, newsletter, now=now())
        surroundings = masthead(session, newsletter, "editions")
    return render_template("desk/edition.html", **surroundings, **shown, articles=articles)


@blueprint.get("/editions/<int:edition_id>/progress")
def progress(edition_id: int) -> ResponseReturnValue:
    """The part of that page which changes while mail goes out."""
    with reading() as session:
        edition, newsletter = _edition_or_404(session, edition_id)
        shown = _progress(session, edition, newsletter)
    return render_template("desk/progress.html", **shown, newsletter=newsletter)


def _progress(session: Session, edition: Edition, newsletter: Newsletter) -> dict[str, Any]:
    return {
        "run": running.running(session, edition, newsletter, now=now()),
        "is_live": request.args.get("live") != "no",
    }


def _edition_or_404(session: Session, edition_id: int) -> tuple[Edition, Newsletter]:
    edition = session.get(Edition, edition_id)
    newsletter = None if edition is None else session.get(Newsletter, edition.newsletter_id)
    if edition is None or newsletter is None:
        raise NotFound("There is no such edition. The list of editions shows all there are.")
    return edition, newsletter
