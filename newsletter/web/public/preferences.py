"""Preferences: what a reader gets, without a password, from every mail."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions import building, schedule
from newsletter.editions.cadence import next_occurrence
from newsletter.editions.editions import EditionState
from newsletter.editions.rhythms import rule_for, rule_of
from newsletter.language import Tongue
from newsletter.signing import Purpose
from newsletter.subscriptions import choices
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import suppressed_among
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import promises, views
from newsletter.web.public.incoming import by_token, choice_entered, newsletter_of
from newsletter.web.public.sign_up_form import chosen_so_far
from newsletter.web.public.tongues import tongue_asked

blueprint = guarded("preferences", __name__, anybody)


@blueprint.get("/preferences/<token>")
def preferences(token: str) -> ResponseReturnValue:
    """What this reader gets, and what comes next."""
    with reading() as session:
        subscription = by_token(session, Purpose.PREFERENCES, token)
        shown = _shown(session, subscription, now=now())
    return views.rendered(_template(shown), **shown, saved="")


@blueprint.post("/preferences/<token>")
def save(token: str) -> ResponseReturnValue:
    """Take the choices; they touch the next digest."""
    has_ticked = bool(request.form.getlist("topics"))
    with writing() as session:
        subscription = by_token(session, Purpose.PREFERENCES, token, is_for_change=True)
        if subscription.state in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}:
            _take(session, subscription, now=now())
        shown = _shown(session, subscription, now=now())
    return views.rendered(_template(shown), **shown, saved="saved" if has_ticked or not shown["topics"] else "all")


def _take(session: Session, subscription: Subscription, *, now: datetime) -> None:
    newsletter = newsletter_of(session, subscription)
    choices.change(
        session,
        subscription,
        choice_entered(session, newsletter),
        every_topic_id=[topic.id for topic in shelf.topics_of(session, newsletter.id)],
        now=now,
    )


def _shown(session: Session, subscription: Subscription, *, now: datetime) -> dict[str, Any]:
    newsletter = newsletter_of(session, subscription)
    reader = session.get_one(Subscriber, subscription.subscriber_id)
    tongue = tongue_asked(session, newsletter, reader.language)
    return {
        **views.page(newsletter, tongue),
        **views.choices(session, subscription, tongue, now=now),
        **views.rhythms(newsletter, tongue),
        "topics": views.topics(session, newsletter, tongue, now=now),
        "entered": chosen_so_far(session, newsletter, subscription),
        "state": subscription.state,
        "next": _next(session, newsletter, subscription, tongue, now=now),
        "leave": services().links.leave(subscription.id, subscription.nonce),
    }


def _template(shown: dict[str, Any]) -> str:
    is_reader = shown["state"] in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}
    return "public/preferences.html" if is_reader else "public/no_choices.html"


def _next(
    session: Session, newsletter: Newsletter, subscription: Subscription, tongue: Tongue, *, now: datetime
) -> dict[str, str]:
    """What comes next, or why nothing does."""
    address_key = session.get_one(Subscriber, subscription.subscriber_id).address_key
    if suppressed_among(session, [address_key]):
        return {"nothing": "No mail comes: this address is on the list of those that we must not write to."}
    if not newsletter.is_live:
        return {"nothing": f"{newsletter.name} has not begun yet; no mail comes before it does."}
    if subscription.state == SubscriptionState.PAUSED:
        return {"nothing": "Paused: no mail comes at present."}
    return {
        "when": promises.next_one(rule_for(newsletter, subscription), now, tongue),
        "so_far": promises.so_far(_waiting(session, newsletter, subscription, now=now), tongue),
    }


def _waiting(session: Session, newsletter: Newsletter, subscription: Subscription, *, now: datetime) -> int:
    """How many articles are due to this reader in the next edition, by the code that sends."""
    cadence = Cadence(subscription.cadence)
    edition = schedule.upcoming(session, newsletter, cadence, now=now)
    if edition is not None and edition.state == EditionState.CLOSED:
        frame = building.frame_of(session, edition)
    else:
        run = next_occurrence(rule_of(newsletter, cadence), now)
        frame = building.frame_at(session, newsletter, cadence, run.at - defaults.CUTOFF_BEFORE_SEND)
    # What is below the minimum waits too.
    [chosen] = building.chosen_for(session, replace(frame, minimum=1), [subscription])
    return len(chosen.digest.article_ids) + chosen.digest.more
