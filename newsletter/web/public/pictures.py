"""The pictures of articles, served from here: what a name stands for never changes, so it is kept for ever."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from newsletter.feeds.pictures.showing import served
from newsletter.web.doors import reading
from newsletter.web.guards import anybody, guarded

blueprint = guarded("pictures", __name__, anybody)


@blueprint.get("/picture/<digest>.<any(jpg, png, webp, gif):suffix>")
def picture(digest: str, suffix: str) -> ResponseReturnValue:
    """A picture by the digest of its content."""
    with reading() as session:
        found = served(session, digest, suffix)
    if found is None:
        raise NotFound("There is no such picture here.")
    answer = Response(found.content, content_type=found.content_type)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # Even what slipped through as a page could do nothing here.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail programs in the browser show it
    answer.set_etag(digest)
    return answer.make_conditional(request)


def path_of(digest: str, suffix: str) -> str:
    """Where a page of ours finds a picture."""
    return url_for("pictures.picture", digest=digest, suffix=suffix)
