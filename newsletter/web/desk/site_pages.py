"""The form on other sites: which may use it, the code to copy, and what is said after a sign-up there."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.editors import Editor
from newsletter.catalogue import sites
from newsletter.catalogue.newsletters import EmbedSite, Newsletter, SiteState
from newsletter.catalogue.shelf import topics_of
from newsletter.catalogue.sites import Decision
from newsletter.errors import RefusedError
from newsletter.subscriptions.consent import consent_sentence
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.desk.wording import day_and_time
from newsletter.web.doors import now, reading, services, writing

_LARGEST_ID: Final = 2**63 - 1
_SAID: Final = {
    SiteState.ALLOWED: "The form works on {origin} from now on.",
    SiteState.REFUSED: "{origin} may not use the form. Whoever tries is led to the sign-up page here.",
}

blueprint = desk_blueprint("site_pages", __name__, url_prefix="/desk/n/<slug>/sites")


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site as the list shows it."""

    site_id: int
    origin: str
    state: str
    seen: str
    decided: str  # empty: not yet
    decided_by: str


@blueprint.get("")
def every(slug: str) -> ResponseReturnValue:
    """All sites that use the form or tried to, and the code to copy."""
    return _page(slug)


@blueprint.post("")
def add(slug: str) -> ResponseReturnValue:
    """Allow a site that an editor names."""
    typed = request.form.get("site", "")
    try:
        with writing() as session:
            origin = sites.allow(session, newsletter_or_404(session, slug), typed, by=visitor().editor_id, now=now())
    except RefusedError as error:
        return _page(slug, typed=typed, trouble=str(error)), 422
    flash(_SAID[SiteState.ALLOWED].format(origin=origin))
    return redirect(url_for("site_pages.every", slug=slug), 303)


@blueprint.post("/<int:site_id>/allow")
def allow(slug: str, site_id: int) -> ResponseReturnValue:
    """Allow a site of the list."""
    return _decided(slug, site_id, SiteState.ALLOWED)


@blueprint.post("/<int:site_id>/refuse")
def refuse(slug: str, site_id: int) -> ResponseReturnValue:
    """Refuse a site of the list; it may be allowed again at any time."""
    return _decided(slug, site_id, SiteState.REFUSED)


@blueprint.post("/thanks")
def thank(slug: str) -> ResponseReturnValue:
    """Say what follows a sign-up on another site."""
    words, url = request.form.get("words", ""), request.form.get("url", "")
    try:
        with writing() as session:
            sites.set_thanks(newsletter_or_404(session, slug), words, url)
    except RefusedError as error:
        return _page(slug, words=words, url=url, thanks_trouble=str(error)), 422
    flash("Saved. It holds from the next sign-up on.")
    return redirect(url_for("site_pages.every", slug=slug), 303)


def _decided(slug: str, site_id: int, state: SiteState) -> ResponseReturnValue:
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        decision = Decision(state, visitor().editor_id, now())
        origin = sites.decide(session, newsletter, min(site_id, _LARGEST_ID), decision)
    flash(_SAID[state].format(origin=origin))
    return redirect(url_for("site_pages.every", slug=slug), 303)


def _page(slug: str, **entered: str) -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        surroundings = masthead(session, newsletter, "sites")
        names = dict(session.execute(select(Editor.id, Editor.name)).all())
        found = [_shown(each, names, newsletter.zone, now=now()) for each in sites.sites_of(session, newsletter.id)]
        shown = {
            "sites": found,
            "own": sorted(sites.own_origins(newsletter) - {each.origin for each in found}),
            "code": _code(session, newsletter),
        }
    typed = {"typed": "", "trouble": "", "words": newsletter.thanks, "url": newsletter.thanks_url, "thanks_trouble": ""}
    return render_template("desk/sites.html", **surroundings, **shown, **typed | entered)


def _code(session: Session, newsletter: Newsletter) -> dict[str, Any]:
    """What stands in the code to copy; names are written as HTML wants them, since the code is HTML itself."""
    links = services().links
    return {
        "name": _as_html(newsletter.name),
        "embed": links.embed(newsletter.slug),
        "page": links.subscribe(newsletter.slug),
        "topics": [(topic.slug, _as_html(topic.name)) for topic in topics_of(session, newsletter.id)],
        "consent": _as_html(consent_sentence(newsletter.name)),
    }


def _as_html(words: str) -> str:
    return escape(words)


def _shown(site: EmbedSite, names: dict[int, str], zone: str, *, now: datetime) -> ShownSite:
    return ShownSite(
        site_id=site.id,
        origin=site.origin,
        state=site.state,
        seen=day_and_time(site.seen_at, zone, now=now),
        decided=day_and_time(site.decided_at, zone, now=now) if site.decided_at else "",
        decided_by=names.get(site.decided_by or 0, ""),
    )
