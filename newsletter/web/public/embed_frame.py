"""The form that is made to be framed.

It posts from a frame of another host, perhaps a closed one whose origin is the word null. So it is not the origin that
says where it stood, but a token in the page that was made here.
"""

import hmac
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue

from newsletter.catalogue import sites
from newsletter.signing import Signer
from newsletter.subscriptions.consent import consent_sentence
from newsletter.web.doors import now, reading, services
from newsletter.web.public import views
from newsletter.web.public.embed_look import look_of
from newsletter.web.public.embed_taking import Asked, Hint, NotBegun, Sent, Stopped, Trouble, taken
from newsletter.web.public.incoming import newsletter_or_404
from newsletter.web.public.ladder import Door
from newsletter.web.public.sign_up_form import HONEYPOT
from newsletter.web.public.tongues import tongue_asked

_FIELD: Final = "form"  # which holds the token
_OPEN_FOR: Final = timedelta(days=2)
_DIGITS: Final = 11  # of an instant in seconds


def form(slug: str) -> ResponseReturnValue:
    """The page with the form. Raises NotFound when there is no such newsletter."""
    return _page("public/embed.html", _shown(slug))


def is_ours(slug: str) -> bool:
    """Whether this request comes from a form that was made here."""
    return is_form_token(request.form.get(_FIELD, ""), services().signer, slug, now=now())


def sign_up(slug: str) -> ResponseReturnValue:
    """Take what the framed form sent, and answer within the frame."""
    if "change" in request.form:
        return _page("public/embed.html", _shown(slug))
    match taken(slug, Sent(request.form, Door.EMBED)):
        case Asked(address):
            return thanks(slug, address)
        case Trouble(sentence):
            return _page("public/embed.html", _shown(slug) | {"trouble": sentence}), 422
        case Hint(better):
            return _page("public/embed.html", _shown(slug) | {"better": better}), 422
        case NotBegun():
            return _page("public/embed.html", _shown(slug)), 409
        case Stopped(answer):
            return answer


def thanks(slug: str, address: str) -> ResponseReturnValue:
    """The page after a sign-up; it depends on what was typed alone."""
    return _page("public/embed_thanks.html", _shown(slug) | {"address": address})


def form_token(signer: Signer, slug: str, *, now: datetime) -> str:
    """What a framed form of this newsletter sends along; it holds for two days."""
    at = str(int(now.timestamp()))
    return f"{at}.{signer.digest('framed form', f'{slug} {at}')}"


def is_form_token(token: str, signer: Signer, slug: str, *, now: datetime) -> bool:
    """Whether a form with this token was made here, for this newsletter, in the last two days."""
    at, _, digest = token.partition(".")
    if not (token.isascii() and at.isdecimal() and len(at) <= _DIGITS):
        return False
    if not now - _OPEN_FOR <= datetime.fromtimestamp(int(at), now.tzinfo) <= now + timedelta(minutes=1):
        return False
    return hmac.compare_digest(digest, signer.digest("framed form", f"{slug} {at}"))


def _shown(slug: str) -> dict[str, Any]:
    """All that the pages in the frame show: the form as it stands in this request, fresh where none was sent."""
    at = now()
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        tongue = tongue_asked(session, newsletter)
        topics = views.topics(session, newsletter, tongue, now=at)
        shown = views.page(newsletter, tongue) | {
            "topics": topics,
            "consent": consent_sentence(newsletter.name, tongue),
            "thanks": sites.thanks_of(session, newsletter, tongue.language),
            "thanks_url": newsletter.thanks_url,
        }
    was_sent = request.method == "POST" and "address" in request.form
    return shown | {
        "query": _query(),
        "token": form_token(services().signer, slug, now=at),
        "honeypot": HONEYPOT,
        "address": request.form.get("address", ""),
        "chosen": request.form.getlist("topics") if was_sent else [topic["slug"] for topic in topics],
        "trouble": "",
        "better": "",
    }


def _query() -> dict[str, str]:
    """What the addresses of the frame carry on: the look, and the language where one was asked for."""
    asked = asdict(look_of(request.args)) | {"language": request.args.get("language", "")[:8]}
    return {name: value for name, value in asked.items() if value}


def _page(template: str, shown: dict[str, Any]) -> str:
    return views.rendered(template, **shown)
