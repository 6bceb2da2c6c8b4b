"""The database's history, by Alembic: `gazette migrate` brings a database to the newest form."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine


def migration_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here so that no ini file can disagree with the settings."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Bring the database to the newest form; on a database that is there already it does nothing."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # Two containers that start together must not both migrate.
            connection.exec_driver_sql("SELECT pg_advisory_lock(4711)")
        command.upgrade(migration_config(connection), "head")
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the database has the form that this code needs."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - slow to import, seldom needed
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
