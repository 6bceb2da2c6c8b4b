"""`docker-compose.yml` as tests need it: what each service is started with, as Compose would work it out."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parent.parent
_VARIABLE: Final = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<rule>:?[-?])(?P<otherwise>[^}]*))?\})")


class MissingVariableError(Exception):
    """The file asks for a variable that `.env` does not give."""


def compose_file() -> dict[str, Any]:
    """The file, with its anchors followed."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return content


def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose_file()["services"]
    return found


def command_of(service: str) -> list[str]:
    """What a service runs, word by word."""
    command = services()[service]["command"]
    assert isinstance(command, list), f"write the command of {service} as a list"
    return [str(word) for word in command]


def environment_of(service: str, dotenv: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service's process, where `.env` holds `dotenv`."""
    own = services()[service].get("environment", {})
    return {**dotenv, **{name: filled_in(str(value), dotenv) for name, value in own.items()}}


def filled_in(text: str, variables: Mapping[str, str]) -> str:
    """A text of the file with its variables put in, by the rules of Compose."""

    def value(match: re.Match[str]) -> str:
        name, rule, otherwise = match["name"], match["rule"] or "", match["otherwise"] or ""
        if name is None:
            return "$"
        if variables.get(name) or (name in variables and not rule.startswith(":")):
            return variables[name]
        if rule.endswith("?"):
            raise MissingVariableError(f"{name}: {otherwise}")
        return otherwise

    return _VARIABLE.sub(value, text)
