"""Joining: the list of newsletters, the sign-up form, and the confirm page."""

from collections.abc import Collection
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.signing import Purpose
from newsletter.subscriptions import signup
from newsletter.subscriptions.addresses import AddressError
from newsletter.subscriptions.consent import Evidence, consent_sentence, shortened_network
from newsletter.subscriptions.finding import subscription_by_token
from newsletter.subscriptions.signup import Confirmation, SignUp
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription
from newsletter.web.doors import now, reading, services, writing
from newsletter.web.guards import anybody, guarded
from newsletter.web.public import views

blueprint = guarded("joining", __name__, anybody)

HONEYPOT = "website"
"""A field that people do not see; whoever fills it in is a program."""


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The newsletters of this house."""
    with reading() as session:
        found = [views.listed(newsletter) for newsletter in shelf.newsletters(session)]
    return render_template("public/home.html", newsletters=found)


@blueprint.get("/n/<slug>")
def subscribe(slug: str) -> ResponseReturnValue:
    """The sign-up form."""
    with reading() as session:
        newsletter = newsletter_or_404(session, slug)
        return _form(session, newsletter)


@blueprint.post("/n/<slug>")
def sign_up(slug: str) -> ResponseReturnValue:
    """Take a sign-up; the answer is the same whether or not the address is known."""
    with writing() as session:
        newsletter = newsletter_or_404(session, slug)
        if not newsletter.is_live:
            return _form(session, newsletter), 409
        try:
            shown = _take(session, newsletter)
        except AddressError as error:
            return _form(session, newsletter, trouble=str(error)), 422
        page = views.page(session, newsletter)
    return render_template("public/check_inbox.html", **page, **_entered(), shown_address=shown)


@blueprint.get("/confirm/<token>")
def confirm_page(token: str) -> ResponseReturnValue:
    """One button; opening the page changes nothing, since mail scanners open every link."""
    with reading() as session:
        subscription = by_token(session, Purpose.CONFIRM, token)
        found = signup.confirmation_of(subscription, now=now())
        if found is not Confirmation.DONE:
            return _link_trouble(session, subscription, found, token)
        page = views.page(session, newsletter_of(session, subscription))
        chosen = views.choices(session, subscription)
    return render_template("public/confirm.html", **page, **chosen, token=token)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Make the subscription active."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token)
        evidence = evidence_of("Yes, subscribe me")
        found = signup.confirm(session, subscription, evidence, now=now())
        if found is not Confirmation.DONE:
            return _link_trouble(session, subscription, found, token)
        page = views.page(session, newsletter_of(session, subscription))
        chosen = views.choices(session, subscription)
    return render_template("public/confirmed.html", **page, **chosen)


@blueprint.post("/confirm/<token>/new-link")
def send_new_link(token: str) -> ResponseReturnValue:
    """Mail a fresh link in place of an expired one."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token)
        signup.send_new_link(session, subscription, now=now())
        newsletter = newsletter_of(session, subscription)
        page = views.page(session, newsletter)
        address = session.get_one(Subscriber, subscription.subscriber_id).address
    return views.notice(
        page,
        "A new link is on its way",
        f"Please look in the inbox of {address}. If nothing is there in ten minutes, look in spam.",
    )


@blueprint.post("/confirm/<token>/never")
def never_write_again(token: str) -> ResponseReturnValue:
    """Somebody else entered this address."""
    with writing() as session:
        subscription = by_token(session, Purpose.CONFIRM, token)
        signup.never_write_again(session, subscription, now=now())
        page = views.page(session, newsletter_of(session, subscription))
    return views.notice(page, "We will not write to this address again", "Nothing else needs doing.")


def newsletter_or_404(session: Session, slug: str) -> Newsletter:
    """The newsletter of a page."""
    found = shelf.newsletter_by_slug(session, slug)
    if found is None:
        raise NotFound("There is no such newsletter here.")
    return found


def newsletter_of(session: Session, subscription: Subscription) -> Newsletter:
    """The newsletter of a subscription."""
    return session.get_one(Newsletter, subscription.newsletter_id)


def by_token(session: Session, purpose: Purpose, token: str) -> Subscription:
    """The subscription behind a link; one answer for all links that are not ours."""
    found = subscription_by_token(session, services().signer, purpose, token)
    if found is None:
        raise NotFound(views.UNKNOWN_LINK)
    return found


def evidence_of(wording: str) -> Evidence:
    """Where somebody acts from, and what they were shown."""
    # The path of the page, without the token of the reader.
    path = request.path if request.url_rule is None else request.url_rule.rule.replace("<token>", "…")
    page = services().settings.base_url + path.replace("<slug>", (request.view_args or {}).get("slug", ""))
    return Evidence(page=page, wording=wording, network=shortened_network(request.remote_addr))


def topics_entered(session: Session, newsletter: Newsletter) -> Collection[int]:
    """The topics ticked, by slug; unknown ones are passed over, and no tick counts as all."""
    ids = {topic.slug: topic.id for topic in shelf.topics_of(session, newsletter.id)}
    ticked = {ids[slug] for slug in request.form.getlist("topics") if slug in ids}
    # All ticked is kept as "all", so that a topic that is added later comes too.
    return set() if len(ticked) == len(ids) else ticked


def cadence_entered() -> Cadence:
    """The cadence chosen, weekly where nothing sensible was."""
    entered = request.form.get("cadence", "")
    return Cadence(entered) if entered in set(Cadence) else Cadence.WEEKLY


def _take(session: Session, newsletter: Newsletter) -> str:
    typed = request.form.get("address", "")
    if request.form.get(HONEYPOT):
        return typed
    entered = SignUp(
        address=typed,
        topic_ids=topics_entered(session, newsletter),
        cadence=cadence_entered(),
        evidence=evidence_of(consent_sentence(newsletter.name)),
    )
    return signup.sign_up(session, newsletter, entered, now=now()).text


def _entered() -> dict[str, Any]:
    return {
        "address": request.form.get("address", ""),
        "chosen_topics": request.form.getlist("topics"),
        "cadence": cadence_entered(),
    }


def _form(session: Session, newsletter: Newsletter, trouble: str = "") -> str:
    form = views.sign_up_form(session, newsletter, now=now())
    if request.method == "POST":
        form |= _entered()
    return render_template("public/subscribe.html", **form, trouble=trouble)


def _link_trouble(
    session: Session, subscription: Subscription, found: Confirmation, token: str
) -> ResponseReturnValue:
    page = views.page(session, newsletter_of(session, subscription))
    is_active = subscription.state != "unsubscribed"
    return render_template("public/link_trouble.html", **page, trouble=found.name.lower(), token=token,
                           is_active=is_active), 410
