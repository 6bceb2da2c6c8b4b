"""Which site a request came from, whether it may use the form, and the headers that let its browser read the answer."""

from typing import Final
from urllib.parse import urlsplit

from flask import Response, g, request

from newsletter.catalogue import sites
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.public.incoming import newsletter_or_404

_METHOD, _HEADER = "POST", "Content-Type"
_PREFLIGHT_SECONDS: Final = "600"


def origin_named() -> str:
    """The site that the browser named, such as `https://news.example.org`; empty where it named none."""
    return sites.origin_sent(request.headers.get("Origin", ""))


def is_foreign() -> bool:
    """Whether the form that was sent stood on another site. Our own pages name no site, or this one."""
    origin = origin_named()
    return bool(origin) and origin != _own_origin() and urlsplit(origin).netloc != request.host


def may_send(slug: str, origin: str) -> bool:
    """Whether pages of this origin may send sign-ups. Raises NotFound when there is no such newsletter."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        return bool(origin) and (origin == _own_origin() or sites.is_allowed(session, newsletter, origin))


def note_refused(slug: str, origin: str) -> None:
    """Let a site that was refused stand at the desk; a browser that named none leaves no trace."""
    if origin:
        with writing() as session:
            sites.note_refused(session, newsletter_or_404(session, slug), origin, now=now())


def let_read(origin: str) -> None:
    """Let the browser give the answer to this request to a page of `origin`, and to no other."""
    g.may_be_read_from = origin


def with_cors(response: Response) -> Response:
    """The answer with what a browser must know of it: who may read it, never with cookies."""
    response.vary.add("Origin")
    if g.get("may_be_read_from"):
        response.headers["Access-Control-Allow-Origin"] = g.may_be_read_from
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = _METHOD
            response.headers["Access-Control-Allow-Headers"] = _HEADER
            response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response


def _own_origin() -> str:
    return services().settings.base_url
