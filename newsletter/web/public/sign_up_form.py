"""The sign-up form as plain data: what it offers, and what somebody has entered so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue import shelf
from newsletter.catalogue.languages import tagline_in
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import offered_cadences, rule_of
from newsletter.language import Tongue
from newsletter.mails.content import ArticleBlock
from newsletter.subscriptions.choices import choice_of
from newsletter.subscriptions.consent import consent_sentence
from newsletter.subscriptions.subscribers import Cadence, Subscription
from newsletter.web.public import lately, promises, views

HONEYPOT: Final = "website"
"""A field that people do not see; whoever fills it in is a program."""

KEPT: Final = ("address", "topics", "cadence", "weekday", "hour", "zone", "breaking", "also", "language")
"""The fields that travel on: from the form to the page after it, and back."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What stands in the form."""

    address: str
    topics: list[str]  # slugs
    cadence: str
    weekday: int | None
    hour: int | None
    zone: str
    wants_breaking: bool
    also: list[str]  # slugs of other newsletters
    kept: list[tuple[str, str]]  # the fields as they came, to be sent on


def nothing_entered(topic_slugs: list[str]) -> Entered:
    """A fresh form: all topics, weekly, at the newsletter's own hour."""
    return Entered("", topic_slugs, Cadence.WEEKLY, None, None, "", wants_breaking=False, also=[], kept=[])


def chosen_so_far(session: Session, newsletter: Newsletter, subscription: Subscription) -> Entered:
    """What a reader has chosen, as the form shows it."""
    choice = choice_of(session, subscription)
    every = shelf.topics_of(session, newsletter.id)
    return Entered(
        address="",
        topics=[topic.slug for topic in every if not choice.topic_ids or topic.id in choice.topic_ids],
        cadence=choice.cadence,
        weekday=choice.weekday,
        hour=choice.hour,
        zone=choice.zone,
        wants_breaking=choice.wants_breaking,
        also=[],
        kept=[],
    )


def offered_form(session: Session, newsletter: Newsletter, tongue: Tongue, *, now: datetime) -> dict[str, Any]:
    """All that the form shows before anybody has entered anything."""
    topics = views.topics(session, newsletter, tongue, now=now)
    tagline = tagline_in(session, newsletter, tongue)
    return {
        **views.page(newsletter, tongue),
        **views.rhythms(newsletter, tongue),
        "topics": topics,
        "about": promises.about(newsletter.name, tagline, [topic["name"] for topic in topics], tongue),
        "promises": _promises(newsletter, tongue, has_topics=bool(topics), now=now),
        "others": [views.listed(each, tongue) for each in others_of(session, newsletter)],
        "languages": views.language_links(session, newsletter, tongue),
        "consent": consent_sentence(newsletter.name, tongue),
        "sample": [_sampled(block) for block in lately.sample(session, newsletter.id, now=now)],
        "entered": nothing_entered([topic["slug"] for topic in topics]),
        "honeypot": HONEYPOT,
        "trouble": "",
        "better": "",
        "is_change": False,
    }


def others_of(session: Session, newsletter: Newsletter) -> list[Newsletter]:
    """The other newsletters of the same publisher that take readers."""
    query = (
        select(Newsletter)
        .where(Newsletter.publisher == newsletter.publisher, Newsletter.id != newsletter.id)
        .where(Newsletter.live_at.is_not(None), Newsletter.is_demo == newsletter.is_demo)
        .order_by(Newsletter.name)
    )
    return list(session.scalars(query))


def _promises(newsletter: Newsletter, tongue: Tongue, *, has_topics: bool, now: datetime) -> Mapping[str, Any]:
    """By cadence: what is promised, and when the first mail comes."""
    rules = {each: rule_of(newsletter, each) for each in offered_cadences(newsletter)}
    return {
        cadence: (promises.promise(rule, tongue, has_topics=has_topics), promises.first_one(rule, now, tongue))
        for cadence, rule in rules.items()
    }


def _sampled(block: ArticleBlock) -> dict[str, Any]:
    """An article of the sample."""
    return {
        "title": block.title,
        "summary": block.summary,
        "topic": block.topic or "",
        "minutes": block.minutes,
        "picture": block.picture,
        "language": block.language,
        "direction": block.direction,
    }
