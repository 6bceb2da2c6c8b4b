"""Alembic's door; the connection comes from newsletter.migrations."""

from alembic import context
from sqlalchemy import Connection

from newsletter.migrations.tables import METADATA


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_type=True,
        # SQLite changes a table by copying it.
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="newsletter.database.",
    )
    with context.begin_transaction():
        context.run_migrations()


_given = context.config.attributes.get("connection")
if _given is None:
    raise RuntimeError("Run migrations with `gazette migrate`.")
if isinstance(_given, Connection):
    _run(_given)
else:
    with _given.connect() as _connection:
        _run(_connection)
