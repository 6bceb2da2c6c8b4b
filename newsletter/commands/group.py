"""A group of commands that loads each only when it is called: `gazette local` must start at once."""

from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A click group whose commands are named by module and attribute."""

    def __init__(self, *arguments: Any, commands_by_name: dict[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._places = commands_by_name

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self._places)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong table above is our own fault
        return command
