"""From a delivery to the mail itself: whether it may still go out, what it says, its headers and bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.handed_down import Withhold
from newsletter.delivery.kinds import MailKind
from newsletter.delivery.mail import OutgoingMail, build
from newsletter.editions.editions import Variant
from newsletter.language import ENGLISH
from newsletter.links import Links
from newsletter.mails import (
    address_change,
    address_changed,
    already_subscribed,
    confirmation,
    digest,
    edition_question,
    feed_trouble,
    fresh_link,
    login_link,
    proof,
    welcome,
)
from newsletter.mails.content import Rendered
from newsletter.mails.headers import Heading, Sender, on_the_wire, sender_of
from newsletter.mails.imprint import imprint_of, imprint_of_desk
from newsletter.mails.letters import letter
from newsletter.mails.recipients import (
    AskedEditor,
    FeedEditor,
    LinkHolder,
    MailboxOwner,
    Mover,
    ProofReader,
    Reader,
    Ready,
    recipient_of,
)
from newsletter.mails.rendering import rendered
from newsletter.mails.sentences import site_name
from newsletter.mails.slots import filled
from newsletter.mails.variants import rendering_of
from newsletter.signing import Purpose, Signer
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.leaving_by_mail import leave_address
from newsletter.subscriptions.mail_servers import TakesMail
from newsletter.subscriptions.reaching import Reach, domain_of

_Content = Callable[[Reader, Links, datetime], object]

_TO_READERS: Final[Mapping[MailKind, _Content]] = {
    MailKind.CONFIRMATION: confirmation.content,
    MailKind.ALREADY_SUBSCRIBED: already_subscribed.content,
    MailKind.WELCOME: welcome.content,
}
# Mails that come by themselves; one that answers something a person did has no one-click header.
_LEFT_WITH_ONE_CLICK: Final = frozenset({MailKind.WELCOME, MailKind.DIGEST})
_DESK: Final = "Gazette"


@dataclass(frozen=True, slots=True)
class MailComposer:
    """Makes the mail of a delivery. The same rows give the same bytes, on every worker and at every try."""

    links: Links
    signer: Signer
    leaves_this_machine: bool = False  # a relay is set
    reach: Reach | None = None  # None: nobody asks name servers

    def __call__(self, session: Session, row: Delivery, now: datetime) -> OutgoingMail | Withhold:
        """The mail, or why it must not go out. Raises MailError when it cannot be made."""
        ready = recipient_of(session, row, now)
        if isinstance(ready, Withhold):
            return ready
        if self.leaves_this_machine and isinstance(ready, Reader) and ready.newsletter.is_demo:
            return Withhold("the demo newsletter never writes to anybody outside")
        if row.kind == MailKind.CONFIRMATION and self._leads_nowhere(ready):
            return Withhold("its domain takes no mail, or does not exist")
        at = row.composed_at or now  # a repeat says what the first attempt said
        written = self._written(session, row, ready, at)
        if written is None:
            return Withhold("none of its articles is there any more")
        return self._sealed(row, ready, written, at)

    def _leads_nowhere(self, ready: Ready) -> bool:
        """Whether the domain is known to take no mail; what is not known goes out."""
        if self.reach is None:
            return False
        return self.reach.of(domain_of(parse_address(ready.address).key)) is TakesMail.NO

    def _written(self, session: Session, row: Delivery, ready: Ready, at: datetime) -> Rendered | None:
        kind = MailKind(row.kind)
        if isinstance(ready, LinkHolder):
            newsletter = ready.newsletter
            imprint = imprint_of(newsletter, ENGLISH) if newsletter else imprint_of_desk(site_name(self.links.base_url))
            return rendered(kind, login_link.content(ready, self.links), imprint)
        if isinstance(ready, FeedEditor | AskedEditor):
            return rendered(kind, self._notice(ready), imprint_of(ready.newsletter, ENGLISH))
        if isinstance(ready, MailboxOwner):
            return letter(kind, fresh_link.content(ready, self.links), imprint_of(ready.newsletter, ready.tongue))
        if isinstance(ready, Mover):
            module = address_change if kind is MailKind.ADDRESS_CHANGE else address_changed
            return letter(kind, module.content(ready, self.links), imprint_of(ready.newsletter, ready.tongue))
        if isinstance(ready, Reader) and kind in _TO_READERS:
            return letter(kind, _TO_READERS[kind](ready, self.links, at), imprint_of(ready.newsletter, ready.tongue))
        variant = None if row.variant_id is None else session.get(Variant, row.variant_id)
        shared = None if variant is None else rendering_of(session, variant, kind, self.links)
        return None if shared is None else filled(shared, self._personal(row, ready))

    def _notice(self, ready: FeedEditor | AskedEditor) -> object:
        """What a notice to an editor says."""
        if isinstance(ready, FeedEditor):
            return feed_trouble.content(ready, self.links)
        return edition_question.content(ready, self.links)

    def _personal(self, row: Delivery, ready: Reader | ProofReader) -> Mapping[str, str]:
        if isinstance(ready, ProofReader):
            return proof.personal(ready, self.links)
        return digest.personal(ready, self.links, row.id)

    def _sealed(self, row: Delivery, ready: Ready, written: Rendered, at: datetime) -> OutgoingMail:
        """The mail in its envelope, with headers and bytes."""
        kind = MailKind(row.kind)
        sender = self._sender(ready)
        to = on_the_wire(ready.address)
        mark = self.signer.digest("message-id", str(row.id))
        heading = Heading(
            kind=kind,
            sender=sender,
            to=to,
            subject=written.subject,
            at=at,
            mark=mark,
            campaign="0" if row.edition_id is None else f"e{row.edition_id}",
            slug=ready.newsletter.slug if ready.newsletter else "desk",
            one_click_url=self._one_click_url(kind, ready),
            leave_address=self._leave_address(kind, ready, sender.domain),
            archive_url=self.links.archive(ready.newsletter.slug) if ready.newsletter else "",
        )
        # `=_` cannot occur in a quoted-printable part (RFC 2045, section 6.7).
        content = build(heading.fields(), text=written.text, html=written.html, boundary=f"=_{mark}")
        return OutgoingMail(row.id, row.attempts + 1, sender.address, to, content)

    def _sender(self, ready: Ready) -> Sender:
        newsletter = ready.newsletter
        if newsletter is None:
            return sender_of(_DESK, f"gazette@{site_name(self.links.base_url)}", "")
        name = _DESK if isinstance(ready, LinkHolder | FeedEditor | AskedEditor) else newsletter.name
        return sender_of(name, newsletter.sender_address, newsletter.reply_address)

    def _leave_address(self, kind: MailKind, ready: Ready, domain: str) -> str | None:
        if isinstance(ready, Reader) and kind in _LEFT_WITH_ONE_CLICK:
            token = self.signer.token(Purpose.LEAVE, ready.subscription.id, ready.subscription.nonce)
            return leave_address(token, domain)
        return None

    def _one_click_url(self, kind: MailKind, ready: Ready) -> str | None:
        if isinstance(ready, Reader) and kind in _LEFT_WITH_ONE_CLICK:
            return self.links.leave(ready.subscription.id, ready.subscription.nonce)
        return None
