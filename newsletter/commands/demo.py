"""`gazette demo …`."""

import click

from newsletter.commands.output import say, services
from newsletter.errors import RefusedError
from newsletter.local.demo import readers, removing, seeding
from newsletter.wiring import Services


@click.group()
def demo() -> None:
    """The demo newsletter: seed, remove."""


@demo.command("seed")
@click.option("--readers", "count", type=click.IntRange(0, 5_000_000), default=0, help="Add so many demo readers.")
def seed(count: int) -> None:
    """Make the demo newsletter, The Daily Proof, and add readers to it."""
    with services() as parts:
        _refuse_where_mail_leaves(parts)
        with parts.database.write() as session:
            newsletter = seeding.demo_newsletter(session)
            if newsletter is None:
                newsletter = seeding.seed(session, parts.settings.base_url, now=parts.clock.now())
            newsletter_id, name = newsletter.id, newsletter.name
        if count:
            _add_readers(parts, newsletter_id, count)
        page = parts.links.subscribe(newsletter.slug)
    say(f"{name} is here, with {count} more readers: {page}" if count else f"{name} is here: {page}")


@demo.command("remove")
def remove() -> None:
    """Delete the demo newsletter with its articles, readers, editions and mails."""
    with services() as parts, parts.database.write() as session:
        count = removing.remove(session)
    say(f"The demo newsletter is gone, and so are its {count} subscriptions. Mails in the local inbox stay.")


def _refuse_where_mail_leaves(parts: Services) -> None:
    if parts.settings.has_relay or not parts.settings.is_loopback:
        raise RefusedError(
            "The demo is for this machine only: unset GAZETTE_SMTP_URL and GAZETTE_PUBLIC_URL, and start again."
        )


def _add_readers(parts: Services, newsletter_id: int, count: int) -> None:
    batches = readers.add_readers(parts.database, newsletter_id, count, now=parts.clock.now())
    with click.progressbar(length=count, label="Demo readers", show_pos=True) as bar:
        for added in batches:
            bar.update(added)
