"""The proof: a digest as readers would get it, for editors only. Its templates add a band that says so."""

from collections.abc import Mapping

from newsletter.links import Links
from newsletter.mails import digest
from newsletter.mails.recipients import ProofReader

content = digest.content


def personal(reader: ProofReader, links: Links) -> Mapping[str, str]:
    """What stands where a reader's own links would: an editor has no subscription to change or to end. Pure."""
    subscribe = links.subscribe(reader.newsletter.slug)
    return {
        "reason": (
            f"You get this proof because you are an editor of {reader.newsletter.name}. "
            "Readers find here why they get the mail, and the two links lead to their own choices."
        ),
        "preferences": subscribe,
        "leave": subscribe,
        "view": links.archive(reader.newsletter.slug),
        "archive": links.archive(reader.newsletter.slug),
    }
