"""What a request is about and what was entered: newsletter, subscription, choices, and the evidence."""

from collections.abc import Collection

from flask import request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import offered_cadences
from newsletter.signing import Purpose
from newsletter.subscriptions.consent import Evidence, shortened_network
from newsletter.subscriptions.finding import subscription_by_token
from newsletter.subscriptions.subscribers import Cadence, Subscription
from newsletter.web.doors import services
from newsletter.web.public.views import UNKNOWN_LINK


def newsletter_or_404(session: Session, slug: str) -> Newsletter:
    """The newsletter of a page."""
    found = shelf.newsletter_by_slug(session, slug)
    if found is None:
        raise NotFound("There is no such newsletter here.")
    return found


def newsletter_of(session: Session, subscription: Subscription) -> Newsletter:
    """The newsletter of a subscription."""
    return session.get_one(Newsletter, subscription.newsletter_id)


def by_token(session: Session, purpose: Purpose, token: str, *, is_for_change: bool = False) -> Subscription:
    """The subscription behind a link; one answer for all links that are not ours.

    For a change its row is locked: of fifty presses at the same instant one acts, the others find it done.
    """
    found = subscription_by_token(session, services().signer, purpose, token)
    if found is None:
        raise NotFound(UNKNOWN_LINK)
    if is_for_change:
        session.refresh(found, with_for_update=True)
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


def cadence_entered(newsletter: Newsletter) -> Cadence:
    """The cadence chosen, weekly where nothing that is offered was."""
    entered = request.form.get("cadence", "")
    return Cadence(entered) if entered in offered_cadences(newsletter) else Cadence.WEEKLY
