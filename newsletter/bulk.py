"""Many rows at once: new ones by COPY into PostgreSQL, changed ones by arrays; by the driver's own loop into SQLite."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Text,
    any_,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from newsletter.database import Base

_PARTED_BY: Final = "\x1f"  # the unit separator of ASCII


def is_sqlite(session: Session) -> bool:
    """Whether this is SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def among(session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of many values: `in_` with all of them in one parameter, and that one text.

    With a parameter for each, or an array of them, putting thousands into a statement takes longer than looking them
    up. No value may hold the control character that parts them: ids and addresses do not.
    """
    if is_sqlite(session):
        every = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(every.c.value))
    joined = bindparam(None, _PARTED_BY.join(map(str, values)), type_=Text())
    every_text = func.string_to_array(joined, _PARTED_BY, type_=ARRAY(Text()))
    return column == any_(every_text if column.type.python_type is str else cast(every_text, ARRAY(BigInteger())))


def new_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Ids for rows that are to be added in this transaction."""
    name = table.__tablename__
    if is_sqlite(session):  # no other writer is at work while this transaction is open
        newest = session.execute(text(f"SELECT max(id) FROM {name}")).scalar() or 0  # noqa: S608 - a name of ours
        return list(range(newest + 1, newest + 1 + count))
    # As one array: rows of one number each take longer to read than to make.
    query = text("SELECT array_agg(nextval(pg_get_serial_sequence(:name, 'id'))) FROM generate_series(1, :count)")
    return session.execute(query, {"name": name, "count": count}).scalar_one() or []


def add_rows(session: Session, table: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows, whose values stand in the order of `columns`.

    A row that breaks a unique key ends the transaction with an error of the driver.
    """
    if not rows:
        return
    connection = session.connection()
    if is_sqlite(session):
        connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column}"' for column in columns)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.__tablename__} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(session: Session, table: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Change rows by their id, which stands first in each, followed by the new values in the order of `columns`."""
    if not rows:
        return
    of = table.__table__.c
    if is_sqlite(session):
        change = update(table).where(of.id == bindparam("the_id"))
        change = change.values({name: bindparam(f"new_{name}", type_=of[name].type) for name in columns})
        names = ["the_id", *(f"new_{name}" for name in columns)]
        session.connection().execute(change, [dict(zip(names, row, strict=True)) for row in rows])
        return
    # One statement with an array for each column; JSON goes as text, since arrays of it have no type of their own.
    dialect = session.get_bind().dialect
    types = [of[name].type for name in ("id", *columns)]
    sql_types = ["text" if isinstance(each, JSON) else each.compile(dialect) for each in types]
    arrays = ", ".join(f"CAST(%s AS {each}[])" for each in sql_types)
    new = ", ".join(f"{name} = v.{name}{'::json' if isinstance(of[name].type, JSON) else ''}" for name in columns)
    values = [
        [json.dumps(each) for each in column] if isinstance(kind, JSON) else list(column)
        for kind, column in zip(types, zip(*rows, strict=True), strict=True)
    ]
    names_of_all = ", ".join(("id", *columns))
    session.connection().exec_driver_sql(
        f"UPDATE {table.__tablename__} t SET {new} FROM unnest({arrays}) v({names_of_all}) WHERE t.id = v.id",  # noqa: S608 - names of ours
        tuple(values),
    )
