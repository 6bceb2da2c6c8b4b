"""The sign-up form on other sites: a script, a page to be framed, and plain forms that sites write themselves.

All post to one address and go by the same rules. The script sends JSON, from sites in the newsletter's list alone; the
framed page sends a token that was made here; what has neither is a form that somebody wrote.
"""

from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from newsletter.catalogue import sites
from newsletter.web.doors import reading, services
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import embed_frame, embed_origins, embed_plain, embed_script, embed_words
from newsletter.web.public.embed_look import look_of, style_of
from newsletter.web.public.embed_taking import Sent, taken
from newsletter.web.public.incoming import newsletter_or_404
from newsletter.web.public.ladder import Door
from newsletter.web.public.tongues import tongue_asked

blueprint = guarded("embedding", __name__, anybody)

_FRAMED: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors *"
)
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


@blueprint.get("/embed/<slug>.js")
def script(slug: str) -> ResponseReturnValue:
    """The script that puts the form into a page of another site."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        text = embed_script.script_of(session, newsletter, tongue_asked(session, newsletter), services().links)
    answer = Response(text, content_type="text/javascript; charset=utf-8")
    # Asked for anew each time, since the words of consent that are stored must be those that were shown.
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/embed/<slug>.css")
def style(slug: str) -> ResponseReturnValue:
    """The colours of the framed form, as its address asks for them."""
    with reading() as session:
        look = look_of(request.args, accent=newsletter_or_404(session, slug).accent)
    return Response(style_of(look), content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"})


@blueprint.route("/embed/<slug>", methods=["GET"], provide_automatic_options=False)
def frame(slug: str) -> ResponseReturnValue:
    """The form, made to be framed by any site; it knows no cookie."""
    return embed_frame.form(slug)


@blueprint.route("/embed/<slug>", methods=["OPTIONS"], provide_automatic_options=False)
def preflight(slug: str) -> ResponseReturnValue:
    """Whether the browser may send what the script on another site wants to send."""
    origin = embed_origins.origin_named()
    if embed_origins.may_send(slug, origin):
        embed_origins.let_read(origin)
    return Response(status=204)


@blueprint.route("/embed/<slug>", methods=["POST"], provide_automatic_options=False)
def sign_up(slug: str) -> ResponseReturnValue:
    """Take a sign-up from another site; the answer is the same whether or not the address is known."""
    if request.mimetype == "application/json":
        return _from_script(slug)
    if request.mimetype not in _FORMS:
        raise UnsupportedMediaType("This address takes what a form sends, or JSON from the script.")
    return embed_frame.sign_up(slug) if embed_frame.is_ours(slug) else embed_plain.sign_up(slug)


@blueprint.after_request
def _to_be_framed(response: Response) -> Response:
    """Every answer here may stand in a frame, the page *One more tap* among them; no other page of ours may."""
    response.headers["Content-Security-Policy"] = _FRAMED
    return embed_origins.with_cors(response)


def _from_script(slug: str) -> ResponseReturnValue:
    origin = embed_origins.origin_named()
    if not embed_origins.may_send(slug, origin):
        embed_origins.note_refused(slug, origin)
        return _refused(slug)
    embed_origins.let_read(origin)
    outcome = taken(slug, Sent(embed_script.fields_sent(), Door.JSON, origin))
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_asked(session, newsletter)
        thanks = sites.thanks_of(session, newsletter, tongue.language)
    return embed_script.said(outcome, newsletter.name, tongue, {"thanks": thanks, "url": newsletter.thanks_url})


def _refused(slug: str) -> Response:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        sentence = embed_words.not_from_here(newsletter.name, tongue_asked(session, newsletter))
    return embed_script.answer(403, "refused", sentence=sentence, url=services().links.subscribe(slug))
