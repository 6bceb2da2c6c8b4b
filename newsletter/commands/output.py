"""How commands begin and what they print: words for people, JSON with --json."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from config.settings import read_settings
from newsletter.database import Database, unusable
from newsletter.errors import GazetteError
from newsletter.jobs import announce_nothing
from newsletter.migrations import is_current
from newsletter.wiring import Services, build_services

_MISTAKES: Final = (DataError, IntegrityError, ProgrammingError)  # ours, not the operator's

as_json: Callable[[Any], Any] = click.option("--json", "is_json", is_flag=True, help="Answer with JSON.")


@contextmanager
def services() -> Iterator[Services]:
    """The services of a command. It announces nothing: the sweep finds what it wrote, within seconds.

    Raises GazetteError when the database is away, or has an older form than this version needs.
    """
    made = build_services(read_settings(), announce_nothing)
    try:
        yield made
    except DBAPIError as error:
        _tell_of_old_form(made.database)
        if isinstance(error, _MISTAKES):
            raise
        raise unusable(error) from None
    finally:
        made.close()


def _tell_of_old_form(database: Database) -> None:
    try:
        is_old = not is_current(database.engine)
    except DBAPIError as error:
        raise unusable(error) from None
    if is_old:
        raise GazetteError("The database has not the form that this version needs. Run `gazette migrate`.")


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
