"""The pages of articles that were written here and stand nowhere else."""

from typing import Final

from flask import make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import newsletter_by_slug
from newsletter.feeds.articles import Article
from newsletter.feeds.own_pages import has_own_page, is_public
from newsletter.feeds.sanitizing import plain_text
from newsletter.mails.articles import blocks_of
from newsletter.web.doors import now, reading, services
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import views
from newsletter.web.public.pictures import path_of
from newsletter.web.public.tongues import tongue_of_browser

blueprint = guarded("written", __name__, anybody)

_NEWEST: Final = 2**63 - 1
# The pictures within the text are where the writer found them; the page has no scripts and no forms.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@blueprint.get("/n/<slug>/articles/<int:article_id>")
def article(slug: str, article_id: int) -> ResponseReturnValue:
    """An article that was written here, once it is released."""
    with reading() as session:
        newsletter, found = _found(session, slug, article_id)
        [block] = blocks_of(session, [found.id], path_of)
        shown = views.page(newsletter) | {"article": block, "html": found.html, "has_summary": _has_summary(found)}
        shown["language"] = found.language or newsletter.language
    answer = make_response(views.rendered("public/article.html", **shown))
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def _found(session: Session, slug: str, article_id: int) -> tuple[Newsletter, Article]:
    newsletter = newsletter_by_slug(session, slug)
    found = session.get(Article, article_id) if article_id <= _NEWEST else None
    if (
        newsletter is None
        or found is None
        or found.newsletter_id != newsletter.id
        or not has_own_page(found, slug, services().links)
        or not is_public(found, now=now())
    ):
        raise NotFound(tongue_of_browser().gettext("There is no such article here, or it is not published yet."))
    return newsletter, found


def _has_summary(article: Article) -> bool:
    """Whether the summary says something of its own: one that was made from the text only begins it."""
    return not plain_text(article.html).startswith(article.shown_summary.rstrip("…"))
