"""The page behind the link in the confirmation mail, and what its buttons do."""

from typing import Any, Final

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import rule_for
from newsletter.language import long_date
from newsletter.mails.sentences import next_mail_on
from newsletter.signing import Purpose
from newsletter.subscriptions import signup
from newsletter.subscriptions.signup import Confirmation
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import views
from newsletter.web.public.incoming import by_token, evidence_of, newsletter_of
from newsletter.web.public.tongues import tongue_asked

blueprint = guarded("confirming", __name__, anybody)

_STATUS: Final = {Confirmation.USED: 200, Confirmation.EXPIRED: 410}


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """One button; opening the page changes nothing, since mail scanners open every link."""
    with reading() as session:
        subscription = by_token(session, Purpose.CONFIRM, token)
        found = signup.confirmation_of(subscription, now=now())
        shown = _shown(session, subscription)
    if found is not Confirmation.DONE:
        return _link_trouble(shown, found, token)
    return views.rendered("public/confirm.html", **shown, token=token)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Make the subscription active, and those that were asked for with it."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token, is_for_change=True)
        shown = _shown(session, subscription)
        evidence = evidence_of(shown["tongue"].gettext("Yes, subscribe me"), shown["language"])
        found = signup.confirm(session, subscription, evidence, now=now())
        # The press proved the mailbox, so the page may lead to the choices; a used link may not.
        preferences = services().links.preferences(subscription.id, subscription.nonce)
    if found is not Confirmation.DONE:
        return _link_trouble(shown, found, token)
    return views.rendered("public/confirmed.html", **shown, preferences=preferences)


@blueprint.post("/confirm/<token>/new-link")
def send_new_link(token: str) -> ResponseReturnValue:
    """Mail a fresh link in place of an expired one."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token, is_for_change=True)
        found = signup.confirmation_of(subscription, now=now())
        signup.send_new_link(session, subscription, now=now())
        shown = _shown(session, subscription)
    if found is Confirmation.USED:
        return _link_trouble(shown, found, token)
    return views.rendered("public/new_link.html", **shown)


@blueprint.post("/confirm/<token>/never")
def never_write_again(token: str) -> ResponseReturnValue:
    """Somebody else entered this address."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token, is_for_change=True)
        signup.never_write_again(session, subscription, now=now())
        page = _page(session, subscription)
    say = page["tongue"].gettext
    return views.notice(page, say("We will not write to this address again"), say("Nothing else needs doing."))


def _page(session: Session, subscription: Subscription) -> dict[str, Any]:
    newsletter = newsletter_of(session, subscription)
    reader = session.get_one(Subscriber, subscription.subscriber_id)
    return views.page(newsletter, tongue_asked(session, newsletter, reader.language))


def _shown(session: Session, subscription: Subscription) -> dict[str, Any]:
    """What all pages behind a confirm link show."""
    page = _page(session, subscription)
    rule = rule_for(newsletter_of(session, subscription), subscription)
    together = [each for each in signup.asked_together(session, subscription) if each is not subscription]
    return {
        **page,
        **views.choices(session, subscription, page["tongue"], now=now()),
        "first_day": long_date(next_mail_on(rule, now()), page["tongue"]),
        "with_it": [session.get_one(Newsletter, each.newsletter_id).name for each in together],
        "has_left": subscription.state == SubscriptionState.UNSUBSCRIBED,
    }


def _link_trouble(shown: dict[str, Any], found: Confirmation, token: str) -> ResponseReturnValue:
    is_expired = found is Confirmation.EXPIRED
    page = views.rendered("public/link_trouble.html", **shown, is_expired=is_expired, token=token)
    return page, _STATUS[found]
