"""`gazette reader …`."""

from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.commands.output import answer, as_json, say, services
from newsletter.commands.reader_export import export_readers
from newsletter.commands.reader_import import ask_staged, import_readers
from newsletter.commands.reader_privacy import erase, invite, leave_by_received_mail
from newsletter.errors import NotFoundError
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.privacy.erasing import last_erased_at
from newsletter.subscriptions.subscribers import Subscriber, Subscription
from newsletter.suppression.suppressions import suppression_reason
from newsletter.wiring import Services


@click.group()
def reader() -> None:
    """Readers: import, ask, export, show, erase, invite, leave-by-mail."""


reader.add_command(erase)
reader.add_command(leave_by_received_mail)
reader.add_command(invite)
reader.add_command(import_readers)
reader.add_command(ask_staged)
reader.add_command(export_readers)


@reader.command("show")
@click.argument("address")
@as_json
def show(address: str, is_json: bool) -> None:
    """Show what a reader subscribes to."""
    key = parse_address(address).key
    with services() as parts, parts.database.read() as session:
        found = session.scalar(select(Subscriber).where(Subscriber.address_key == key))
        if found is None:
            raise NotFoundError(_unknown(session, parts, address, key))
        subscriptions: list[dict[str, Any]] = []
        for each in session.scalars(select(Subscription).where(Subscription.subscriber_id == found.id)):
            chosen = topics_chosen(session, each.id)
            names = session.scalars(select(Topic.slug).where(Topic.id.in_(chosen)).order_by(Topic.position))
            subscriptions.append(
                {
                    "newsletter": session.get_one(Newsletter, each.newsletter_id).slug,
                    "state": each.state,
                    "cadence": each.cadence,
                    "topics": list(names) or ["all"],
                    "joined_at": each.joined_at,
                }
            )
        reason = suppression_reason(session, key)
        data = {
            "address": found.address,
            "language": found.language,
            "subscriptions": subscriptions,
            "suppressed": reason,
        }
    if is_json:
        answer(data)
        return
    say(str(data["address"]))
    if reason is not None:
        say(f"  Nobody may write to this address: {reason}.")
    for line in subscriptions:
        say(f"  {line['newsletter']}: {line['state']}, {line['cadence']}, {', '.join(line['topics'])}")


def _unknown(session: Session, parts: Services, address: str, key: str) -> str:
    """Why nobody is known by an address: never was, or was erased; and whether it may be written to."""
    sentences = [f"Nobody with the address {address} is known."]
    erased_at = last_erased_at(session, parts.signer, key)
    if erased_at is not None:
        sentences.append(f"A reader with it was erased on {erased_at:%d %B %Y}.")
    reason = suppression_reason(session, key)
    if reason is not None:
        sentences.append(f"Nobody may write to it: {reason}.")
    return " ".join(sentences)
