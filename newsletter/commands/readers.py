"""`gazette reader …`."""

from typing import Any

import click
from sqlalchemy import select

from newsletter.catalogue.newsletters import Newsletter, Topic
from newsletter.commands.output import answer, as_json, say, services
from newsletter.errors import NotFoundError
from newsletter.subscriptions.addresses import parse_address
from newsletter.subscriptions.choices import topics_chosen
from newsletter.subscriptions.subscribers import Subscriber, Subscription


@click.group()
def reader() -> None:
    """Readers: show."""


@reader.command("show")
@click.argument("address")
@as_json
def show(address: str, is_json: bool) -> None:
    """Show what a reader subscribes to."""
    key = parse_address(address).key
    with services() as parts, parts.database.read() as session:
        found = session.scalar(select(Subscriber).where(Subscriber.address_key == key))
        if found is None:
            raise NotFoundError(f"Nobody with the address {address} is known.")
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
        data = {"address": found.address, "subscriptions": subscriptions}
    if is_json:
        answer(data)
        return
    say(str(data["address"]))
    for line in subscriptions:
        say(f"  {line['newsletter']}: {line['state']}, {line['cadence']}, {', '.join(line['topics'])}")
