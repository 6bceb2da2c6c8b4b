"""Leaving: the page, the one-click of RFC 8058, what is offered instead, and the undo."""

from typing import Any, Final

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue.newsletters import Newsletter
from newsletter.signing import Purpose
from newsletter.subscriptions import leaving, pausing
from newsletter.subscriptions.choices import take_cadence
from newsletter.subscriptions.finding import Gone, subscription_or_gone
from newsletter.subscriptions.privacy import reasons
from newsletter.subscriptions.subscribers import Cadence, Subscription, SubscriptionState
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import leave_options, leave_pages, views
from newsletter.web.public.incoming import evidence_of
from newsletter.web.public.tongues import tongue_of_browser

blueprint = guarded("leaving", __name__, anybody)

_ONE_CLICK: Final = "List-Unsubscribe=One-Click"
_DONE: Final = "Done. No more mail comes by this subscription.\n"


@blueprint.get("/unsubscribe/<token>")
def leave_page(token: str) -> ResponseReturnValue:
    """The page with the three choices; opening it changes nothing."""
    with reading() as session:
        found = _found(session, token)
        if isinstance(found, Gone):
            return leave_pages.nothing_here()
        shown = leave_pages.shown(session, found, token)
    return leave_pages.page(shown)


@blueprint.post("/unsubscribe/<token>")
def leave(token: str) -> ResponseReturnValue:
    """Do what the one-click body or a button of ours says; any other POST only shows the page."""
    if _is_one_click():
        return _leave_at_once(token)
    action, before = request.form.get("action", ""), {}
    with writing() as session:
        found = _found(session, token, is_for_change=True)
        if isinstance(found, Gone):
            return leave_pages.nothing_here()
        before = _act(session, found, token, action)
        shown = leave_pages.shown(session, found, token) | before
    return leave_pages.page(shown)


@blueprint.post("/unsubscribe/<token>/undo")
def undo(token: str) -> ResponseReturnValue:
    """Take back what a button of the page did: leaving for 30 days, a pause, a slower rhythm."""
    with writing() as session:
        found = _found(session, token, is_for_change=True)
        if isinstance(found, Gone):
            return leave_pages.nothing_here()
        if leave_pages.is_current(found, token):
            _take_back(session, found)
        shown = leave_pages.shown(session, found, token)
    if shown["has_left"]:
        return leave_pages.page(shown), 410
    return views.rendered("public/back.html", **shown)


@blueprint.post("/unsubscribe/<token>/why")
def say_why(token: str) -> ResponseReturnValue:
    """Keep why somebody left, without who it was."""
    reason = reasons.reason_of(request.form.get("reason", ""))
    words = request.form.get("words", "")
    with writing() as session:
        found = _found(session, token, is_for_change=True)
        if isinstance(found, Gone):
            return leave_pages.nothing_here()
        is_taken = reason is not None and leave_pages.may_say_why(found, token)
        if reason is not None and is_taken:
            reasons.say_why(session, found, reason, words, digest=services().signer.digest, now=now())
        shown = leave_pages.shown(session, found, token)
    return leave_pages.page(shown | {"has_said_why": is_taken, "said_nothing": reason is None})


def _found(session: Session, token: str, *, is_for_change: bool = False) -> Subscription | Gone:
    """The subscription behind a leave link, or that it is gone; one answer for all links that are not ours.

    For a change its row is locked: of fifty presses at the same instant one acts, the others find it done.
    """
    found = subscription_or_gone(session, services().signer, Purpose.LEAVE, token)
    if found is None:
        raise NotFound(views.unknown_link(tongue_of_browser()))
    if isinstance(found, Subscription):
        if session.get(Newsletter, found.newsletter_id) is None:
            return Gone.GONE
        if is_for_change:
            session.refresh(found, with_for_update=True)
    return found


def _is_one_click() -> bool:
    """Whether this is RFC 8058's body, also from a sender that names no type for it."""
    body = request.get_data()
    return request.form.get("List-Unsubscribe") == "One-Click" or body.strip() == _ONE_CLICK.encode()


def _leave_at_once(token: str) -> ResponseReturnValue:
    """The one-click: who has left already costs one look, so that no number of repeats writes anything."""
    with reading() as session:
        found = _found(session, token)
        is_over = isinstance(found, Gone) or found.state == SubscriptionState.UNSUBSCRIBED
    if not is_over:
        with writing() as session:
            found = _found(session, token, is_for_change=True)
            if isinstance(found, Subscription):
                leaving.leave(session, found, evidence_of(_ONE_CLICK), now=now())
    return Response(_DONE, mimetype="text/plain")


def _act(session: Session, subscription: Subscription, token: str, action: str) -> dict[str, Any]:
    """Do what a button says; what the page then shows beside the rest."""
    match action:
        case "leave":
            evidence = evidence_of(*leave_pages.words_of_leaving(session, subscription))
            is_all = bool(request.form.get("everything")) and leave_pages.is_current(subscription, token)
            (leaving.leave_all if is_all else leaving.leave)(session, subscription, evidence, now=now())
        case "less" if leave_pages.may_stay(subscription, token):
            newsletter = session.get_one(Newsletter, subscription.newsletter_id)
            return _read_less_often(session, newsletter, subscription)
        case "pause" if leave_pages.may_stay(subscription, token):
            newsletter = session.get_one(Newsletter, subscription.newsletter_id)
            until = leave_options.pause_end(newsletter, subscription, leave_options.days_entered(), now=now())
            pausing.pause(session, subscription, until, now=now())
            return {"stays": "pause"}
    return {}


def _take_back(session: Session, subscription: Subscription) -> None:
    match subscription.state:
        case SubscriptionState.UNSUBSCRIBED:
            evidence = evidence_of(*leave_pages.words_of_undo(session, subscription))
            leaving.undo_leaving(session, subscription, evidence, now=now())
        case SubscriptionState.PAUSED:
            pausing.resume(session, subscription, now=now())
        case SubscriptionState.ACTIVE:
            former = leave_options.former_cadence(session.get_one(Newsletter, subscription.newsletter_id))
            if former:
                take_cadence(session, subscription, former, now=now())


def _read_less_often(session: Session, newsletter: Newsletter, subscription: Subscription) -> dict[str, Any]:
    """Take the slower rhythm; pressed twice, the second press finds it done and answers alike."""
    former, is_done = leave_options.is_slower_already(newsletter, subscription)
    wanted = None if is_done else leave_options.cadence_entered(newsletter, subscription)
    if wanted is not None:
        former, is_done = Cadence(subscription.cadence), True
        take_cadence(session, subscription, wanted, now=now())
    return {"stays": "less" if is_done else "", "former": former}
