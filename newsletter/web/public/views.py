"""What reader pages show, as plain data for their templates."""

from datetime import datetime
from typing import Any, Final

from flask import current_app
from sqlalchemy.orm import Session

from newsletter.catalogue import shelf
from newsletter.catalogue.languages import tongue_for
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import offered_cadences, rule_for, rule_of
from newsletter.mails.content import ArticleBlock
from newsletter.mails.sentences import next_mail, rhythm, topics_in_words
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.consent import consent_sentence
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription
from newsletter.web.public import lately, promises

_NAMES: Final = {Cadence.WEEKLY: "Every week", Cadence.DAILY: "Every day", Cadence.MONTHLY: "Every month"}

UNKNOWN_LINK: Final = (
    "This link leads nowhere. A mail program may have cut it off: please open it from the mail once more, "
    "or copy the whole of it."
)


def rendered(template: str, **shown: Any) -> str:
    """A page, made without the session of the desk: reader pages have no cookie, error pages no database."""
    return current_app.jinja_env.get_template(template).render(shown)


def notice(page: dict[str, Any], title: str, sentence: str, **link: str) -> str:
    """A page that only says something, with one link at most: `href` and `words`."""
    return rendered("public/notice.html", **page, title=title, sentence=sentence, link=link)


def page(newsletter: Newsletter) -> dict[str, Any]:
    """What stands on every page of a newsletter."""
    tongue = tongue_for(newsletter)
    return {
        "language": tongue.language,
        "tongue": tongue,
        "newsletter": {
            "name": newsletter.name,
            "slug": newsletter.slug,
            "publisher": newsletter.publisher,
            "postal_address": newsletter.postal_address,
            "reply_address": newsletter.reply_address,
            "is_live": newsletter.is_live,
        },
    }


def listed(newsletter: Newsletter) -> dict[str, Any]:
    """A newsletter in the list of all."""
    return {
        "name": newsletter.name,
        "slug": newsletter.slug,
        "tagline": newsletter.tagline,
        "rhythm": rhythm(rule_of(newsletter, Cadence.WEEKLY)),
        "is_live": newsletter.is_live,
    }


def topics(session: Session, newsletter: Newsletter, *, now: datetime) -> list[dict[str, str]]:
    """The topics as check boxes show them: name, slug, and how much comes."""
    figures = lately.figures(session, newsletter.id, now=now)
    return [
        {"slug": topic.slug, "name": topic.name, "figure": figures.get(topic.id, "")}
        for topic in shelf.topics_of(session, newsletter.id)
    ]


def sign_up_form(session: Session, newsletter: Newsletter, *, now: datetime) -> dict[str, Any]:
    """The sign-up form before anybody has entered anything: all topics ticked, weekly."""
    offered = topics(session, newsletter, now=now)
    return page(newsletter) | {
        "topics": offered,
        "about": promises.about(newsletter, [topic["name"] for topic in offered]),
        "promises": {
            cadence: (
                promises.promise(newsletter, cadence, has_topics=bool(offered)),
                promises.first_one(newsletter, cadence, now),
            )
            for cadence in offered_cadences(newsletter)
        },
        "rhythms": rhythms(newsletter),
        "consent": consent_sentence(newsletter.name),
        "sample": [_sampled(block) for block in lately.sample(session, newsletter.id, now=now)],
        "address": "",
        "chosen_topics": [topic["slug"] for topic in offered],
        "cadence": Cadence.WEEKLY,
    }


def rhythms(newsletter: Newsletter) -> list[dict[str, str]]:
    """The cadences to choose from, as radio buttons show them."""
    return [
        {
            "cadence": cadence,
            "name": _NAMES[cadence],
            "words": _begun(rhythm(rule_of(newsletter, cadence))) + ("; only with news" if cadence == "daily" else ""),
        }
        for cadence in offered_cadences(newsletter)
    ]


def _begun(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def choices(session: Session, subscription: Subscription, *, now: datetime) -> dict[str, Any]:
    """What a reader chose, in words."""
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    cadence = Cadence(subscription.cadence)
    every = shelf.topics_of(session, newsletter.id)
    chosen = topics_chosen(session, subscription.id)
    names = [topic.name for topic in every if not chosen or topic.id in chosen]
    return {
        "address": address_of(session, subscription),
        "topics_chosen": topics_in_words([topic.name for topic in every], names),
        "chosen_topics": [topic.slug for topic in every if not chosen or topic.id in chosen],
        "cadence": cadence,
        "rhythm": rhythm(rule_for(newsletter, subscription)),
        "next_mail": next_mail(rule_for(newsletter, subscription), now),
    }


def address_of(session: Session, subscription: Subscription) -> str:
    """The address that a subscription is for."""
    return session.get_one(Subscriber, subscription.subscriber_id).address


def _sampled(block: ArticleBlock) -> dict[str, Any]:
    """An article of the sample."""
    return {
        "title": block.title,
        "summary": block.summary,
        "topic": block.topic or "",
        "minutes": block.minutes,
        "picture": block.picture,
    }
