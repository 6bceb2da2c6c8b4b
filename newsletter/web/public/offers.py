"""What a newsletter offers on its form, remembered for a moment: a crowd that signs up at once asks for the same.

A change that is made in this process shows at once; one of another process within two seconds.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from newsletter.catalogue.languages import offered
from newsletter.catalogue.newsletters import Newsletter, NewsletterText, Topic, TopicText
from newsletter.catalogue.shelf import topics_of
from newsletter.web.doors import reading
from newsletter.web.public.incoming import newsletter_or_404

_SECONDS: Final = 2.0
_EXTENSION: Final = "gazette_offers"
_CATALOGUE: Final = (Newsletter, Topic, NewsletterText, TopicText)


@dataclass(frozen=True, slots=True)
class Offer:
    """A newsletter, its topics by slug, and the languages in which it speaks, its own first."""

    newsletter: Newsletter
    topics: Mapping[str, int]
    languages: tuple[str, ...]


class _Changes:
    """How often this process has changed anything of the catalogue."""

    number = 0


def offer_of(slug: str) -> Offer:
    """What the newsletter of this address offers. Raises NotFound. Called with no transaction open."""
    kept: dict[str, tuple[float, int, Offer]] = current_app.extensions.setdefault(_EXTENSION, {})
    until, changes, offer = kept.get(slug, (0.0, -1, None))
    if offer is None or changes != _Changes.number or time.monotonic() >= until:
        changes = _Changes.number
        with reading() as session:
            offer = _read(session, newsletter_or_404(session, slug))
        kept[slug] = (time.monotonic() + _SECONDS, changes, offer)  # only of newsletters that are there
    return offer


def _read(session: Session, newsletter: Newsletter) -> Offer:
    topics = {topic.slug: topic.id for topic in topics_of(session, newsletter.id)}
    return Offer(newsletter, topics, tuple(offered(session, newsletter)))


@event.listens_for(Session, "after_flush")
def _note_change(session: Session, _context: Any) -> None:
    if any(isinstance(each, _CATALOGUE) for each in chain(session.new, session.dirty, session.deleted)):
        _Changes.number += 1
