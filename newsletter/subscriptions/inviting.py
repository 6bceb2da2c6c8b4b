"""*Invite again*: an editor has an address asked once more that must not be written to.

It is the only way back after a complaint. The address is asked to confirm like any other, with the words that an editor
asks; until its owner presses the button nothing else is written to it.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter
from newsletter.delivery.deliveries import Delivery
from newsletter.delivery.kinds import MailKind
from newsletter.errors import RefusedError
from newsletter.subscriptions.addresses import Address
from newsletter.subscriptions.choices import Choice
from newsletter.subscriptions.consent import Evidence
from newsletter.subscriptions.signup import SignUp, sign_up
from newsletter.subscriptions.subscribers import Subscriber, Subscription, SubscriptionState
from newsletter.suppression.suppressions import lift, suppression_reason

FORM: Final = "invite"
"""How the evidence calls this door."""

_LONGEST_REASON: Final = 500
_READS: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAUSED})


def invite_again(
    session: Session, newsletter: Newsletter, address: Address, reason: str, *, by: int | None, now: datetime
) -> None:
    """Lift what keeps an address from being written to, and ask it to confirm.

    `reason` is what the editor `by` knows of its owner's wish; it stays with the evidence. Raises RefusedError, and
    then nothing has changed: without a reason, in a rehearsal, for somebody who reads already, and where the limits
    of confirmations are used up.
    """
    why = " ".join(reason.split())[:_LONGEST_REASON]
    if not why:
        raise RefusedError("Please say how you know that they want mails again. It is kept with the evidence.")
    if not newsletter.is_live:
        raise RefusedError(f"{newsletter.name} is in rehearsal, where no reader gets mail. Go live first.")
    before = suppression_reason(session, address.key)
    if before is None and _reads(session, address.key, newsletter.id):
        raise RefusedError(f"{address.text} reads {newsletter.name} already, and nothing keeps mails from it.")
    lift(session, address.key)
    evidence = Evidence(page="desk", wording=why, network="", form=FORM, editor_id=by)
    sign_up(session, newsletter, SignUp(address.text, Choice(), evidence), now=now)
    session.flush()
    if not _is_asked(session, address.key, now=now):
        raise RefusedError("This address was asked several times of late. Please try again tomorrow; nothing changed.")


def _reads(session: Session, key: str, newsletter_id: int) -> bool:
    query = (
        select(Subscription.id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.address_key == key, Subscription.newsletter_id == newsletter_id)
        .where(Subscription.state.in_(_READS))
    )
    return session.scalar(query) is not None


def _is_asked(session: Session, key: str, *, now: datetime) -> bool:
    """Whether a mail goes to this address because of what was done at this instant."""
    query = (
        select(Delivery.id)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Subscriber.address_key == key, Delivery.created_at == now, Delivery.edition_id.is_(None))
        .where(Delivery.kind.in_({MailKind.CONFIRMATION, MailKind.ALREADY_SUBSCRIBED}))
    )
    return session.scalar(query.limit(1)) is not None
