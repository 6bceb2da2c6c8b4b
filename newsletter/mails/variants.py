"""The rendering of a variant: made once, by the first worker that needs it, and kept in its row.

Every later mail of the variant, also a repeat after days, is made from what is kept, so that it has the same
bytes however articles, templates or libraries have changed (docs/adr/0004).
"""

from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.catalogue.languages import tongue_for, topic_names
from newsletter.catalogue.newsletters import Newsletter
from newsletter.catalogue.shelf import topics_of
from newsletter.delivery.kinds import MailKind
from newsletter.editions.editions import Edition, Variant
from newsletter.language import Tongue
from newsletter.links import Links
from newsletter.mails import digest
from newsletter.mails.articles import blocks_of
from newsletter.mails.cleaning import cleaned, without_picture
from newsletter.mails.content import Rendered
from newsletter.mails.digest import DigestFacts
from newsletter.mails.imprint import imprint_of
from newsletter.mails.rendering import rendered

LARGEST_HTML: Final = 90_000  # bytes; Gmail cuts a mail at about 102 kB and hides the leave link
# How long summaries may be; where a digest is still too large, the next one is tried.
_LONGEST_SUMMARIES: Final = (320, 160, 0)


def rendering_of(session: Session, variant: Variant, kind: MailKind, links: Links) -> Rendered | None:
    """The rendering of a variant, with slots; None when none of its articles is there any more."""
    if variant.body_html is None:
        made = _made(session, variant, kind, links)
        if made is None:
            return None
        _keep_if_first(session, variant.id, made)
        # Another worker may have been first; what it kept is what all send.
        session.refresh(variant)
    return Rendered(variant.subject or "", variant.body_text or "", variant.body_html or "")


def drawn(kind: MailKind, facts: DigestFacts, newsletter: Newsletter, tongue: Tongue) -> Rendered:
    """A digest of these articles, with slots, small enough for every mail program. Pure."""
    imprint = imprint_of(newsletter, tongue)
    *larger, smallest = _ever_smaller(facts, newsletter)
    for each in larger:
        found = rendered(kind, digest.content(each, tongue), imprint)
        if len(found.html.encode()) <= LARGEST_HTML:
            return found
    return rendered(kind, digest.content(smallest, tongue), imprint)


def _ever_smaller(facts: DigestFacts, newsletter: Newsletter) -> list[DigestFacts]:
    """The same articles, cleaned: with shorter and shorter summaries, at last also without pictures."""
    steps = [
        [cleaned(block, site_url=newsletter.site_url, longest_summary=longest) for block in facts.blocks]
        for longest in _LONGEST_SUMMARIES
    ]
    steps.append([without_picture(block) for block in steps[-1]])
    return [replace(facts, blocks=blocks) for blocks in steps]


def _made(session: Session, variant: Variant, kind: MailKind, links: Links) -> Rendered | None:
    blocks = blocks_of(session, variant.article_ids, links.picture)
    if not blocks:
        return None
    edition = session.get_one(Edition, variant.edition_id)
    newsletter = session.get_one(Newsletter, edition.newsletter_id)
    day = edition.local_date or edition.send_at.astimezone(ZoneInfo(newsletter.zone)).date()
    tongue = tongue_for(newsletter, variant.language)
    names = topic_names(session, newsletter.id, tongue)
    said = {topic.name: names[topic.id] for topic in topics_of(session, newsletter.id)}
    blocks = [replace(block, topic=said.get(block.topic or "", block.topic)) for block in blocks]
    return drawn(kind, DigestFacts(day, blocks, list(said.values()), variant.more), newsletter, tongue)


def _keep_if_first(session: Session, variant_id: int, made: Rendered) -> None:
    session.execute(
        update(Variant)
        .where(Variant.id == variant_id, Variant.body_html.is_(None))
        .values(subject=made.subject, body_text=made.text, body_html=made.html)
        .execution_options(synchronize_session=False)
    )
