"""What the page of a reader's choices shows."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import rule_for
from newsletter.language import marked, tongue_of
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.web.doors import services
from newsletter.web.public import leave_options, views
from newsletter.web.public.coming import next_in_words
from newsletter.web.public.incoming import newsletter_of
from newsletter.web.public.sign_up_form import Entered, chosen_so_far
from newsletter.web.public.tongues import tongue_asked

SAID: Final = {
    "": "",
    "saved": marked("Saved. It holds from your next mail on."),
    "all": marked("Saved. No topic was ticked, so all of them come; to get none, leave."),
}
"""What the page says after a press."""


def shown(session: Session, subscription: Subscription, *, now: datetime) -> dict[str, Any]:
    """All that stands on the page."""
    newsletter = newsletter_of(session, subscription)
    reader = session.get_one(Subscriber, subscription.subscriber_id)
    tongue = tongue_asked(session, newsletter, reader.language)
    entered = chosen_so_far(session, newsletter, subscription)
    languages = offered(session, newsletter)
    language = reader.language if reader.language in languages else languages[0]
    until = subscription.paused_until
    zone = ZoneInfo(rule_for(newsletter, subscription).zone)
    today = now.astimezone(zone).date()
    return {
        **views.page(newsletter, tongue),
        **views.choices(session, subscription, tongue, now=now),
        **views.rhythms(newsletter, tongue),
        "topics": views.topics(session, newsletter, tongue, now=now),
        "entered": entered,
        "was": _was(entered, newsletter, language if len(languages) > 1 else ""),
        "own_languages": [(each, tongue_of(each).own_name) for each in languages] if len(languages) > 1 else [],
        "own_language": language,
        "state": subscription.state,
        "is_paused": subscription.state == SubscriptionState.PAUSED,
        "paused_until": leave_options.pause_day(newsletter, subscription, until, tongue) if until else "",
        "pauses": leave_options.pauses_in_words(newsletter, subscription, tongue, now=now),
        "first_day": (today + timedelta(days=1)).isoformat(),
        "last_day": (today + defaults.LONGEST_PAUSE).isoformat(),
        "next": next_in_words(session, newsletter, subscription, tongue, now=now),
        "leave": services().links.leave(subscription.id, subscription.nonce),
    }


def page(shown: dict[str, Any], token: str, *, said: str = "", trouble: str = "", sentence: str = "") -> str:
    """The page, with what became of a press; `trouble` names the part that it is about."""
    is_reader = shown["state"] in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}
    template = "public/preferences.html" if is_reader else "public/no_choices.html"
    typed = {"typed_address": request.form.get("address", ""), "typed_day": request.form.get("until", "")}
    words = shown["tongue"].gettext(SAID[said]) if said else ""
    return views.rendered(template, **shown, **typed, token=token, said=words, trouble=trouble, sentence=sentence)


def _was(entered: Entered, newsletter: Newsletter, language: str) -> str:
    """The form as it is shown, in the way that browsers send one."""
    fields = [("topics", slug) for slug in entered.topics]
    fields.append(("cadence", entered.cadence))
    fields.append(("weekday", str(newsletter.weekday if entered.weekday is None else entered.weekday)))
    fields.append(("hour", str(newsletter.hour if entered.hour is None else entered.hour)))
    fields.append(("zone", entered.zone))
    if entered.wants_breaking:
        fields.append(("breaking", "yes"))
    if language:
        fields.append(("language", language))
    return urlencode(fields)
