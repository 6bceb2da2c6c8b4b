"""In which languages a newsletter speaks to its readers."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, NewsletterText, Topic, TopicText
from newsletter.language import LANGUAGES, Tongue, tongue_of


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
