"""The page of one article, as views of several modules answer with it."""

from collections.abc import Mapping

from flask import render_template, request
from flask_login import current_user

from newsletter.errors import GazetteError
from newsletter.feeds.pictures.making import MadePicture
from newsletter.feeds.ranking import WEIGHTS
from newsletter.web.desk.article_fetching import fetching_of
from newsletter.web.desk.article_forms import LARGEST_PICTURE, FormError, TypedPicture
from newsletter.web.desk.article_view import article_or_404, view_of
from newsletter.web.desk.masthead import masthead
from newsletter.web.doors import now, reading, services

_OTHER_FIELDS = 512 * 1024


def article_page(
    slug: str, article_id: int, *, typed: Mapping[str, str] | None = None, wrong: FormError | None = None
) -> str:
    """An article; after a refused form with what was typed and the sentence at its field."""
    with reading() as session:
        newsletter, article = article_or_404(session, slug, article_id)
        shown = {
            "view": view_of(session, newsletter, article, now=now()),
            "fetching": fetching_of(article, slug, services().links),
            "weights": WEIGHTS,
            "typed": typed,
            "wrong": wrong,
        }
        return render_template("desk/article.html", **masthead(session, newsletter, "articles"), **shown)


def take_pictures(_endpoint: str | None, _values: object) -> None:
    """Let editors send a picture along; called before anything of the request is read."""
    if request.method == "POST" and current_user.is_authenticated:
        request.max_content_length = LARGEST_PICTURE + _OTHER_FIELDS


def sent_file() -> bytes:
    """The content of the picture that a form brings; empty where none was chosen."""
    file = request.files.get("file")
    return b"" if file is None else file.stream.read(LARGEST_PICTURE + 1)


def made_of(typed: TypedPicture) -> MadePicture | None:
    """The picture that was brought, ready for mails. Raises FormError when mails could not show it."""
    if typed.choice != "upload":
        return None
    try:
        return services().intake.make_picture(typed.content)
    except GazetteError as error:
        raise FormError("file", str(error)) from None
