"""Leaving: the page, the one-click of RFC 8058, and the undo."""

from datetime import datetime
from typing import Any, Final

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from newsletter.mails.sentences import local_day
from newsletter.signing import Purpose
from newsletter.subscriptions import leaving
from newsletter.subscriptions.addresses import masked
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import views
from newsletter.web.public.incoming import by_token, evidence_of, newsletter_of

blueprint = guarded("leaving", __name__, anybody)

_ONE_CLICK: Final = "List-Unsubscribe=One-Click"


@blueprint.get("/unsubscribe/<token>")
def leave_page(token: str) -> ResponseReturnValue:
    """The page with the button; opening it changes nothing."""
    with reading() as session:
        subscription = by_token(session, Purpose.LEAVE, token)
        shown = _shown(session, subscription, token, now=now())
    return _page(shown)


@blueprint.post("/unsubscribe/<token>")
def leave(token: str) -> ResponseReturnValue:
    """Leave, if the one-click body or our own button says so; any other POST only shows the page."""
    is_one_click = _is_one_click()
    is_asked = request.form.get("action") == "leave"
    with writing() as session:
        subscription = by_token(session, Purpose.LEAVE, token, is_for_change=True)
        if is_one_click or is_asked:
            leaving.leave(session, subscription, evidence_of(_ONE_CLICK if is_one_click else "Leave"), now=now())
        shown = _shown(session, subscription, token, now=now())
    if is_one_click:
        return Response(f"Done. No more mail from {shown['newsletter']['name']}.\n", mimetype="text/plain")
    return _page(shown)


@blueprint.post("/unsubscribe/<token>/undo")
def undo(token: str) -> ResponseReturnValue:
    """Come back within 30 days."""
    with writing() as session:
        subscription = by_token(session, Purpose.LEAVE, token, is_for_change=True)
        if _is_current(subscription, token):
            leaving.undo_leaving(session, subscription, evidence_of("Undo, keep my mails"), now=now())
        shown = _shown(session, subscription, token, now=now())
    if shown["has_left"]:
        return views.rendered("public/left.html", **shown), 410
    return views.rendered("public/back.html", **shown)


def _page(shown: dict[str, Any]) -> str:
    return views.rendered("public/left.html" if shown["has_left"] else "public/leave.html", **shown)


def _is_one_click() -> bool:
    """Whether this is RFC 8058's body, also from a sender that names no type for it."""
    body = request.get_data()
    return request.form.get("List-Unsubscribe") == "One-Click" or body.strip() == _ONE_CLICK.encode()


def _shown(session: Session, subscription: Subscription, token: str, *, now: datetime) -> dict[str, Any]:
    newsletter = newsletter_of(session, subscription)
    shown = views.page(newsletter) | views.choices(session, subscription, now=now)
    is_current = _is_current(subscription, token)
    if not is_current:
        shown["address"] = masked(shown["address"])
    left_at = subscription.left_at if is_current and leaving.can_return(subscription, now=now) else None
    return shown | {
        "token": token,
        "has_left": subscription.state == SubscriptionState.UNSUBSCRIBED,
        "undo_until": "" if left_at is None else local_day(newsletter, left_at + leaving.UNDO),
        "preferences": services().links.preferences(subscription.id, subscription.nonce) if is_current else "",
    }


def _is_current(subscription: Subscription, token: str) -> bool:
    """Whether a leave token was made with the key in use.

    One of a retired key ends the subscription for ever, and does nothing else: it shows no address
    and leads neither to the choices nor back.
    """
    return services().signer.token(Purpose.LEAVE, subscription.id, subscription.nonce) == token
