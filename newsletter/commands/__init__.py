"""The `gazette` command: one door for operators; every command is listed by `gazette --help`."""

import sys

import click

from config.settings import SettingsError
from newsletter.commands.group import LazyGroup
from newsletter.errors import GazetteError

COMMANDS = {
    "local": "newsletter.commands.local:local",
    "inbox-server": "newsletter.commands.local:inbox_server",
    "migrate": "newsletter.commands.upkeep:migrate_database",
    "status": "newsletter.commands.upkeep:status",
    "settings": "newsletter.commands.upkeep:show_settings",
    "newsletter": "newsletter.commands.newsletters:newsletter",
    "topic": "newsletter.commands.newsletters:topic",
    "feed": "newsletter.commands.feeds:feed",
    "article": "newsletter.commands.articles:article",
    "key": "newsletter.commands.keys:key",
    "edition": "newsletter.commands.editions:edition",
    "editor": "newsletter.commands.editors:editor",
    "reader": "newsletter.commands.readers:reader",
    "why": "newsletter.commands.why:why",
    "demo": "newsletter.commands.demo:demo",
}


@click.group(cls=LazyGroup, commands_by_name=COMMANDS)
@click.version_option(package_name=None, version="0.1.0", prog_name="gazette")
def gazette() -> None:
    """Gazette, a newsletter system for newsrooms."""


def main() -> None:
    """Run a command: exit 0 when done, 1 with one plain line when it failed, 2 when called wrongly."""
    try:
        gazette(prog_name="gazette")
    except (GazetteError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
