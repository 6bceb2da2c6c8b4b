"""*Invite again*, at the desk."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import RefusedError
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.inviting import invite_again
from newsletter.web.desk import import_pages
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.desk.masthead import newsletter_or_404
from newsletter.web.doors import now, writing

blueprint = desk_blueprint("invite_pages", __name__, url_prefix="/desk/n/<slug>/invite")


@blueprint.post("")
def invite(slug: str) -> ResponseReturnValue:
    """Ask an address once more that must not be written to."""
    typed, reason = request.form.get("address", ""), request.form.get("reason", "")
    try:
        address = parse_address(typed)
        with writing() as session:
            newsletter = newsletter_or_404(session, slug)
            invite_again(session, newsletter, address, reason, by=visitor().editor_id, now=now())
    except RefusedError as error:
        return import_pages.listing(slug, invite_trouble=str(error), typed=typed, reason=reason), 422
    flash(f"{address.text} is asked once more, and reads again when the button in the mail is pressed.")
    return redirect(url_for("import_pages.every", slug=slug), 303)
