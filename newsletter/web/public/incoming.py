"""What a request is about and what was entered: newsletter, subscription, choices, and the evidence."""

from collections.abc import Collection, Mapping
from typing import Final

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from newsletter.catalogue import shelf
from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import is_zone, offered_cadences
from newsletter.mails.cleaning import one_line
from newsletter.signing import Purpose
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence, shortened_network
from newsletter.subscriptions.finding import subscription_by_token
from newsletter.subscriptions.subscribers import Cadence, Subscription
from newsletter.web.doors import services
from newsletter.web.public.sign_up_form import KEPT, Entered
from newsletter.web.public.tongues import tongue_of_browser
from newsletter.web.public.views import unknown_link

_LONGEST_USER_AGENT: Final = 300


def newsletter_or_404(session: Session, slug: str) -> Newsletter:
    """The newsletter of a page."""
    found = shelf.newsletter_by_slug(session, slug)
    if found is None:
        raise NotFound(tongue_of_browser().gettext("There is no such newsletter here."))
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
        raise NotFound(unknown_link(tongue_of_browser()))
    if is_for_change:
        session.refresh(found, with_for_update=True)
    return found


def evidence_of(wording: str, language: str = "") -> Evidence:
    """Where somebody acts from, and what they were shown."""
    # The path of the page, without the token of the reader.
    path = request.path if request.url_rule is None else request.url_rule.rule.replace("<token>", "…")
    page = services().settings.base_url + path.replace("<slug>", (request.view_args or {}).get("slug", ""))
    return Evidence(
        page=page,
        wording=wording,
        network=shortened_network(request.remote_addr),
        language=language,
        user_agent=one_line(request.user_agent.string)[:_LONGEST_USER_AGENT],
    )


def entered() -> Entered:
    """What stands in the form that was sent, as it came."""
    form = request.form
    return Entered(
        address=form.get("address", ""),
        topics=form.getlist("topics"),
        cadence=form.get("cadence", ""),
        weekday=_number(form.get("weekday", ""), 7),
        hour=_number(form.get("hour", ""), 24),
        zone=form.get("zone", ""),
        wants_breaking=bool(form.get("breaking")),
        also=form.getlist("also"),
        kept=[(name, value) for name in KEPT for value in form.getlist(name)],
    )


def choice_entered(session: Session, newsletter: Newsletter, fields: MultiDict[str, str] | None = None) -> Choice:
    """What was chosen on a form; what is not offered, or makes no sense, is passed over.

    What is as the newsletter has it is kept as nothing chosen: it follows when an editor changes it.
    """
    fields = request.form if fields is None else fields
    topics = {topic.slug: topic.id for topic in shelf.topics_of(session, newsletter.id)}
    languages = offered(session, newsletter) if fields.get("language") else []
    return choice_from(newsletter, topics, languages, fields)


def choice_from(
    newsletter: Newsletter, topics: Mapping[str, int], languages: Collection[str], fields: MultiDict[str, str]
) -> Choice:
    """The same, by what is offered: topics by slug, and languages. Pure."""
    zone, language = fields.get("zone", ""), fields.get("language", "")
    cadence = fields.get("cadence", "")
    weekday, hour = _number(fields.get("weekday", ""), 7), _number(fields.get("hour", ""), 24)
    return Choice(
        topic_ids=_topics(topics, fields.getlist("topics")),
        cadence=Cadence(cadence) if cadence in offered_cadences(newsletter) else Cadence.WEEKLY,
        weekday=None if newsletter.is_weekday_fixed or weekday == newsletter.weekday else weekday,
        hour=None if hour == newsletter.hour else hour,
        zone=zone if zone != newsletter.zone and is_zone(zone) else "",
        wants_breaking=newsletter.offers_breaking and bool(fields.get("breaking")),
        language=language if language in languages else "",
    )


def _number(typed: str, below: int) -> int | None:
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 2  # noqa: PLR2004 - hours and weekdays are short
    return int(typed) if is_number and int(typed) < below else None


def _topics(ids: Mapping[str, int], slugs: Collection[str]) -> frozenset[int]:
    """The topics ticked, by slug; unknown ones are passed over, and no tick counts as all."""
    ticked = {ids[slug] for slug in slugs if slug in ids}
    # All ticked is kept as "all", so that a topic that is added later comes too.
    return frozenset() if len(ticked) == len(ids) else frozenset(ticked)
