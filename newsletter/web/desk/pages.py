"""The desk's first pages: the newsletters, and the board of each."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from newsletter.catalogue import shelf
from newsletter.feeds.articles import Feed
from newsletter.feeds.fetching_again import fetch_feed_again
from newsletter.web.desk import board, running
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.listing import feeds_of
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, writing

_RECENT = 5

blueprint = desk_blueprint("pages", __name__, url_prefix="/desk")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The newsletters; straight to the only one."""
    with reading() as session:
        every = shelf.newsletters(session)
        surroundings = masthead(session)
        found = [(each, board.next_edition(session, each, board.MAIN, now=now()).upcoming) for each in every]
    if len(found) == 1:
        return redirect(url_for("pages.show", slug=found[0][0].slug))
    return render_template("desk/home.html", **surroundings, newsletters=found)


@blueprint.get("/n/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """The board: what comes next, what is in it, and what happens if nobody does anything."""
    at = now()
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        shown = {
            "coming": board.next_edition(session, newsletter, board.MAIN, now=at),
            "asked": running.asked_editions(session, newsletter, now=at),
            "also": board.also_coming(session, newsletter, now=at),
            "feeds": feeds_of(session, newsletter, now=at),
            "readers": board.readers_by_state(session, newsletter.id),
            "editors": board.editors_count(session),
            "editions": running.past_editions(session, newsletter, now=at, limit=_RECENT),
        }
        return render_template("desk/board.html", **masthead(session, newsletter, "board"), **shown)


@blueprint.post("/n/<slug>/look")
def look(slug: str) -> ResponseReturnValue:
    """Fetch all feeds of a newsletter again now, past their pace and all caches."""
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        query = select(Feed).where(Feed.newsletter_id == newsletter.id, Feed.ended_at.is_(None))
        for feed in session.scalars(query):
            fetch_feed_again(session, feed, now=now())
    flash("The feeds are being read. Load this page again in a few seconds to see what they hold.")
    return redirect(url_for("pages.show", slug=slug), 303)
