"""The pages of the demo newsletter's articles, so that the links of its digests lead somewhere."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import Newsletter
from newsletter.feeds.articles import Article
from newsletter.mails.articles import blocks_of
from newsletter.web.doors import reading, services
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import views
from newsletter.web.public.pictures import path_of

blueprint = guarded("demo", __name__, anybody)


@blueprint.get("/demo/<slug>")
def article(slug: str) -> ResponseReturnValue:
    """A sample article; there is none without the demo newsletter."""
    url = services().settings.base_url + url_for("demo.article", slug=slug)
    with reading() as session:
        newsletter = session.scalar(select(Newsletter).where(Newsletter.is_demo))
        found = None if newsletter is None else session.scalar(select(Article).where(Article.url == url))
        if newsletter is None or found is None:
            raise NotFound("There is no such article here.")
        page = views.page(newsletter)
        [block] = blocks_of(session, [found.id], path_of)
    return views.rendered("public/demo_article.html", **page, article=block, html=found.html)
