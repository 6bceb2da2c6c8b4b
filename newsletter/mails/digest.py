"""The digest: the lead, the other articles by topic, and what did not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from newsletter.editions.rhythms import rule_for
from newsletter.language import Tongue, day_and_year, shortened
from newsletter.links import Links
from newsletter.mails.articles import lead_and_sections
from newsletter.mails.cleaning import one_line
from newsletter.mails.content import ArticleBlock, Section
from newsletter.mails.recipients import Reader
from newsletter.mails.sentences import reason

_LONGEST_PREHEADER: Final = 110


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What a digest is made from."""

    day: date
    blocks: Sequence[ArticleBlock]  # at least one
    topics: Sequence[str]  # of the newsletter, in their order
    more: int  # how many did not fit


@dataclass(frozen=True, slots=True)
class DigestMail:
    """What all readers of a variant get; what is one reader's own stands in slots."""

    day: str
    preheader: str
    lead: ArticleBlock
    sections: tuple[Section, ...]
    more: str  # `7 more articles`; empty where all fitted


def content(facts: DigestFacts, tongue: Tongue) -> DigestMail:
    """What the digest of these articles says in a tongue. Pure."""
    lead, sections = lead_and_sections(
        facts.blocks, [one_line(name) for name in facts.topics], without_topic=tongue.gettext("More")
    )
    return DigestMail(
        day=day_and_year(facts.day, tongue),
        preheader=_preheader(lead, sections),
        lead=lead,
        sections=sections,
        more=tongue.ngettext("%(num)s more article", "%(num)s more articles", facts.more) if facts.more else "",
    )


def personal(reader: Reader, links: Links, delivery_id: int) -> Mapping[str, str]:
    """What is one reader's own, in the mail of this delivery. Pure."""
    subscription = reader.subscription
    rule = rule_for(reader.newsletter, subscription)
    return {
        "reason": reason(reader.newsletter, subscription.requested_at, reader.topics, rule, reader.tongue),
        "preferences": links.preferences(subscription.id, subscription.nonce),
        "leave": links.leave(subscription.id, subscription.nonce),
        "view": links.view(delivery_id, subscription.nonce),
        "archive": links.archive(reader.newsletter.slug),
    }


def _preheader(lead: ArticleBlock, sections: Sequence[Section]) -> str:
    """What stands beside the subject in a list of mails: not the lead's title once more."""
    others = [article.title for section in sections for article in section.articles]
    return shortened(" · ".join(others) or lead.summary or lead.title, _LONGEST_PREHEADER)
