"""What a request is about and what was entered: newsletter, subscription, choices, and the evidence."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from newsletter.catalogue import shelf
from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import is_zone, offered_cadences
from newsletter.signing import Purpose
from newsletter.subscriptions.choices import Choice
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


def choice_entered(session: Session, newsletter: Newsletter) -> Choice:
    """What was chosen on a form; what is not offered or makes no sense is passed over."""
    entered = request.form
    zone = entered.get("zone", "")
    language = entered.get("language", "")
    return Choice(
        topic_ids=topics_entered(session, newsletter),
        cadence=cadence_entered(newsletter),
        weekday=None if newsletter.is_weekday_fixed else _number_entered("weekday", 7),
        hour=_number_entered("hour", 24),
        zone=zone if zone != newsletter.zone and is_zone(zone) else "",
        wants_breaking=newsletter.offers_breaking and bool(entered.get("breaking")),
        language=language if language in offered(session, newsletter) else "",
    )


def _number_entered(name: str, below: int) -> int | None:
    typed = request.form.get(name, "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 2  # noqa: PLR2004 - hours and weekdays are short
    return int(typed) if is_number and int(typed) < below else None


def topics_entered(session: Session, newsletter: Newsletter) -> frozenset[int]:
    """The topics ticked, by slug; unknown ones are passed over, and no tick counts as all."""
    ids = {topic.slug: topic.id for topic in shelf.topics_of(session, newsletter.id)}
    ticked = {ids[slug] for slug in request.form.getlist("topics") if slug in ids}
    # All ticked is kept as "all", so that a topic that is added later comes too.
    return frozenset() if len(ticked) == len(ids) else frozenset(ticked)


def cadence_entered(newsletter: Newsletter) -> Cadence:
    """The cadence chosen, weekly where nothing that is offered was."""
    entered = request.form.get("cadence", "")
    return Cadence(entered) if entered in offered_cadences(newsletter) else Cadence.WEEKLY
