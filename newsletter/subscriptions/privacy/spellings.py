"""Under which addresses a reader is or was known here, in every form in which one may be written."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscriptions.addresses import AddressError, parse_address
from newsletter.subscriptions.subscribers import AddressChange, Subscriber


def spellings_of(session: Session, subscriber: Subscriber) -> set[str]:
    """Every form of the addresses that are or were this reader's and are nobody else's now."""
    query = select(AddressChange.old_address, AddressChange.new_address).where(
        AddressChange.subscriber_id == subscriber.id, AddressChange.confirmed_at.is_not(None)
    )
    every = {subscriber.address, *(address for row in session.execute(query) for address in row)}
    forms = {form for address in every for form in _forms(address)}
    taken = set(
        session.scalars(
            select(Subscriber.address_key).where(Subscriber.address_key.in_(forms), Subscriber.id != subscriber.id)
        )
    )
    return {form for form in forms if form.lower() not in taken}


def _forms(address: str) -> set[str]:
    """As typed, as on the wire, and folded."""
    try:
        parsed = parse_address(address)
    except AddressError:
        return {address, address.lower()}
    return {address, parsed.text, parsed.wire, parsed.key}
