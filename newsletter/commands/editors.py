"""`gazette editor …`."""

import click

from newsletter.accounts import entry
from newsletter.accounts.editors import Role
from newsletter.commands.output import answer, as_json, say, services
from newsletter.errors import NotFoundError
from newsletter.subscriptions.addresses import parse_address
from newsletter.wiring import Services


@click.group()
def editor() -> None:
    """Editors: add, list, login-link."""


@editor.command("add")
@click.argument("address")
@click.option("--name", default="", help="As it is shown at the desk.")
@click.option("--role", type=click.Choice([*Role]), help="The first editor is the owner, all others editors.")
def add(address: str, name: str, role: str | None) -> None:
    """Make an editor and print a link that lets them in once."""
    parsed = parse_address(address)
    with services() as parts:
        with parts.database.write() as session:
            wanted = Role(role) if role else None
            entry.add_editor(
                session, parsed.wire, name or parsed.text.partition("@")[0], role=wanted, now=parts.clock.now()
            )
        say(f"{parsed.text} may use the desk. This link lets them in once, within a day:")
        say(login_link(parts, parsed.wire))


@editor.command("list")
@as_json
def show_all(is_json: bool) -> None:
    """List all editors."""
    with services() as parts, parts.database.read() as session:
        found = [{"address": e.address, "name": e.name, "role": e.role} for e in entry.editors(session)]
    if is_json:
        answer(found)
        return
    for each in found:
        say(f"{each['address']:32} {each['role']:8} {each['name']}")


@editor.command("login-link")
@click.argument("address", required=False)
def print_login_link(address: str | None) -> None:
    """Print a link that lets an editor in once; the first editor when no ADDRESS is given."""
    with services() as parts:
        say(login_link(parts, address))


def login_link(parts: Services, address: str | None = None) -> str:
    """A new one-time login link for an editor (default: the first). Raises NotFoundError."""
    with parts.database.write() as session:
        if address is None:
            found = next(iter(entry.editors(session)), None)
        else:
            found = entry.editor_by_address(session, address)
        if found is None:
            raise NotFoundError("There is no such editor. Make one with `gazette editor add ADDRESS`.")
        link = entry.new_login_link(session, found, now=parts.clock.now())
        return parts.links.login(link.id, link.nonce)
