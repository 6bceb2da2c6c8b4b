"""What reader pages show, as plain data for their templates."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from flask import current_app, request
from sqlalchemy.orm import Session

from newsletter.catalogue import shelf
from newsletter.catalogue.languages import offered, tongue_for, topic_names
from newsletter.catalogue.newsletters import Newsletter
from newsletter.editions.rhythms import offered_cadences, rule_for, rule_of
from newsletter.language import ENGLISH, Tongue, hour_in_words, marked, tongue_of, weekday, zone_in_words
from newsletter.mails.sentences import day_of_month, next_mail, rhythm, topics_in_words
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.subscribers import Cadence, Subscriber, Subscription
from newsletter.web.public import lately, zones

_NAMES: Final = {
    Cadence.WEEKLY: marked("Every week"),
    Cadence.DAILY: marked("Every day"),
    Cadence.MONTHLY: marked("Every month"),
}
_UNKNOWN_LINK: Final = marked(
    "This link leads nowhere. A mail program may have cut it off: please open it from the mail once more, "
    "or copy the whole of it."
)


def unknown_link(tongue: Tongue = ENGLISH) -> str:
    """The one answer to all links that are not ours."""
    return tongue.gettext(_UNKNOWN_LINK)


def rendered(template: str, **shown: Any) -> str:
    """A page, made without the session of the desk: reader pages have no cookie, error pages no database."""
    return current_app.jinja_env.get_template(template).render(shown)


def notice(page: dict[str, Any], title: str, sentence: str, **link: str) -> str:
    """A page that only says something, with one link at most: `href` and `words`."""
    return rendered("public/notice.html", **page, title=title, sentence=sentence, link=link)


def page(newsletter: Newsletter, tongue: Tongue | None = None) -> dict[str, Any]:
    """What stands on every page of a newsletter, in the newsletter's own language where no other is given."""
    tongue = tongue or tongue_for(newsletter)
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


def language_links(session: Session, newsletter: Newsletter, tongue: Tongue) -> list[dict[str, str]]:
    """The other languages of a page, each by the name its speakers call it."""
    others = [language for language in offered(session, newsletter) if language != tongue.language]
    return [
        {"language": each, "name": tongue_of(each).own_name, "href": f"{request.path}?language={each}"}
        for each in others
    ]


def listed(newsletter: Newsletter, tongue: Tongue) -> dict[str, Any]:
    """A newsletter in a list of several."""
    return {
        "name": newsletter.name,
        "slug": newsletter.slug,
        "language": newsletter.language,
        "tagline": newsletter.tagline,
        "rhythm": begun(rhythm(rule_of(newsletter, Cadence.WEEKLY), tongue)),
        "is_live": newsletter.is_live,
    }


def topics(session: Session, newsletter: Newsletter, tongue: Tongue, *, now: datetime) -> list[dict[str, str]]:
    """The topics as check boxes show them: name, slug, and how much comes."""
    figures = lately.figures(session, newsletter.id, tongue, now=now)
    names = topic_names(session, newsletter.id, tongue)
    return [
        {"slug": topic.slug, "name": names[topic.id], "figure": figures.get(topic.id, "")}
        for topic in shelf.topics_of(session, newsletter.id)
    ]


def rhythms(newsletter: Newsletter, tongue: Tongue) -> dict[str, Any]:
    """What may be chosen of the rhythm: cadences as radio buttons show them, weekdays, hours and zones."""
    return {
        "cadences": [
            {
                "cadence": cadence,
                "name": tongue.gettext(_NAMES[cadence]),
                "words": _cadence_in_words(newsletter, cadence, tongue),
            }
            for cadence in offered_cadences(newsletter)
        ],
        "weekdays": [] if newsletter.is_weekday_fixed else [(day, weekday(day, tongue)) for day in range(7)],
        "hours": [(hour, f"{hour:02}:00", hour_in_words(hour, tongue)) for hour in range(24)],
        "zones": zones.by_continent(tongue),
        "own_weekday": newsletter.weekday,
        "own_hour": newsletter.hour,
        "own_zone": newsletter.zone,
        "own_zone_in_words": zone_in_words(newsletter.zone, tongue),
        "offers_breaking": newsletter.offers_breaking,
    }


def _cadence_in_words(newsletter: Newsletter, cadence: Cadence, tongue: Tongue) -> str:
    match cadence:
        case Cadence.DAILY:
            return tongue.gettext("On days with something new")
        case Cadence.WEEKLY if newsletter.is_weekday_fixed:
            return tongue.gettext("On %(weekday)s", weekday=weekday(newsletter.weekday, tongue))
        case Cadence.WEEKLY:
            return tongue.gettext("On the day you choose")
        case Cadence.MONTHLY:
            return begun(tongue.gettext("on %(day)s of the month", day=day_of_month(newsletter.month_day, tongue)))


def begun(words: str) -> str:
    """Words that begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def choices(session: Session, subscription: Subscription, tongue: Tongue, *, now: datetime) -> dict[str, Any]:
    """What a reader chose, in words."""
    newsletter = session.get_one(Newsletter, subscription.newsletter_id)
    rule = rule_for(newsletter, subscription)
    return {
        "address": address_of(session, subscription),
        "topics_chosen": _topics_in_words(session, newsletter, topics_chosen(session, subscription.id), tongue),
        "rhythm": rhythm(rule, tongue),
        "next_mail": next_mail(rule, now, tongue),
    }


def _topics_in_words(session: Session, newsletter: Newsletter, chosen: Collection[int], tongue: Tongue) -> str:
    names = topic_names(session, newsletter.id, tongue)
    return topics_in_words(
        list(names.values()), [name for topic_id, name in names.items() if topic_id in chosen], tongue
    )


def address_of(session: Session, subscription: Subscription) -> str:
    """The address that a subscription is for."""
    return session.get_one(Subscriber, subscription.subscriber_id).address
