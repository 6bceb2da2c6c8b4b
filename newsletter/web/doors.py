"""What every view needs: the services, and transactions for one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from flask import current_app
from sqlalchemy.orm import Session

from newsletter.wiring import Services

EXTENSION: Final = "gazette"


def services() -> Services:
    """The services of this application."""
    made = current_app.extensions[EXTENSION]
    assert isinstance(made, Services)  # noqa: S101 - set by create_app
    return made


def now() -> datetime:
    """This instant."""
    return services().clock.now()


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that cannot write: all that a GET may use."""
    with services().database.read() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """The one transaction of a POST."""
    with services().database.write() as session:
        yield session
