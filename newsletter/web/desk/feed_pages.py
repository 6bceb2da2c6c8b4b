"""The pages of feeds: how all of them are doing, and each with its settings."""

from datetime import timedelta
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import MailRule, Newsletter
from newsletter.editions.whereabouts import already_out
from newsletter.errors import RefusedError
from newsletter.feeds import tending
from newsletter.feeds.articles import Feed
from newsletter.feeds.fetching_again import fetch_feed_again
from newsletter.feeds.tending import FeedSettings
from newsletter.web.desk import feed_listing
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, writing

_MAY_STILL_BE_OUT: Final = timedelta(days=62)  # as far back as the window of any digest
_LARGEST_ID: Final = 2**63 - 1

blueprint = desk_blueprint("feed_pages", __name__, url_prefix="/desk/n/<slug>/feeds")


@blueprint.get("")
def every(slug: str) -> ResponseReturnValue:
    """All feeds of a newsletter, those in trouble first."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        feeds = feed_listing.shown_feeds(session, newsletter, now=now())
        surroundings = masthead(session, newsletter, "feeds")
    return render_template("desk/feeds.html", **surroundings, feeds=feeds, typed="", trouble="")


@blueprint.post("/look")
def look_at_all(slug: str) -> ResponseReturnValue:
    """Fetch all feeds that have not ended again now."""
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        query = select(Feed).where(Feed.newsletter_id == newsletter.id, Feed.ended_at.is_(None))
        for feed in session.scalars(query):
            fetch_feed_again(session, feed, now=now())
    flash("All feeds are being read now, past their pace and all caches. Load this page again in a few seconds.")
    return redirect(url_for("feed_pages.every", slug=slug), 303)


@blueprint.get("/<int:feed_id>")
def show(slug: str, feed_id: int) -> ResponseReturnValue:
    """One feed: its health, its settings, and what it has brought."""
    return _page(slug, feed_id)


@blueprint.post("/<int:feed_id>/look")
def look(slug: str, feed_id: int) -> ResponseReturnValue:
    """*Fetch again now*: past the feed's pace and all caches."""
    with writing() as session:
        feed = _feed_or_404(session, newsletter_or_404(session, slug), feed_id)
        fetch_feed_again(session, feed, now=now())
        title = feed.title
    flash(f"{title} is being read now, past its pace and all caches. Load this page again in a few seconds.")
    return redirect(url_for("feed_pages.show", slug=slug, feed_id=feed_id), 303)


@blueprint.post("/<int:feed_id>")
def change(slug: str, feed_id: int) -> ResponseReturnValue:
    """Change the settings of a feed."""
    try:
        settings = _entered()
        with writing() as session:
            newsletter = newsletter_or_404(session, slug)
            feed = _feed_or_404(session, newsletter, feed_id)
            out = already_out(session, newsletter.id, since=now() - _MAY_STILL_BE_OUT)
            tending.change(session, feed, settings, already_out=out, now=now())
    except RefusedError as error:
        return _page(slug, feed_id, trouble=str(error)), 422
    flash(f"Saved. {_CONSEQUENCES[settings.rule]}")
    return redirect(url_for("feed_pages.show", slug=slug, feed_id=feed_id), 303)


@blueprint.get("/<int:feed_id>/remove")
def ask_removal(slug: str, feed_id: int) -> ResponseReturnValue:
    """What removing a feed means, before it is done."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        feed = _feed_or_404(session, newsletter, feed_id)
        number, _ = feed_listing.brought(session, feed, newsletter.zone, now=now())
        surroundings = masthead(session, newsletter, "feeds")
    return render_template("desk/feed_remove.html", **surroundings, feed=feed, number=number)


@blueprint.post("/<int:feed_id>/remove")
def remove(slug: str, feed_id: int) -> ResponseReturnValue:
    """Remove a feed; its articles stay."""
    with writing() as session:
        feed = _feed_or_404(session, newsletter_or_404(session, slug), feed_id)
        title = feed.title
        tending.remove(session, feed, now=now())
    flash(f"{title} is removed. Its articles stay; nothing new comes from it.")
    return redirect(url_for("feed_pages.every", slug=slug), 303)


_CONSEQUENCES: Final = {
    MailRule.MAIL: "New articles of this feed are mailed by themselves.",
    MailRule.HOLD: "Articles of this feed wait until an editor releases each of them.",
    MailRule.NEVER: "No article of this feed is mailed, unless an editor releases it.",
}


def _entered() -> FeedSettings:
    """The settings in the form. Raises RefusedError when a choice is none of ours."""
    topic = request.form.get("topic", "")
    rule = request.form.get("rule", "")
    if rule not in set(MailRule) or not (topic == "" or topic.isdecimal()):
        raise RefusedError("Choose one of what is offered. Nothing was changed.")
    return FeedSettings(
        title=request.form.get("title", ""),
        topic_id=int(topic) if topic else None,
        wants_full_text="full_text" in request.form,
        rule=MailRule(rule),
    )


def _page(slug: str, feed_id: int, trouble: str = "") -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        feed = _feed_or_404(session, newsletter, feed_id)
        return render_template(
            "desk/feed.html",
            **masthead(session, newsletter, "feeds"),
            **_shown(session, newsletter, feed),
            trouble=trouble,
        )


def _shown(session: Session, newsletter: Newsletter, feed: Feed) -> dict[str, Any]:
    names = feed_listing.topic_names(session, newsletter)
    number, articles = feed_listing.brought(session, feed, newsletter.zone, now=now())
    return {
        "feed": feed_listing.shown_feed(feed, newsletter, names, now=now()),
        "topics": names,
        "entered": _as_typed(feed),
        "number": number,
        "articles": articles,
        "categories": feed_listing.used_categories(session, feed, names),
        "push": feed_listing.shown_push(session, feed, newsletter.zone, now=now()),
        "takes_full_text_anyway": feed.kind != "feed",
    }


def _as_typed(feed: Feed) -> dict[str, str]:
    """The fields of the settings: as they are, or as somebody has just typed them."""
    if request.method == "POST":
        return {name: request.form.get(name, "") for name in ("title", "topic", "rule", "full_text")}
    return {
        "title": feed.title,
        "topic": str(feed.default_topic_id or ""),
        "rule": feed.rule,
        "full_text": "yes" if feed.wants_full_text else "",
    }


def _feed_or_404(session: Session, newsletter: Newsletter, feed_id: int) -> Feed:
    feed = session.get(Feed, feed_id) if feed_id <= _LARGEST_ID else None
    if feed is None or feed.newsletter_id != newsletter.id:
        raise NotFound("There is no such feed in this newsletter. The list of feeds shows all there are.")
    return feed
