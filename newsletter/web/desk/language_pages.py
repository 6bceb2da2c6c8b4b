"""In which languages a newsletter speaks to its readers."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from newsletter.catalogue.languages import (
    OwnTexts,
    offered,
    own_texts,
    remove_own_texts,
    set_first_language,
    set_own_texts,
)
from newsletter.catalogue.shelf import topics_of
from newsletter.errors import RefusedError
from newsletter.language import LANGUAGES, WITH_INFORMAL, direction_of, tongue_of
from newsletter.web.desk.blueprints import desk_blueprint
from newsletter.web.desk.masthead import masthead, newsletter_or_404
from newsletter.web.doors import reading, writing

blueprint = desk_blueprint("language_pages", __name__, url_prefix="/desk/n/<slug>/languages")


@blueprint.get("")
def every(slug: str) -> ResponseReturnValue:
    """The newsletter's own language, and its texts in the others."""
    return _page(slug)


@blueprint.post("")
def first(slug: str) -> ResponseReturnValue:
    """Say in which language the newsletter is written, and how it addresses readers."""
    language, is_formal = request.form.get("language", ""), request.form.get("address") != "informal"
    try:
        with writing() as session:
            set_first_language(session, newsletter_or_404(session, slug), language, is_formal=is_formal)
    except RefusedError as error:
        return _page(slug, trouble=str(error)), 422
    flash("Saved. Pages speak it from now on, mails from the next one.")
    return redirect(url_for("language_pages.every", slug=slug), 303)


@blueprint.post("/<language>")
def save(slug: str, language: str) -> ResponseReturnValue:
    """Let the newsletter speak another language."""
    _known(language)
    typed = OwnTexts(
        request.form.get("tagline", ""),
        {int(key[5:]): value for key, value in request.form.items() if key[:5] == "topic" and key[5:].isdecimal()},
    )
    try:
        with writing() as session:
            set_own_texts(session, newsletter_or_404(session, slug), language, typed)
    except RefusedError as error:
        return _page(slug, trouble=str(error), trouble_at=language, typed=typed), 422
    flash(f"Readers may choose {tongue_of(language).english_name} from now on.")
    return redirect(url_for("language_pages.every", slug=slug), 303)


@blueprint.post("/<language>/remove")
def remove(slug: str, language: str) -> ResponseReturnValue:
    """Offer a language no more."""
    _known(language)
    with writing() as session:
        remove_own_texts(session, newsletter_or_404(session, slug), language)
    name = tongue_of(language).english_name
    flash(f"{name} is not offered any more; readers who chose it get the newsletter’s own language.")
    return redirect(url_for("language_pages.every", slug=slug), 303)


def _known(language: str) -> None:
    if language not in LANGUAGES:
        raise NotFound("There is no such language here.")


def _page(slug: str, *, trouble: str = "", trouble_at: str = "", typed: OwnTexts | None = None) -> str:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        own = tongue_of(newsletter.language).language
        spoken = offered(session, newsletter)
        shown: dict[str, Any] = {
            "own": own,
            "own_name": tongue_of(own).english_name,
            "is_formal": newsletter.is_formal,
            "has_informal": {each: each in WITH_INFORMAL for each in LANGUAGES},
            "every": [(each, tongue_of(each).english_name, tongue_of(each).own_name) for each in LANGUAGES],
            "tagline": newsletter.tagline,
            "topics": [(topic.id, topic.name) for topic in topics_of(session, newsletter.id)],
            "others": [
                {
                    "language": each,
                    "name": tongue_of(each).english_name,
                    "own_name": tongue_of(each).own_name,
                    "direction": direction_of(each),
                    "is_offered": each in spoken,
                    "texts": typed if typed and each == trouble_at else own_texts(session, newsletter, each),
                }
                for each in LANGUAGES
                if each != own
            ],
        }
        surroundings = masthead(session, newsletter, "languages")
    return render_template("desk/languages.html", **surroundings, **shown, trouble=trouble, trouble_at=trouble_at)
