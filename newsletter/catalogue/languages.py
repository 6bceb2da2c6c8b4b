"""In which languages a newsletter speaks to its readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, NewsletterText, Topic, TopicText
from newsletter.catalogue.shelf import topics_of
from newsletter.errors import RefusedError
from newsletter.language import LANGUAGES, Tongue, tongue_of

_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """A newsletter's own words in a language beside its first."""

    tagline: str = ""
    topics: Mapping[int, str] = field(default_factory=dict)  # id → name


def offered(session: Session, newsletter: Newsletter) -> list[str]:
    """The languages a reader may choose: the newsletter's own first, then those that have all of its own texts."""
    own = tongue_of(newsletter.language).language
    topics = session.scalar(select(func.count()).where(Topic.newsletter_id == newsletter.id)) or 0
    named = (
        select(TopicText.language, func.count())
        .join(Topic, Topic.id == TopicText.topic_id)
        .where(Topic.newsletter_id == newsletter.id)
        .group_by(TopicText.language)
    )
    names = dict(session.execute(named).all())
    texts = select(NewsletterText.language).where(NewsletterText.newsletter_id == newsletter.id)
    whole = {language for language in session.scalars(texts) if names.get(language, 0) == topics}
    return [own, *(language for language in LANGUAGES if language in whole and language != own)]


def tongue_for(newsletter: Newsletter, chosen: str = "") -> Tongue:
    """The tongue in which a newsletter speaks to a reader who chose this language, or none."""
    return tongue_of(chosen or newsletter.language, is_formal=newsletter.is_formal)


def tagline_in(session: Session, newsletter: Newsletter, tongue: Tongue) -> str:
    """The newsletter's own line in a language; in its first where there is no other."""
    text = session.get(NewsletterText, (newsletter.id, tongue.language))
    return newsletter.tagline if text is None else text.tagline


def topic_names(session: Session, newsletter_id: int, tongue: Tongue) -> dict[int, str]:
    """The names of a newsletter's topics in a language, in their order; in the first where there is no other."""
    query = (
        select(Topic.id, func.coalesce(TopicText.name, Topic.name))
        .outerjoin(TopicText, (TopicText.topic_id == Topic.id) & (TopicText.language == tongue.language))
        .where(Topic.newsletter_id == newsletter_id)
        .order_by(Topic.position, Topic.id)
    )
    return dict(session.execute(query).all())


def own_texts(session: Session, newsletter: Newsletter, language: str) -> OwnTexts:
    """What a newsletter says in a language beside its first; empty where it says nothing yet."""
    text = session.get(NewsletterText, (newsletter.id, language))
    query = (
        select(TopicText.topic_id, TopicText.name)
        .join(Topic, Topic.id == TopicText.topic_id)
        .where(Topic.newsletter_id == newsletter.id, TopicText.language == language)
    )
    return OwnTexts("" if text is None else text.tagline, dict(session.execute(query).all()))


def set_own_texts(session: Session, newsletter: Newsletter, language: str, texts: OwnTexts) -> None:
    """Let a newsletter speak a language; raises RefusedError where a text is missing that readers would look for."""
    if language not in LANGUAGES or language == tongue_of(newsletter.language).language:
        raise RefusedError("This language cannot be added.")
    names = {topic.id: " ".join(texts.topics.get(topic.id, "").split()) for topic in topics_of(session, newsletter.id)}
    tagline = " ".join(texts.tagline.split())
    if not all(names.values()) or (newsletter.tagline and not tagline):
        raise RefusedError("Please fill in every line: readers are offered a language only when all of it is there.")
    if any(len(each) > _LONGEST for each in (tagline, *names.values())):
        raise RefusedError(f"A text is longer than {_LONGEST} letters. Please shorten it.")
    kept = session.get(NewsletterText, (newsletter.id, language))
    if kept is None:
        session.add(NewsletterText(newsletter_id=newsletter.id, language=language, tagline=tagline))
    else:
        kept.tagline = tagline
    for topic_id, name in names.items():
        session.merge(TopicText(topic_id=topic_id, language=language, name=name))


def remove_own_texts(session: Session, newsletter: Newsletter, language: str) -> None:
    """Offer a language no more; readers who chose it get the newsletter's own."""
    session.execute(
        delete(NewsletterText).where(NewsletterText.newsletter_id == newsletter.id, NewsletterText.language == language)
    )
    mine = select(Topic.id).where(Topic.newsletter_id == newsletter.id)
    session.execute(delete(TopicText).where(TopicText.topic_id.in_(mine), TopicText.language == language))


def set_first_language(session: Session, newsletter: Newsletter, language: str, *, is_formal: bool) -> None:
    """In which language a newsletter is written, and how it addresses its readers."""
    if language not in LANGUAGES:
        raise RefusedError("This language is not spoken here yet.")
    newsletter.language, newsletter.is_formal = language, is_formal
    remove_own_texts(session, newsletter, language)
