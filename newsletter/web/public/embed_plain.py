"""A form that another site wrote itself: whoever sends it stands on a page of ours after it."""

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from newsletter.web.doors import now, reading
from newsletter.web.public import embed_frame, embed_origins, embed_words, ladder, views
from newsletter.web.public.embed_taking import Asked, Hint, NotBegun, Sent, Stopped, Trouble, taken
from newsletter.web.public.incoming import entered, newsletter_or_404
from newsletter.web.public.ladder import Door
from newsletter.web.public.sign_up_form import offered_form
from newsletter.web.public.tongues import tongue_asked


def sign_up(slug: str) -> ResponseReturnValue:
    """Take what the form sent. Raises NotFound when there is no such newsletter."""
    origin = embed_origins.origin_named()
    # A page that keeps its origin to itself sends none, or the word null. That is no reason to refuse: what comes
    # next is a page of ours, where somebody has to press a button.
    if origin and not embed_origins.may_send(slug, origin):
        embed_origins.note_refused(slug, origin)
        return _refused(slug)
    match taken(slug, Sent(request.form, Door.PLAIN, ladder.origin_before() or origin)):
        case Asked(address):
            return embed_frame.thanks(slug, address)
        case Trouble(sentence):
            return _form(slug, 422, trouble=sentence)
        case Hint(better):
            return _form(slug, 422, better=better)
        case NotBegun():
            return _form(slug, 409)
        case Stopped(answer):
            return answer


def _form(slug: str, status: int, *, trouble: str = "", better: str = "") -> ResponseReturnValue:
    """Our own sign-up page with what was entered on the other site."""
    came = entered()
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        form = offered_form(session, newsletter, tongue_asked(session, newsletter), now=now())
    if not came.topics:  # the form on the other site asked for the address alone
        came = replace(came, topics=[topic["slug"] for topic in form["topics"]])
    shown = {"entered": came, "trouble": trouble, "better": better, "is_change": False}
    return views.rendered("public/subscribe.html", **form | shown), status


def _refused(slug: str) -> ResponseReturnValue:
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_asked(session, newsletter)
        page = views.page(newsletter, tongue)
    sentence = embed_words.not_from_here(page["newsletter"]["name"], tongue)
    return views.rendered("public/embed_refused.html", **page, sentence=sentence), 403
