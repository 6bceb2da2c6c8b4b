"""The proof: a digest as readers would get it, for editors only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.catalogue.newsletters import Newsletter
from newsletter.links import Links
from newsletter.mails.content import ArticleBlock, Section
from newsletter.mails.digest import DigestMail
from newsletter.mails.recipients import ProofReader


@dataclass(frozen=True, slots=True)
class ProofMail(DigestMail):
    """A digest with a band above it."""

    band: str


def content(shown: DigestMail, newsletter: Newsletter) -> ProofMail:
    """What the proof of a digest says. Pure."""
