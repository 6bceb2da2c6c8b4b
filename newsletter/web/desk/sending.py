"""What an editor sets going: send now, a test to oneself, and going live."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from newsletter.catalogue import shelf
from newsletter.editions import outlook, proofs
from newsletter.editions.schedule import request_special
from newsletter.errors import RefusedError
from newsletter.web.desk import board, readiness
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.desk.wording import digest_name
from newsletter.web.doors import now, reading, services, writing

_NOTHING = "There is nothing to show yet: no article waits. A test can be sent as soon as a feed brings one."
_OWNERS_ONLY = "Only an owner of this desk may go live. Nothing was changed; please ask one."

blueprint = desk_blueprint("sending", __name__, url_prefix="/desk/n/<slug>")


@blueprint.get("/send")
def ask(slug: str) -> ResponseReturnValue:
    """How many would get what is due, before anything is sent."""
    at = now()
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        shown = {
            "audience": outlook.audience(session, newsletter, now=at),
            "articles": len(outlook.if_sent_now(session, newsletter, board.MAIN, now=at).article_ids),
            "editors": board.editors_count(session),
            "next_name": digest_name(newsletter, board.MAIN),
        }
        return render_template("desk/send.html", **masthead(session, newsletter, "board"), **shown)


@blueprint.post("/send")
def send(slug: str) -> ResponseReturnValue:
    """Send what is due, now. Pressed twice it is still one edition."""
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        edition = request_special(session, newsletter, requested_by=visitor().editor_id, now=now())
        edition_id = edition.id
    return redirect(url_for("edition_pages.show", edition_id=edition_id), 303)


@blueprint.post("/test")
def test(slug: str) -> ResponseReturnValue:
    """Mail the editor who asks what would go out now; to nobody else."""
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        has_queued = proofs.queue_test_send(session, newsletter, visitor().editor_id, now=now())
    place = "the local inbox" if not services().settings.has_relay else visitor().address
    flash(
        f"A test is on its way to {place}. Nobody else gets it, and it counts for nobody." if has_queued else _NOTHING
    )
    return redirect(url_for("pages.show", slug=slug), 303)


@blueprint.get("/live")
def ask_live(slug: str) -> ResponseReturnValue:
    """What going live means, and what is missing for it."""
    return _live_page(slug)


@blueprint.post("/live")
def go_live(slug: str) -> ResponseReturnValue:
    """End the rehearsal; owners only."""
    if not visitor().is_owner:
        return _live_page(slug, _OWNERS_ONLY), 403
    try:
        with writing() as session:
            shelf.go_live(newsletter_or_404(session, slug), now=now())
    except RefusedError as error:
        return _live_page(slug, str(error)), 422
    flash("It is live: the next edition goes to readers. Their sign-up page is open.")
    return redirect(url_for("pages.show", slug=slug), 303)


def _live_page(slug: str, trouble: str = "") -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        shown = {
            "checks": readiness.checks(session, newsletter, services().settings),
            "coming": board.next_edition(session, newsletter, board.MAIN, now=now()).upcoming,
        }
        return render_template("desk/live.html", **masthead(session, newsletter, "board"), **shown, trouble=trouble)
