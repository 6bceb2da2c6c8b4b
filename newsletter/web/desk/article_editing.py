"""The editor's last word about an article: title, summary and picture in place of what the site has."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.errors import RefusedError
from newsletter.feeds.articles import Article
from newsletter.feeds.deciding import OwnWords, overwrite
from newsletter.feeds.pictures.making import MadePicture
from newsletter.feeds.pictures.wanting import upload
from newsletter.web.desk.article_forms import FormError, TypedPicture, own_image_url, typed_picture
from newsletter.web.desk.article_pages import article_page, made_of, sent_file, take_pictures
from newsletter.web.desk.article_view import article_or_404
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.doors import now, reading, writing

_SAVED = "Saved. Mails made from now on and the archive show it so; later polls of the site leave it as it is."

blueprint = desk_blueprint("article_editing", __name__, url_prefix="/desk/n/<slug>/articles")
blueprint.url_value_preprocessor(take_pictures)


@blueprint.post("/<int:article_id>/words")
def words(slug: str, article_id: int) -> ResponseReturnValue:
    """Put an editor's words and picture in place of the site's."""
    try:
        with reading() as session:
            former = article_or_404(session, slug, article_id)[1].shown_image_alt
        typed = typed_picture(request.form, sent_file(), former)
        is_changed = _overwrite(slug, article_id, typed, made_of(typed))
    except FormError as error:
        return article_page(slug, article_id, typed=request.form, wrong=error), 422
    flash(_SAVED if is_changed else "Nothing was changed: it all stood there already.")
    return redirect(url_for("desk_articles.show", slug=slug, article_id=article_id), 303)


@blueprint.post("/<int:article_id>/site")
def take_site(slug: str, article_id: int) -> ResponseReturnValue:
    """Follow the site again in one field."""
    with writing() as session:
        _, article = article_or_404(session, slug, article_id)
        kept = _without(article, request.form.get("take", ""))
        overwrite(session, article, kept, editor_id=visitor().editor_id, now=now())
    flash("It follows the site again.")
    return redirect(url_for("desk_articles.show", slug=slug, article_id=article_id), 303)


def _overwrite(slug: str, article_id: int, typed: TypedPicture, made: MadePicture | None) -> bool:
    with writing() as session:
        newsletter, article = article_or_404(session, slug, article_id)
        brought = ""
        if made is not None:
            brought = upload(session, newsletter.id, typed.content, make=lambda _content: made, now=now())
        own = OwnWords(
            title=request.form.get("title", article.shown_title),
            summary=request.form.get("summary", article.shown_summary),
            image_url=own_image_url(typed, brought, now_own=article.own_image_url),
            image_alt=_alt(article, typed),
        )
        try:
            return overwrite(session, article, own, editor_id=visitor().editor_id, now=now())
        except RefusedError as error:
            raise FormError("title", str(error)) from None


def _without(article: Article, field: str) -> OwnWords:
    """The editor's words but for one field; a picture and what it shows go together."""
    is_picture = field == "picture"
    return OwnWords(
        title=None if field == "title" else article.own_title,
        summary=None if field == "summary" else article.own_summary,
        image_url=None if is_picture else article.own_image_url,
        image_alt=None if is_picture or field == "alt" else article.own_image_alt,
    )


def _alt(article: Article, typed: TypedPicture) -> str | None:
    """The words about the picture; those about an editor's picture are dropped together with it."""
    was_own = article.own_image_url is not None
    is_dropped = typed.choice == "none" or (typed.choice == "site" and was_own and typed.alt == article.shown_image_alt)
    return None if is_dropped else typed.alt
