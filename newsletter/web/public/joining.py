"""Joining: the list of newsletters, the sign-up form, and the confirm page."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.mails.sentences import site_name
from newsletter.signing import Purpose
from newsletter.subscriptions import signup
from newsletter.subscriptions.addresses import AddressError, parse_address
from newsletter.subscriptions.consent import consent_sentence
from newsletter.subscriptions.signup import Confirmation, SignUp
from newsletter.subscriptions.subscribers import Subscription, SubscriptionState
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import views
from newsletter.web.public.incoming import (
    by_token,
    cadence_entered,
    evidence_of,
    newsletter_of,
    newsletter_or_404,
    topics_entered,
)

blueprint = guarded("joining", __name__, anybody)

HONEYPOT: Final = "website"
"""A field that people do not see; whoever fills it in is a program."""

_PACE_SECONDS: Final = 0.05

_STATUS: Final = {Confirmation.USED: 200, Confirmation.EXPIRED: 410}


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The newsletters of this house; where there is only one, its page."""
    with reading() as session:
        found = [views.listed(newsletter) for newsletter in shelf.newsletters(session)]
    if len(found) == 1:
        return redirect(url_for("joining.subscribe", slug=found[0]["slug"]))
    site = site_name(services().settings.base_url)
    return views.rendered("public/home.html", newsletters=found, site=site, desk=services().links.desk())


@blueprint.get("/n/<slug>")
def subscribe(slug: str) -> ResponseReturnValue:
    """The sign-up form."""
    with reading() as session:
        form = _form(session, newsletter_or_404(session, slug))
    return views.rendered("public/subscribe.html", **form)


@blueprint.post("/n/<slug>")
def sign_up(slug: str) -> ResponseReturnValue:
    """Take a sign-up; the answer is the same whether or not the address is known."""
    entered = _entered()
    if entered["is_change"]:
        return _form_again(slug, 200)
    try:
        with _paced(), writing() as session:
            shown = _take(session, newsletter_or_404(session, slug))
    except AddressError as error:
        return _form_again(slug, 422, trouble=str(error))
    if shown is None:
        return _form_again(slug, 409)
    return views.rendered("public/check_inbox.html", **shown, **entered, inbox=_local_inbox())


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """One button; opening the page changes nothing, since mail scanners open every link."""
    with reading() as session:
        subscription = by_token(session, Purpose.CONFIRM, token)
        found = signup.confirmation_of(subscription, now=now())
        shown = _confirmable(session, subscription)
    if found is not Confirmation.DONE:
        return _link_trouble(shown, found, token)
    return views.rendered("public/confirm.html", **shown, token=token)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Make the subscription active."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token, is_for_change=True)
        found = signup.confirm(session, subscription, evidence_of("Yes, subscribe me"), now=now())
        shown = _confirmable(session, subscription)
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
        shown = _confirmable(session, subscription)
    if found is Confirmation.USED:
        return _link_trouble(shown, found, token)
    return views.rendered("public/new_link.html", **shown)


@blueprint.post("/confirm/<token>/never")
def never_write_again(token: str) -> ResponseReturnValue:
    """Somebody else entered this address."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token, is_for_change=True)
        signup.never_write_again(session, subscription, now=now())
        page = views.page(newsletter_of(session, subscription))
    return views.notice(page, "We will not write to this address again", "Nothing else needs doing.")


@contextmanager
def _paced() -> Iterator[None]:
    """Take the same time for every address: a new one means more work than a known or suppressed one."""
    ends_at = time.monotonic() + _PACE_SECONDS
    yield
    time.sleep(max(0.0, ends_at - time.monotonic()))


def _take(session: Session, newsletter: Newsletter) -> dict[str, Any] | None:
    """Take a sign-up and say what the answer shows; None while the newsletter is in rehearsal."""
    if not newsletter.is_live:
        return None
    entered = SignUp(
        address=request.form.get("address", ""),
        topic_ids=topics_entered(session, newsletter),
        cadence=cadence_entered(newsletter),
        evidence=evidence_of(consent_sentence(newsletter.name)),
    )
    if request.form.get(HONEYPOT):
        address = parse_address(entered.address)
    else:
        address = signup.sign_up(session, newsletter, entered, now=now())
    return views.page(newsletter) | {"shown_address": address.text}


def _entered() -> dict[str, Any]:
    """What stands in the form. Read before a transaction begins: the sender may be slow."""
    return {
        "address": request.form.get("address", ""),
        "chosen_topics": request.form.getlist("topics"),
        "cadence": request.form.get("cadence", ""),
        "is_again": "again" in request.form,
        "is_change": "change" in request.form,
    }


def _form(session: Session, newsletter: Newsletter) -> dict[str, Any]:
    form = views.sign_up_form(session, newsletter, now=now())
    return form | {"honeypot": HONEYPOT, "trouble": "", "is_change": False}


def _form_again(slug: str, status: int, trouble: str = "") -> ResponseReturnValue:
    """The form as it was filled in, with the trouble at its field."""
    with reading() as session:
        form = _form(session, newsletter_or_404(session, slug))
    return views.rendered("public/subscribe.html", **form | _entered() | {"trouble": trouble}), status


def _confirmable(session: Session, subscription: Subscription) -> dict[str, Any]:
    """What all pages behind a confirm link show."""
    newsletter = newsletter_of(session, subscription)
    return {
        **views.page(newsletter),
        **views.choices(session, subscription, now=now()),
        "has_left": subscription.state == SubscriptionState.UNSUBSCRIBED,
    }


def _link_trouble(shown: dict[str, Any], found: Confirmation, token: str) -> ResponseReturnValue:
    is_expired = found is Confirmation.EXPIRED
    page = views.rendered("public/link_trouble.html", **shown, is_expired=is_expired, token=token)
    return page, _STATUS[found]


def _local_inbox() -> str:
    """Where to look where mail stays on this machine; empty where it does not."""
    settings = services().settings
    return "/inbox" if settings.inbox_port and not settings.has_relay else ""
