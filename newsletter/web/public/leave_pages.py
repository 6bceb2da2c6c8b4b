"""What the pages about leaving show."""

from typing import Any

from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import rule_for
from newsletter.language import Tongue, joined
from newsletter.mails.sentences import local_day, next_mail
from newsletter.signing import Purpose
from newsletter.subscriptions import leaving
from newsletter.subscriptions.addresses import masked
from newsletter.subscriptions.privacy import reasons
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.web.doors import now, services
from newsletter.web.public import leave_options, views
from newsletter.web.public.tongues import tongue_asked, tongue_of_browser


def page(shown: dict[str, Any]) -> str:
    """The page that fits what is: still here, stays with less, or has left."""
    if shown["has_left"]:
        return views.rendered("public/left.html", **shown)
    return views.rendered("public/stays.html" if shown["stays"] else "public/leave.html", **shown)


def nothing_here() -> str:
    """The page behind a link whose subscription is gone: the same for all of them."""
    tongue = tongue_of_browser()
    return views.rendered("public/left_for_good.html", tongue=tongue, language=tongue.language)


def is_current(subscription: Subscription, token: str) -> bool:
    """Whether a leave token was made with the key in use.

    One of a retired key ends the subscription for ever, and does nothing else: it shows no address
    and leads neither to the choices nor back.
    """
    return services().signer.token(Purpose.LEAVE, subscription.id, subscription.nonce) == token


def may_stay(subscription: Subscription, token: str) -> bool:
    """Whether the page offers to stay with less."""
    return is_current(subscription, token) and subscription.state in {
        SubscriptionState.ACTIVE,
        SubscriptionState.PAUSED,
    }


def may_say_why(subscription: Subscription, token: str) -> bool:
    """Whether the page asks why."""
    return is_current(subscription, token) and reasons.may_say_why(subscription, now=now())


def words_of_leaving(session: Session, subscription: Subscription) -> tuple[str, str]:
    """What stands on the button that was pressed, and in which language."""
    tongue = _tongue(session, subscription)
    return tongue.pgettext("button", "Leave"), tongue.language


def words_of_undo(session: Session, subscription: Subscription) -> tuple[str, str]:
    """What stands on the button that takes it back, and in which language."""
    tongue = _tongue(session, subscription)
    return tongue.gettext("Undo, keep my mails"), tongue.language


def shown(session: Session, subscription: Subscription, token: str) -> dict[str, Any]:
    """What stands on every page about leaving."""
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    tongue = _tongue(session, subscription)
    current = is_current(subscription, token)
    choices = views.choices(session, subscription, tongue, now=now())
    return {
        **views.page(newsletter, tongue),
        **choices,
        "languages": views.language_links(session, newsletter, tongue),
        "address": choices["address"] if current else masked(choices["address"]),
        "token": token,
        "has_left": subscription.state == SubscriptionState.UNSUBSCRIBED,
        "stays": "",
        "cadence": subscription.cadence,
        **(_for_holders(session, newsletter, subscription, tongue) if current else _for_nobody()),
        "has_said_why": False,
        "said_nothing": False,
        "reasons": [(each.value, tongue.gettext(words)) for each, words in reasons.WORDS.items()],
        "most_words": reasons.LONGEST_WORDS,
        "asks_why": may_say_why(subscription, token),
    }


def _for_holders(
    session: Session, newsletter: Newsletter, subscription: Subscription, tongue: Tongue
) -> dict[str, Any]:
    """What a link of the key in use opens: staying with less, coming back, the choices."""
    can_return = leaving.can_return(subscription, now=now())
    until = subscription.paused_until
    together = leaving.left_together(session, subscription) if can_return else []
    names = [newsletter.name, *(session.get_one(Newsletter, each.newsletter_id).name for each in together)]
    links = services().links
    return {
        "undo_until": local_day(newsletter, subscription.left_at + defaults.UNDO_LEAVING, tongue)
        if can_return and subscription.left_at
        else "",
        "left_names": joined(names, tongue),
        "others": joined(_others(session, subscription), tongue),
        "cadences": leave_options.cadences_in_words(leave_options.slower(newsletter, subscription), tongue),
        "pauses": leave_options.pauses_in_words(newsletter, subscription, tongue, now=now()),
        "paused_until": leave_options.pause_day(newsletter, subscription, until, tongue) if until else "",
        "next_after_pause": next_mail(rule_for(newsletter, subscription), until, tongue) if until else "",
        "is_paused": subscription.state == SubscriptionState.PAUSED,
        "preferences": links.preferences(subscription.id, subscription.nonce),
    }


def _for_nobody() -> dict[str, Any]:
    nothing = ("undo_until", "left_names", "others", "paused_until", "next_after_pause", "preferences")
    return {**dict.fromkeys(nothing, ""), "cadences": [], "pauses": [], "is_paused": False}


def _others(session: Session, subscription: Subscription) -> list[str]:
    return [
        session.get_one(Newsletter, each.newsletter_id).name
        for each in leaving.others_of_publisher(session, subscription)
    ]


def _tongue(session: Session, subscription: Subscription) -> Tongue:
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    reader = session.get_one(Subscriber, subscription.subscriber_id)
    return tongue_asked(session, newsletter, reader.language)
