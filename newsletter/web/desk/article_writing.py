"""Writing an article at the desk, and editing one that was written here."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.feeds.articles import Article
from newsletter.feeds.deciding import OwnWords, overwrite
from newsletter.feeds.pictures.making import MadePicture
from newsletter.feeds.pictures.wanting import upload, want
from newsletter.web.desk.article_drafts import Draft, draft_from, draft_of, previewed, save_edit, save_new
from newsletter.web.desk.article_forms import FormError, TypedPicture, own_image_url, typed_picture
from newsletter.web.desk.article_pages import made_of, sent_file, take_pictures
from newsletter.web.desk.article_view import article_or_404, is_written_here, picture_of, state_of
from newsletter.web.desk.articles import chosen_topics
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.login import visitor
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import now, reading, services, writing

blueprint = desk_blueprint("article_writing", __name__, url_prefix="/desk/n/<slug>/articles")
blueprint.url_value_preprocessor(take_pictures)


@blueprint.get("/new")
def new(slug: str) -> ResponseReturnValue:
    """The empty form."""
    return _form(slug, Draft(author=visitor().name))


@blueprint.post("/new")
def write(slug: str) -> ResponseReturnValue:
    """Store a new article, or show what its text will look like."""
    draft = _typed_draft(slug)
    if request.form.get("step") == "preview":
        return _form(slug, draft, is_preview=True)
    try:
        article_id = _write(slug, draft)
    except FormError as error:
        return _form(slug, draft, wrong=error), 422
    return redirect(url_for("desk_articles.show", slug=slug, article_id=article_id), 303)


@blueprint.get("/<int:article_id>/edit")
def edit(slug: str, article_id: int) -> ResponseReturnValue:
    """The form of an article that was written here."""
    with reading() as session:
        newsletter, article = _own_or_404(session, slug, article_id)
        draft = draft_from(session, article, newsletter.zone)
    return _form(slug, draft, article_id)


@blueprint.post("/<int:article_id>/edit")
def rewrite(slug: str, article_id: int) -> ResponseReturnValue:
    """Store the edit, or show what the text will look like."""
    draft = _typed_draft(slug)
    if request.form.get("step") == "preview":
        return _form(slug, draft, article_id, is_preview=True)
    try:
        _rewrite(slug, article_id, draft)
    except FormError as error:
        return _form(slug, draft, article_id, wrong=error), 422
    return redirect(url_for("desk_articles.show", slug=slug, article_id=article_id), 303)


@blueprint.post("/preview")
def preview(slug: str) -> ResponseReturnValue:
    """What the text will look like, for the part of the form that shows it while one writes."""
    with reading() as session:
        newsletter_or_404(session, slug)
    return render_template("desk/article_preview.html", preview=previewed(request.form.get("markdown", "")))


def _write(slug: str, draft: Draft) -> int:
    typed = typed_picture(request.form, sent_file(), "")
    made = made_of(typed)
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        article = save_new(session, newsletter, draft, links=services().links, now=now())
        article.own_image_url = own_image_url(typed, _brought(session, newsletter.id, typed, made), now_own=None)
        if article.own_image_url:
            article.own_image_alt = typed.alt
            want(session, newsletter.id, [article.own_image_url], now=now())
        session.flush()
        _tell(session, newsletter, article)
        return article.id


def _rewrite(slug: str, article_id: int, draft: Draft) -> None:
    with reading() as session:
        former = _own_or_404(session, slug, article_id)[1].shown_image_alt
    typed = typed_picture(request.form, sent_file(), former)
    made = made_of(typed)
    with writing() as session:
        newsletter, article = _own_or_404(session, slug, article_id)
        editor_id = visitor().editor_id
        save_edit(session, newsletter, article, draft, editor_id=editor_id, links=services().links, now=now())
        image_url = own_image_url(typed, _brought(session, newsletter.id, typed, made), now_own=article.own_image_url)
        words = OwnWords(image_url=image_url, image_alt=typed.alt if image_url else None)
        overwrite(session, article, words, editor_id=editor_id, now=now())
        _tell(session, newsletter, article)


def _brought(session: Session, newsletter_id: int, typed: TypedPicture, made: MadePicture | None) -> str:
    if made is None:
        return ""
    return upload(session, newsletter_id, typed.content, make=lambda _content: made, now=now())


def _tell(session: Session, newsletter: Newsletter, article: Article) -> None:
    state = state_of(session, article, newsletter.zone, now=now())
    flash(f"“{article.shown_title}” is saved. {state.why}")


def _typed_draft(slug: str) -> Draft:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        return draft_of(request.form, chosen_topics(session, newsletter.id))


def _own_or_404(session: Session, slug: str, article_id: int) -> tuple[Newsletter, Article]:
    newsletter, article = article_or_404(session, slug, article_id)
    if not is_written_here(article):
        raise NotFound("This article was not written here. Its page at the desk lets you overwrite what mails show.")
    return newsletter, article


def _form(
    slug: str, draft: Draft, article_id: int | None = None, *, is_preview: bool = False, wrong: FormError | None = None
) -> str:
    """The form with what was typed; the sentence about what is wrong stands at its field."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        article = None if article_id is None else _own_or_404(session, slug, article_id)[1]
        shown = {
            "draft": draft,
            "article": article,
            "topics": topics_of(session, newsletter.id),
            "state": None if article is None else state_of(session, article, newsletter.zone, now=now()),
            "picture": None if article is None else picture_of(session, article),
            "preview": previewed(draft.markdown) if is_preview or article is not None else "",
            "typed": request.form if request.method == "POST" else None,
            "wrong": wrong,
        }
        return render_template("desk/article_new.html", **masthead(session, newsletter, "articles"), **shown)
