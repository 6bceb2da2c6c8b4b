"""What an editor says of an article's place in digests."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import RefusedError
from newsletter.feeds.ranking import rank
from newsletter.web.desk.article_view import article_or_404
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.doors import now, writing

blueprint = desk_blueprint("article_ranking", __name__, url_prefix="/desk/n/<slug>/articles")


@blueprint.post("/<int:article_id>/place")
def save(slug: str, article_id: int) -> ResponseReturnValue:
    """Pin an article or not, and weigh it; lists that have closed stay as they are."""
    try:
        with writing() as session:
            _, article = article_or_404(session, slug, article_id)
            weight = request.form.get("weight", -99, type=int)
            rank(article, is_pinned="pinned" in request.form, weight=weight, now=now())
        flash("Saved. It holds for every edition that has not closed yet.")
    except RefusedError as error:
        flash(str(error))
    return redirect(url_for("desk_articles.show", slug=slug, article_id=article_id), 303)
