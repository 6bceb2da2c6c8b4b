"""Preferences: what a reader gets, without a password, from every mail."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from newsletter.catalogue import shelf
from newsletter.signing import Purpose
from newsletter.subscriptions import choices, pausing
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState
from newsletter.web.doors import now, reading, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import leave_options, preference_pages, views
from newsletter.web.public.incoming import by_token, choice_entered, entered, newsletter_of

blueprint = guarded("preferences", __name__, anybody)

_READS: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAUSED})
_LONGEST_WAS: Final = 4_000


@blueprint.get("/preferences/<token>")
def preferences(token: str) -> ResponseReturnValue:
    """What this reader gets, and what comes next."""
    with reading() as session:
        shown = preference_pages.shown(session, by_token(session, Purpose.PREFERENCES, token), now=now())
    return preference_pages.page(shown, token)


@blueprint.post("/preferences/<token>")
def save(token: str) -> ResponseReturnValue:
    """Take the choices; they touch the next digest. A script gets the answer as JSON, a person as a page."""
    entered()  # before a transaction begins: the sender may be slow
    with writing() as session:
        subscription = by_token(session, Purpose.PREFERENCES, token, is_for_change=True)
        if subscription.state in _READS:
            _take(session, subscription, now=now())
        shown = preference_pages.shown(session, subscription, now=now())
    is_nothing_ticked = bool(shown["topics"]) and not request.form.getlist("topics")
    said = "all" if is_nothing_ticked else "saved"
    if request.accept_mimetypes.best == "application/json":
        return _for_scripts(shown, said)
    return preference_pages.page(shown, token, said=said)


@blueprint.post("/preferences/<token>/pause")
def pause(token: str) -> ResponseReturnValue:
    """Begin a pause, change its end, or end it now."""
    entered()
    said, trouble = "saved", ""
    with writing() as session:
        subscription = by_token(session, Purpose.PREFERENCES, token, is_for_change=True)
        if request.form.get("action") == "resume":
            pausing.resume(session, subscription, now=now())
        elif subscription.state in _READS:
            until = leave_options.pause_entered(newsletter_of(session, subscription), subscription, now=now())
            if until is None:
                said, trouble = "", "pause"
            else:
                pausing.pause(session, subscription, until, now=now())
        shown = preference_pages.shown(session, subscription, now=now())
    return preference_pages.page(shown, token, said=said, trouble=trouble), 422 if trouble else 200


def _take(session: Session, subscription: Subscription, *, now: datetime) -> None:
    """Take what was changed on the page; what it left alone stays, also where another tab has changed it since."""
    newsletter = newsletter_of(session, subscription)
    every = [topic.id for topic in shelf.topics_of(session, newsletter.id)]
    wanted = choice_entered(session, newsletter)
    current = choices.choice_of(session, subscription)
    was = request.form.get("was", "")
    if 0 < len(was) <= _LONGEST_WAS:
        shown = choice_entered(session, newsletter, MultiDict(parse_qsl(was)))
        wanted = choices.merged(current, shown, wanted, every)
    choices.change(session, subscription, wanted, every_topic_id=every, now=now)


def _for_scripts(shown: dict[str, Any], said: str) -> ResponseReturnValue:
    if shown["state"] not in _READS:
        return jsonify({"is_over": True}), 409
    answer = {
        "next": views.rendered("public/_next.html", **shown),
        "was": shown["was"],
        "is_all": said == "all",
        "said": shown["tongue"].gettext(preference_pages.SAID[said]),
    }
    return jsonify(answer)
