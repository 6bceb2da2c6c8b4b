"""`gazette newsletter …` and `gazette topic …`."""

from typing import Any

import click

from config import defaults
from newsletter.catalogue import shelf
from newsletter.catalogue.newsletters import Newsletter
from newsletter.commands.output import answer, as_json, say, services
from newsletter.language import LANGUAGES
from newsletter.subscriptions.addresses import parse_address


@click.group()
def newsletter() -> None:
    """Newsletters: add, list, show, open to the public."""


@newsletter.command("add")
@click.argument("name")
@click.option("--slug", default="", help="Its name in addresses; made from NAME when left out.")
@click.option("--sender", required=True, help="The address that mails come from.")
@click.option("--postal-address", default="", help="Must stand in every mail; needed before going live.")
@click.option("--site", default="", help="The web site that the articles are on.")
@click.option("--tagline", default="", help="One sentence for the sign-up page.")
@click.option("--publisher", default="", help="Who publishes it; NAME when left out.")
@click.option("--reply-to", default="", help="Where answers go; the sender when left out.")
@click.option("--zone", default=defaults.ZONE, show_default=True, help="Like Europe/Berlin.")
@click.option(
    "--weekday",
    type=click.IntRange(1, 7),
    default=defaults.WEEKDAY + 1,
    show_default=True,
    help="Of the weekly digest; Monday is 1.",
)
@click.option("--hour", type=click.IntRange(0, 23), default=defaults.HOUR, show_default=True)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=defaults.LANGUAGE,
    show_default=True,
    help="Of its pages and mails.",
)
@click.option(
    "--formal/--informal",
    "is_formal",
    default=True,
    show_default=True,
    help="How readers are addressed, where the language tells the two apart: Sie or du.",
)
@click.option("--topic", "topics", multiple=True, help="A topic; may be given several times.")
@as_json
def add(
    name: str, sender: str, reply_to: str, site: str, weekday: int, topics: tuple[str, ...], is_json: bool, **rest: Any
) -> None:
    """Make a newsletter. It starts in rehearsal: nobody but editors gets mail."""
    with services() as parts, parts.database.write() as session:
        new = shelf.NewNewsletter(
            name=name,
            sender_address=parse_address(sender).wire,
            reply_address=parse_address(reply_to).wire if reply_to else "",
            site_url=site or parts.settings.base_url,
            weekday=weekday - 1,
            **rest,
        )
        made = shelf.add_newsletter(session, new, now=parts.clock.now())
        for each in topics:
            shelf.add_topic(session, made, each)
        page = parts.links.subscribe(made.slug)
        data = _data(made)
    if is_json:
        answer(data)
        return
    say(f"{made.name} is made, in rehearsal: nobody but editors gets mail.")
    say(f"Its page: {page}")
    say(f"Open it to the public with: gazette newsletter live {made.slug}")


@newsletter.command("list")
@as_json
def show_all(is_json: bool) -> None:
    """List all newsletters."""
    with services() as parts, parts.database.read() as session:
        found = shelf.newsletters(session)
        if is_json:
            answer([_data(each) for each in found])
            return
        for each in found:
            say(f"{each.slug:24} {'live' if each.is_live else 'rehearsal':10} {each.name}")
        if not found:
            say("There is no newsletter yet. Make one with `gazette newsletter add`.")


@newsletter.command("show")
@click.argument("slug", required=False)
@as_json
def show(slug: str | None, is_json: bool) -> None:
    """Show a newsletter."""
    with services() as parts, parts.database.read() as session:
        found = shelf.the_newsletter(session, slug)
        data = _data(found) | {"topics": [t.slug for t in shelf.topics_of(session, found.id)]}
    if is_json:
        answer(data)
        return
    for name, value in data.items():
        say(f"{name:16} {', '.join(value) if isinstance(value, list) else value}")


@newsletter.command("live")
@click.argument("slug", required=False)
def live(slug: str | None) -> None:
    """Open a newsletter to the public: from now on readers get mail."""
    with services() as parts, parts.database.write() as session:
        found = shelf.the_newsletter(session, slug)
        shelf.go_live(found, now=parts.clock.now())
        name = found.name
    say(f"{name} is live.")


@click.group()
def topic() -> None:
    """Topics: add, list."""


@topic.command("add")
@click.argument("name")
@click.option("--newsletter", "newsletter_slug", help="Which newsletter; needed when there are several.")
@click.option("--slug", default="", help="Its name in addresses; made from NAME when left out.")
def add_topic(name: str, newsletter_slug: str | None, slug: str) -> None:
    """Add a topic that readers may choose."""
    with services() as parts, parts.database.write() as session:
        found = shelf.the_newsletter(session, newsletter_slug)
        made = shelf.add_topic(session, found, name, slug)
        words = f"{found.name} has the topic {made.name} ({made.slug})."
    say(words)


@topic.command("list")
@click.option("--newsletter", "newsletter_slug", help="Which newsletter; needed when there are several.")
@as_json
def list_topics(newsletter_slug: str | None, is_json: bool) -> None:
    """List the topics of a newsletter."""
    with services() as parts, parts.database.read() as session:
        found = shelf.the_newsletter(session, newsletter_slug)
        topics = [{"slug": t.slug, "name": t.name} for t in shelf.topics_of(session, found.id)]
    if is_json:
        answer(topics)
        return
    for each in topics:
        say(f"{each['slug']:28} {each['name']}")


def _data(found: Newsletter) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "name": found.name,
        "live": found.is_live,
        "site": found.site_url,
        "sender": found.sender_address,
        "reply_to": found.reply_address,
        "postal_address": found.postal_address,
        "zone": found.zone,
        "weekday": found.weekday + 1,
        "hour": found.hour,
    }
