"""The articles of a newsletter: the list, each of them, and what an editor decides."""

from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.shelf import topics_of
from newsletter.errors import RefusedError
from newsletter.feeds import deciding
from newsletter.feeds.articles import Article, Decision
from newsletter.feeds.fetching_again import fetch_article_again
from newsletter.feeds.pictures.wanting import want_again
from newsletter.web.desk.article_fetching import fetching_of
from newsletter.web.desk.article_forms import FormError, typed_moment
from newsletter.web.desk.article_list import articles_of, wanted_of
from newsletter.web.desk.article_pages import article_page
from newsletter.web.desk.article_view import article_or_404, state_of
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, services, writing

_TOO_LATE: Final = "Nothing was changed: this cannot be decided any more."
_FRAME_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'self'; "
    "img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

blueprint = desk_blueprint("desk_articles", __name__, url_prefix="/desk/n/<slug>/articles")


@blueprint.get("")
def every(slug: str) -> ResponseReturnValue:
    """The articles, newest first, by state and by words in the title."""
    asked = request.args
    wanted = wanted_of(asked.get("state", ""), asked.get("q", ""), asked.get("before", type=int))
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        found = articles_of(session, newsletter, wanted, now=now())
        surroundings = masthead(session, newsletter, "articles")
    return render_template("desk/articles.html", **surroundings, found=found, wanted=wanted)


@blueprint.get("/<int:article_id>")
def show(slug: str, article_id: int) -> ResponseReturnValue:
    """One article: what mails show of it, where it stands, and why."""
    return article_page(slug, article_id)


@blueprint.get("/<int:article_id>/text")
def text(slug: str, article_id: int) -> ResponseReturnValue:
    """The text of an article, for the frame on its page, where it can do nothing but be read."""
    with reading() as session:
        _, article = article_or_404(session, slug, article_id)
        body = render_template("desk/article_text.html", article=article)
    response = Response(body, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    return response


@blueprint.post("/<int:article_id>/decide")
def decide(slug: str, article_id: int) -> ResponseReturnValue:
    """Release, hold, never mail, or give back to the rules."""
    said = request.form.get("decision", "-")
    with writing() as session:
        newsletter, article = article_or_404(session, slug, article_id)
        state = state_of(session, article, newsletter.zone, now=now())
        if said in state.decisions:
            deciding.decide(session, article, Decision(said), now=now())
            _tell(session, article, newsletter.zone)
        else:
            flash(f"{_TOO_LATE} {state.why}")
    return _back(slug, article_id)


@blueprint.post("/<int:article_id>/embargo")
def embargo(slug: str, article_id: int) -> ResponseReturnValue:
    """Let an article wait until a moment, or no longer."""
    try:
        with writing() as session:
            newsletter, article = article_or_404(session, slug, article_id)
            _set_embargo(session, article, newsletter.zone)
            _tell(session, article, newsletter.zone)
    except FormError as error:
        return article_page(slug, article_id, typed=request.form, wrong=error), 422
    return _back(slug, article_id)


@blueprint.post("/<int:article_id>/topics")
def topics(slug: str, article_id: int) -> ResponseReturnValue:
    """Say which topics an article belongs to."""
    with writing() as session:
        newsletter, article = article_or_404(session, slug, article_id)
        chosen = chosen_topics(session, newsletter.id)
        deciding.set_topics(session, article, chosen, now=now())
        who = "the readers of its topics" if chosen else "everybody, since it has no topic"
        flash(f"“{article.shown_title}” is for {who}.")
    return _back(slug, article_id)


@blueprint.post("/<int:article_id>/picture/again")
def picture_again(slug: str, article_id: int) -> ResponseReturnValue:
    """Fetch a picture once more that could not be fetched."""
    with writing() as session:
        newsletter, article = article_or_404(session, slug, article_id)
        want_again(session, newsletter.id, article.shown_image_url, now=now())
    flash("The picture is being fetched. Load this page again in a few seconds.")
    return _back(slug, article_id)


@blueprint.post("/<int:article_id>/again")
def fetch_again(slug: str, article_id: int) -> ResponseReturnValue:
    """*Fetch again now*: read the page of an article, and ask its feed, past all caches."""
    with writing() as session:
        _, article = article_or_404(session, slug, article_id)
        if not fetching_of(article, slug, services().links).is_possible:
            raise NotFound(
                "This article stands on no page of another site, so there is nothing to fetch. It is edited here."
            )
        fetch_article_again(session, article, now=now())
        title = article.shown_title
    flash(f"“{title}” is being read again, past all caches. Load this page again in a few seconds.")
    return _back(slug, article_id)


def chosen_topics(session: Session, newsletter_id: int) -> frozenset[int]:
    """The topics ticked in a form; what is none of this newsletter is passed over."""
    known = {topic.id for topic in topics_of(session, newsletter_id)}
    return frozenset(known & set(request.form.getlist("topics", type=int)))


def _set_embargo(session: Session, article: Article, zone: str) -> None:
    form = request.form
    at = None if "end" in form else typed_moment(form.get("day", ""), form.get("time", ""), zone)
    state = state_of(session, article, zone, now=now())
    if state.is_out:
        raise FormError("day", f"An embargo comes too late. {state.why}")
    try:
        deciding.set_embargo(session, article, at, now=now())
    except RefusedError as error:
        raise FormError("day", str(error)) from None


def _tell(session: Session, article: Article, zone: str) -> None:
    flash(f"“{article.shown_title}”: {state_of(session, article, zone, now=now()).why}")


def _back(slug: str, article_id: int) -> ResponseReturnValue:
    """To where the button stood: the list as it was filtered, or the article's page."""
    form = request.form
    if "list" not in form:
        return redirect(url_for("desk_articles.show", slug=slug, article_id=article_id), 303)
    wanted = wanted_of(form.get("state", ""), form.get("q", ""), form.get("before", type=int))
    state, words, at = wanted.state or None, wanted.words or None, f"article-{article_id}"
    return redirect(
        url_for("desk_articles.every", slug=slug, state=state, q=words, before=wanted.before, _anchor=at), 303
    )
