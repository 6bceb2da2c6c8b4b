"""What an editor answers where an edition waits: it is late, or nobody has approved it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from newsletter.editions import answering
from newsletter.editions.editions import Edition
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
        with writing() as session:
            edition = session.get(Edition, edition_id, with_for_update=True)
            if edition is None:
                raise NotFound("There is no such edition. The list of editions shows all there are.")
            if is_yes:
                answering.let_go(session, edition, editor_id=visitor().editor_id, now=now())
            else:
                answering.keep_back(session, edition, visitor().name, now=now())
        flash("Approved: it goes out at its hour." if is_yes else "Skipped. Its articles wait for the next one.")
    except RefusedError as error:  # somebody else was quicker
        flash(str(error))
    return redirect(url_for("edition_pages.show", edition_id=edition_id), 303)
