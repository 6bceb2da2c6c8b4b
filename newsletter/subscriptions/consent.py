"""What a reader agrees to, word for word, and the evidence of it."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from newsletter.language import ENGLISH, Tongue
from newsletter.subscriptions.subscribers import Consent, ConsentAct

NETWORK_PREFIX = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where and how somebody acted: the page, the sentence shown, the network address."""

    page: str
    wording: str
    network: str
    form: str = ""  # the door: the page, a form on another site, a program, an import
    language: str = ""  # in which the sentence was shown
    user_agent: str = ""  # what the browser calls itself
    delivery_id: int | None = None  # the mail whose button was pressed
    editor_id: int | None = None  # who asked, where no reader did

    @property
    def version(self) -> str:
        """A short mark of the wording: the same words in the same language have the same one."""
        return hashlib.sha256(f"{self.language}|{self.wording}".encode()).hexdigest()[:12] if self.wording else ""


def consent_sentence(newsletter_name: str, tongue: Tongue = ENGLISH) -> str:
    """The sentence above the subscribe button; stored as shown with every sign-up."""
    return tongue.gettext(
        "By pressing the button I ask %(newsletter)s to send me these mails. I can change this or leave with one "
        "press, from every mail. Nobody else gets my address, and nobody records when I open a mail.",
        newsletter=newsletter_name,
    )


@lru_cache(maxsize=4096)
def shortened_network(address: str | None) -> str:
    """A network address cut to /24 or /48, which tells networks apart and not people; or nothing."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    # A server that listens on :: sees 192.0.2.77 as ::ffff:192.0.2.77.
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network(f"{parsed}/{NETWORK_PREFIX[parsed.version]}", strict=False))


def record(session: Session, subscription_id: int, act: ConsentAct, evidence: Evidence, *, now: datetime) -> None:
    """Add a line to the evidence; lines are never changed."""
    session.add(
        Consent(
            subscription_id=subscription_id,
            act=act,
            at=now,
            wording=evidence.wording,
            page=evidence.page,
            network=evidence.network,
            form=evidence.form,
            version=evidence.version,
            language=evidence.language,
            user_agent=evidence.user_agent,
            delivery_id=evidence.delivery_id,
            editor_id=evidence.editor_id,
        )
    )
