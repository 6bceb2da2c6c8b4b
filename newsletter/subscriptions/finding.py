"""Finding the subscription that a link is about."""

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
