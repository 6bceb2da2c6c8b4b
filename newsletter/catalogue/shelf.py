"""Finding and making newsletters and topics."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import defaults
from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.errors import NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class NewNewsletter:
    """What an operator says of a newsletter; the rest are defaults."""

    name: str
    sender_address: str
    postal_address: str
    site_url: str
    slug: str = ""
    tagline: str = ""
    publisher: str = ""
    reply_address: str = ""
    zone: str = defaults.ZONE
    weekday: int = defaults.WEEKDAY
    hour: int = defaults.HOUR
    language: str = defaults.LANGUAGE
    is_formal: bool = True
    is_demo: bool = False


def slug_of(name: str) -> str:
    """A name as it stands in an address: lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def add_newsletter(session: Session, new: NewNewsletter, *, now: datetime) -> Newsletter:
    """Make a newsletter, in rehearsal. Raises RefusedError with what to mend."""
    slug = slug_of(new.slug or new.name)
    if not slug:
        raise RefusedError("This name has no letters for an address; give one with --slug.")
    if newsletter_by_slug(session, slug) is not None:
        raise RefusedError(f"There is a newsletter {slug} already; give another with --slug.")
    if new.zone not in available_timezones():
        raise RefusedError(f"The zone {new.zone} is not known; write it like Europe/Berlin.")
    newsletter = Newsletter(
        slug=slug,
        name=new.name.strip(),
        tagline=new.tagline.strip(),
        site_url=new.site_url,
        publisher=new.publisher.strip() or new.name.strip(),
        postal_address=new.postal_address.strip(),
        sender_address=new.sender_address,
        reply_address=new.reply_address or new.sender_address,
        language=new.language,
        is_formal=new.is_formal,
        zone=new.zone,
        weekday=new.weekday,
        hour=new.hour,
        minimum_articles=defaults.MINIMUM_ARTICLES,
        created_at=now,
        live_at=None,
        is_demo=new.is_demo,
    )
    session.add(newsletter)
    session.flush()
    return newsletter


def add_topic(session: Session, newsletter: Newsletter, name: str, slug: str = "") -> Topic:
    """Add a topic at the end of a newsletter's topics. Raises RefusedError when it is there."""
    wanted = slug_of(slug or name)
    if not wanted:
        raise RefusedError("This name has no letters for an address; give one with --slug.")
    topics = topics_of(session, newsletter.id)
    if any(topic.slug == wanted for topic in topics):
        raise RefusedError(f"{newsletter.name} has a topic {wanted} already.")
    topic = Topic(newsletter_id=newsletter.id, slug=wanted, name=name.strip(), position=len(topics) + 1)
    session.add(topic)
    session.flush()
    return topic


def go_live(newsletter: Newsletter, *, now: datetime) -> None:
    """End the rehearsal. Raises RefusedError while something the law or readers need is missing."""
    if not newsletter.postal_address:
        raise RefusedError("A postal address must stand in every mail; give it before going live.")
    if newsletter.live_at is None:
        newsletter.live_at = now


def newsletters(session: Session) -> list[Newsletter]:
    """All newsletters, by name."""
    return list(session.scalars(select(Newsletter).order_by(func.lower(Newsletter.name))))


def newsletter_by_slug(session: Session, slug: str) -> Newsletter | None:
    """The newsletter with this slug, if there is one."""
    return session.scalar(select(Newsletter).where(Newsletter.slug == slug))


def the_newsletter(session: Session, slug: str | None) -> Newsletter:
    """The newsletter named, or the only one there is. Raises NotFoundError with what to write."""
    if slug:
        found = newsletter_by_slug(session, slug)
        if found is None:
            raise NotFoundError(f"There is no newsletter {slug}. `gazette newsletter list` shows them.")
        return found
    every = newsletters(session)
    if len(every) == 1:
        return every[0]
    if not every:
        raise NotFoundError("There is no newsletter yet. Make one with `gazette newsletter add`.")
    names = ", ".join(newsletter.slug for newsletter in every)
    raise NotFoundError(f"There are several newsletters; say which: {names}.")


def topics_of(session: Session, newsletter_id: int) -> list[Topic]:
    """A newsletter's topics in their order."""
    query = select(Topic).where(Topic.newsletter_id == newsletter_id).order_by(Topic.position)
    return list(session.scalars(query))
