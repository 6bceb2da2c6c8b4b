"""Connecting a site: look at it first, then choose."""

from dataclasses import dataclass
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.catalogue.newsletters import Newsletter
from newsletter.errors import GazetteError, RefusedError
from newsletter.feeds.connected import NewFeed
from newsletter.feeds.connecting import Connected, connect
from newsletter.feeds.pictures.wanting import want
from newsletter.feeds.tending import check_topic
from newsletter.language import counted
from newsletter.web.desk import feed_search, proposals
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.feed_listing import topic_names
from newsletter.web.desk.feed_search import Seen
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, services, writing

_MOST: Final = 10

blueprint = desk_blueprint("feed_adding", __name__, url_prefix="/desk/n/<slug>/feeds/add")


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of connecting several feeds."""

    connected: list[Connected]
    troubles: list[str]


@blueprint.get("")
def ask(slug: str) -> ResponseReturnValue:
    """The field for an address."""
    return _ask_page(slug)


@blueprint.post("")
def search(slug: str) -> ResponseReturnValue:
    """Look at the site, and show what it has; nothing is connected yet."""
    typed = request.form.get("url", "")
    with reading() as session:
        newsletter_or_404(session, slug)
    try:
        seen = feed_search.look_at(services().intake, typed)
    except GazetteError as error:
        return _ask_page(slug, typed, str(error)), 422
    return _found_page(slug, seen)


@blueprint.post("/chosen")
def connect_chosen(slug: str) -> ResponseReturnValue:
    """Connect the feeds that were chosen, and take over what was ticked."""
    with reading() as session:
        newsletter_id = newsletter_or_404(session, slug).id
    try:
        done = _connect(newsletter_id, _chosen(newsletter_id))
    except RefusedError as error:
        return _ask_page(slug, request.form.get("typed", ""), str(error)), 422
    with writing() as session:
        troubles = _take_over(newsletter_or_404(session, slug))
        want(session, newsletter_id, [newsletter_or_404(session, slug).logo_url], now=now())
    for sentence in [*map(_sentence, done.connected), *done.troubles, *troubles]:
        flash(sentence)
    return redirect(url_for("feed_pages.every", slug=slug), 303)


def _chosen(newsletter_id: int) -> list[NewFeed]:
    """The feeds that the form names; what it says of them is checked anew when they are read. Raises RefusedError."""
    feeds, pages = request.form.getlist("feed"), request.form.getlist("page")
    if not feeds and not pages:
        raise RefusedError("No feed was chosen, so nothing was connected. Look at the site again and tick one.")
    if len(feeds) + len(pages) > _MOST:
        raise RefusedError(f"Choose at most {_MOST} feeds at once; nothing was connected.")
    topic = request.form.get("topic", "")
    topic_id = int(topic) if topic.isdecimal() else None
    with reading() as session:
        check_topic(session, newsletter_id, topic_id)
    wants_full_text = "full_text" in request.form
    return [
        *(NewFeed(url, topic_id, wants_full_text=wants_full_text) for url in feeds),
        *(NewFeed(url, topic_id, is_page=True, wants_full_text=True) for url in pages),
    ]


def _connect(newsletter_id: int, feeds: list[NewFeed]) -> _Done:
    """Connect these feeds, one after the other. Raises RefusedError when none of them could be."""
    done = _Done([], [])
    parts = services()
    for new in feeds:
        try:
            done.connected.append(connect(parts.database, parts.intake, parts.clock, newsletter_id, new))
        except GazetteError as error:
            done.troubles.append(str(error))
    if not done.connected:
        raise RefusedError(" ".join(done.troubles))
    return done


def _take_over(newsletter: Newsletter) -> list[str]:
    """Write what was ticked into the newsletter; what was wrong with the rest, in sentences."""
    troubles = []
    for part, value in proposals.chosen(request.form, request.form.getlist("take")):
        try:
            proposals.take(newsletter, part, value)
        except RefusedError as error:
            troubles.append(f"The {part} was left as it was. {error}")
    return troubles


def _sentence(connected: Connected) -> str:
    if not connected.articles:
        said = f"Connected: {connected.title}. It holds no article now; what comes from here on is mailed."
    else:
        articles = counted(connected.articles, "article")
        none_of = "It will not be mailed" if connected.articles == 1 else "None of these will be mailed"
        said = f"Connected: {connected.title}, {articles}. {none_of}; later ones will."
    return f"{said} {connected.remark}" if connected.remark else said


def _ask_page(slug: str, typed: str = "", trouble: str = "") -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        surroundings = masthead(session, newsletter, "feeds")
    return render_template("desk/feed_add.html", **surroundings, typed=typed, trouble=trouble)


def _found_page(slug: str, seen: Seen) -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        surroundings = masthead(session, newsletter, "feeds")
        shown = {"topics": topic_names(session, newsletter), "proposals": feed_search.proposed(newsletter, seen)}
    return render_template("desk/feed_found.html", **surroundings, **shown, seen=seen)
