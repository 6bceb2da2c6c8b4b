"""What an editor answers where an edition waits: it is late, or nobody has approved it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.editions import answering
from newsletter.editions.editions import Edition, EditionState
from newsletter.errors import RefusedError
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.doors import now, writing

blueprint = desk_blueprint("edition_answers", __name__, url_prefix="/desk/editions/<int:edition_id>")


@blueprint.post("/go")
def let_go(edition_id: int) -> ResponseReturnValue:
    """It goes out."""
    return _answered(edition_id, is_yes=True)


@blueprint.post("/skip")
def keep_back(edition_id: int) -> ResponseReturnValue:
    """It does not; its articles wait."""
    return _answered(edition_id, is_yes=False)


def _answered(edition_id: int, *, is_yes: bool) -> ResponseReturnValue:
    try:
        said = _let_go(edition_id) if is_yes else _keep_back(edition_id)
    except RefusedError as error:  # somebody else was quicker
        said = str(error)
    flash(said)
    return redirect(url_for("edition_pages.show", edition_id=edition_id), 303)


def _let_go(edition_id: int) -> str:
    with writing() as session:
        edition = _edition_or_404(session, edition_id)
        answering.let_go(session, edition, editor_id=visitor().editor_id, now=now())
        if edition.state == EditionState.CLOSED:
            return "Approved: it goes out at its hour." if edition.send_at > now() else "It goes out in the morning."
        return "It goes out now." if edition.state == EditionState.SENDING else "It came too late to go out."


def _keep_back(edition_id: int) -> str:
    with writing() as session:
        answering.keep_back(session, _edition_or_404(session, edition_id), visitor().name, now=now())
    return "Skipped. Its articles wait for the next one."


def _edition_or_404(session: Session, edition_id: int) -> Edition:
    edition = session.get(Edition, edition_id)
    if edition is None:
        raise NotFound("There is no such edition. The list of editions shows all there are.")
    return edition
