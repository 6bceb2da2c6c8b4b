"""The SQL that a database is given, as it is given it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from newsletter.database import Database


@contextmanager
def heard(database: Database) -> Iterator[list[str]]:
    """Every statement from now on, until the block ends."""
    statements: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(" ".join(statement.split()))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def writing(statements: list[str]) -> list[str]:
    """Those that write, without their conditions."""
    verbs = ("INSERT", "UPDATE", "DELETE")
    return [each.partition(" WHERE ")[0] for each in statements if each.startswith(verbs)]
