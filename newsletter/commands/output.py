"""How commands begin and what they print: words for people, JSON with --json."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from config.settings import read_settings
from newsletter.jobs import announce_nothing
from newsletter.wiring import Services, build_services

as_json: Callable[[Any], Any] = click.option("--json", "is_json", is_flag=True, help="Answer with JSON.")


@contextmanager
def services() -> Iterator[Services]:
    """The services of a command. It announces nothing: the sweep finds what it wrote, within seconds."""
    made = build_services(read_settings(), announce_nothing)
    try:
        yield made
    finally:
        made.close()


def say(words: str) -> None:
    """One line for a person."""
    click.echo(words)


def working(words: str) -> None:
    """What takes a moment, said to a person who waits; in a pipe or a log nobody does."""
    if sys.stderr.isatty():
        click.echo(words, err=True)


def answer(data: object) -> None:
    """One JSON document."""
    click.echo(json.dumps(data, ensure_ascii=False, default=_plain))


def local_time(at: datetime | None, zone: str) -> str:
    """An instant as a person in `zone` reads it."""
    return "-" if at is None else at.astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M %Z")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
