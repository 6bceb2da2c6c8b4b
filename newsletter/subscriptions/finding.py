"""Finding the subscription that a link is about."""

from enum import Enum, auto

from sqlalchemy.orm import Session

from newsletter.signing import Purpose, Signer, read_claim
from newsletter.subscriptions.subscribers import Subscription


def subscription_by_token(session: Session, signer: Signer, purpose: Purpose, token: str) -> Subscription | None:
    """The subscription whose token this is, or None for a forged, altered or foreign one."""
    claim = read_claim(token)
    if claim is None:
        return None
    subscription = session.get(Subscription, claim.row_id)
    # Checked also when there is no row, so that the time taken does not tell whether there is one.
    nonce = ""
    if subscription is not None:
        is_confirm = purpose is Purpose.CONFIRM
        nonce = subscription.confirm_nonce if is_confirm else subscription.nonce
    return subscription if signer.is_valid(claim, purpose, nonce) else None


class Gone(Enum):
    """There is no subscription any more; a value of its own beside None, which means that there never was one."""

    GONE = auto()


def subscription_or_gone(session: Session, signer: Signer, purpose: Purpose, token: str) -> Subscription | Gone | None:
    """The subscription whose token this is; Gone where its row was deleted since; None for what is no token of ours.

    Whether a token of a deleted row was made here cannot be proved any more: it names one of our keys, and it leads
    to nothing.
    """
    found = subscription_by_token(session, signer, purpose, token)
    if found is not None:
        return found
    claim = read_claim(token)
    if claim is None or not signer.knows(claim) or session.get(Subscription, claim.row_id) is not None:
        return None
    return Gone.GONE
