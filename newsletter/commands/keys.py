"""`gazette key …`."""

import click

from newsletter.accounts import api_keys
from newsletter.accounts.keys import ApiKey
from newsletter.catalogue import shelf
from newsletter.commands.output import answer, as_json, local_time, say, services


@click.group()
def key() -> None:
    """Keys with which other programs hand in articles: add, list, end."""


@key.command("add")
@click.argument("name")
@click.option("--newsletter", "slug", help="Which newsletter; needed when there are several.")
def add(name: str, slug: str | None) -> None:
    """Make a key for the program NAME, and show it this once."""
    with services() as parts, parts.database.write() as session:
        newsletter = shelf.the_newsletter(session, slug)
        made, token = api_keys.new_key(session, newsletter.id, name, created_by=None, now=parts.clock.now())
        words = f"{made.name} may hand in articles to {newsletter.name} with this key. It is not shown again:"
    say(words)
    say(token)


@key.command("list")
@click.option("--newsletter", "slug", help="Which newsletter; all when left out.")
@as_json
def show_all(slug: str | None, is_json: bool) -> None:
    """List all keys by what they begin with, and when they were last used to hand something in."""
    with services() as parts, parts.database.read() as session:
        newsletters = {each.id: each.slug for each in shelf.newsletters(session)}
        only = shelf.the_newsletter(session, slug).id if slug else None
        found = api_keys.keys_of(session, only)
    if is_json:
        answer([_data(each, newsletters) for each in found])
        return
    for each in found:
        used = f"used {local_time(each.last_used_at, 'UTC')}" if each.last_used_at else "never used"
        state = f"ended {local_time(each.ended_at, 'UTC')}" if each.ended_at else used
        say(f"{each.id:4}  {each.beginning}…  {newsletters.get(each.newsletter_id, ''):20} {each.name:30} {state}")
    if not found:
        say("There is no key yet. Make one with `gazette key add NAME`.")


@key.command("end")
@click.argument("key_id", type=int)
def end(key_id: int) -> None:
    """End a key for good: what is handed in with it from now on is refused."""
    with services() as parts, parts.database.write() as session:
        ended = api_keys.end_key(session, key_id, now=parts.clock.now())
        name = ended.name
    say(f"The key of {name} has ended.")


def _data(each: ApiKey, newsletters: dict[int, str]) -> dict[str, object]:
    return {
        "id": each.id,
        "name": each.name,
        "newsletter": newsletters.get(each.newsletter_id, ""),
        "begins_with": each.beginning,
        "created_at": each.created_at,
        "last_used_at": each.last_used_at,
        "ended_at": each.ended_at,
    }
